using System.Collections.Concurrent;
using Denywatch.Storage;
using Npgsql;

namespace Denywatch.Web.Features.DataSources;

/// <summary>When a source's last line came, and how long its events take to arrive, in seconds.</summary>
public readonly record struct SourceTimes(int Id, DateTimeOffset LastReceivedAt, double LagSeconds);

/// <summary>
/// Learns rhythms, of sources that are silent alone: until its next line a source's rhythm does not change, and whoever
/// sends all the time is well whatever its rhythm.
/// </summary>
public sealed class SourceRhythms(NpgsqlDataSource source)
{
    private readonly ConcurrentDictionary<int, (DateTimeOffset LastReceivedAt, SourceRhythm Rhythm)> known = new();

    // What came before a source was first seen was imported: the times of its events stand in for those of its lines.
    private const string Silences = """
        SELECT s.data_source_id, s.started_at, s.ended_at FROM source_silences s
        WHERE s.data_source_id = ANY(@ids) AND s.ended_at >= @since
        UNION ALL
        SELECT data_source_id, before + interval '150 seconds', slice + interval '150 seconds'
        FROM (SELECT l.data_source_id, l.slice,
                     lag(l.slice) OVER (PARTITION BY l.data_source_id ORDER BY l.slice) AS before
              FROM source_slices l JOIN data_sources d ON d.id = l.data_source_id
              WHERE l.data_source_id = ANY(@ids) AND l.slice >= @since AND l.slice < d.first_seen_at) AS imported
        WHERE slice - before > interval '5 minutes'
        """;

    private const string Lines = """
        SELECT data_source_id, sum(denied + allowed + unanswered + none + rejected)::bigint FROM source_slices
        WHERE data_source_id = ANY(@ids) AND slice >= @since GROUP BY 1
        """;

    /// <summary>The rhythms of those that have been silent for long enough to be quiet; of all others it is not asked.</summary>
    public async Task<IReadOnlyDictionary<int, SourceRhythm>> OfAsync(
        IEnumerable<SourceTimes> sources,
        DateTimeOffset now,
        CancellationToken ct
    )
    {
        var silent = sources.Where(s => now - s.LastReceivedAt >= SourceHealth.NeverQuietBefore).ToList();
        var unknown = silent.FindAll(s =>
            !known.TryGetValue(s.Id, out var found) || found.LastReceivedAt != s.LastReceivedAt
        );
        if (unknown.Count > 0)
            await LearnAsync(unknown, now, ct);
        return silent.ToDictionary(s => s.Id, s => known[s.Id].Rhythm);
    }

    private async Task LearnAsync(List<SourceTimes> sources, DateTimeOffset now, CancellationToken ct)
    {
        var (ids, since) = (sources.Select(s => s.Id).ToArray(), (now - SourceRhythm.Learnt).ToUniversalTime());
        await using var connection = await source.OpenConnectionAsync(ct);
        // A day more, so that the silence of a week ago is there from its beginning to its end.
        var silences = await connection.RowsAsync(
            Silences,
            row => (Id: row.GetInt32(0), Silence: new Silence(row.Time(1), row.Time(2))),
            ct,
            ("ids", ids),
            ("since", since.AddDays(-1))
        );
        var lines = (
            await connection.RowsAsync(
                Lines,
                row => KeyValuePair.Create(row.GetInt32(0), row.GetInt64(1)),
                ct,
                ("ids", ids),
                ("since", since)
            )
        ).ToDictionary();
        var byId = silences.ToLookup(row => row.Id, row => row.Silence);
        foreach (var one in sources)
            known[one.Id] = (one.LastReceivedAt, SourceRhythm.Of(lines.GetValueOrDefault(one.Id), [.. byId[one.Id]]));
    }
}
