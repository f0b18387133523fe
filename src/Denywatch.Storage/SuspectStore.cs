using System.Net;
using Denywatch.Detection.SlowSuspects;
using Denywatch.Events;
using Npgsql;

namespace Denywatch.Storage;

/// <summary>When a caller called within the window that is looked at.</summary>
/// <param name="At">In order of time; of the 33rd deny of a slice on, times are not kept.</param>
/// <param name="Denies">All of them.</param>
public sealed record Calls(Caller Caller, IReadOnlyList<DateTimeOffset> At, long Denies);

/// <summary>What a source tried within the window that is looked at.</summary>
/// <param name="Pairs">Distinct pairs of destination and port.</param>
/// <param name="MostInAnHour">Those that it tried for the first time in its busiest hour.</param>
/// <param name="NewestHour">Those that it tried for the first time in the last hour.</param>
/// <param name="DaysBefore">Pairs on each known day before; of a stranger, the most of any stranger.</param>
public sealed record Tries(
    IPAddress Source,
    int Pairs,
    int MostInAnHour,
    int NewestHour,
    IReadOnlyList<int> DaysBefore
);

/// <summary>What slow suspects are judged by, read from stored flows; what exceptions take away is not looked at.</summary>
public sealed class SuspectStore(NpgsqlDataSource source)
{
    /// <summary>So much time is looked at, up to the end of a bucket.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromDays(1);

    /// <summary>Callers, and sources, that are looked at in one go; those that call most steadily, and try most.</summary>
    private const int Most = 10_000;

    // A place is judged by times, so a caller must have enough of them, over long enough.
    private const string ReadCalls = """
        WITH callers AS MATERIALIZED (
            SELECT f.source, f.destination, f.destination_port, sum(f.count) AS denies
            FROM all_flows f
            WHERE f.slice >= @from AND f.slice < @to AND f.direction = @outbound AND f.sources = 1 AND f.source IS NOT NULL
              AND f.destination IS NOT NULL AND f.destination_port IS NOT NULL AND {flows}
            GROUP BY 1, 2, 3
            HAVING sum(cardinality(f.offsets)) >= @calls AND max(f.last_at) - min(f.first_at) >= @length
            ORDER BY count(DISTINCT f.slice) DESC, sum(f.count) DESC LIMIT @most)
        SELECT f.source, f.destination, f.destination_port, c.denies, f.slice, f.offsets
        FROM callers c JOIN all_flows f ON f.source = c.source AND f.destination = c.destination
            AND f.destination_port = c.destination_port
        WHERE f.slice >= @from AND f.slice < @to AND f.direction = @outbound AND f.sources = 1 AND {flows}
        ORDER BY 1, 2, 3, 5
        """;

    // A pair is counted in the hour in which it was tried first.
    private const string Hours = """
        SELECT source, hour, count(*) AS pairs, bool_or(is_inside) AS is_inside FROM (
            SELECT f.source, date_bin('1 hour', min(f.slice), @from) AS hour, bool_or(f.direction = ANY(@inside)) AS is_inside
            FROM all_flows f
            WHERE f.slice >= @from AND f.slice < @to AND f.sources = 1 AND f.source IS NOT NULL AND f.destination IS NOT NULL
              AND {flows}
            GROUP BY f.source, f.destination, f.destination_port) tried
        GROUP BY 1, 2
        """;

    // A stranger is compared with the busiest stranger of each day: new ones come every day, and try what the others try.
    private const string ReadTries = $$"""
        WITH days AS MATERIALIZED (
            SELECT d.day, coalesce((SELECT max(k.pairs) FROM suspect_sources k
                                    WHERE k.job_id = @job AND k.day = d.day AND NOT k.is_inside), 0) AS strangers
            FROM suspect_days d WHERE d.job_id = @job AND d.day >= @first AND d.day + interval '1 day' <= @from)
        SELECT t.source, t.pairs, t.busiest, t.newest, t.sources,
               CASE WHEN t.is_inside THEN ARRAY(
                   SELECT coalesce(k.pairs, 0) FROM days d
                   LEFT JOIN suspect_sources k ON k.job_id = @job AND k.day = d.day AND k.source = t.source)
               ELSE ARRAY(SELECT strangers FROM days) END
        FROM (
            SELECT source, sum(pairs)::int AS pairs, max(pairs)::int AS busiest, bool_or(is_inside) AS is_inside,
                   coalesce(sum(pairs) FILTER (WHERE hour >= @to - interval '1 hour'), 0)::int AS newest,
                   (count(*) OVER ())::int AS sources
            FROM ({{Hours}}) h GROUP BY source) t
        WHERE t.pairs >= @fewest ORDER BY t.pairs DESC LIMIT @most
        """;

    // Of what is usual for a source that tries next to nothing nothing needs to be known.
    private const string CountDay = $$"""
        INSERT INTO suspect_sources (job_id, day, source, is_inside, pairs)
        SELECT @job, @from, source, bool_or(is_inside), sum(pairs) FROM ({{Hours}}) h
        GROUP BY source HAVING sum(pairs) >= @worth ORDER BY sum(pairs) DESC LIMIT @most
        """;

    /// <summary>Pairs a day that are worth keeping: fewer count as none.</summary>
    private const int Worth = 5;

    private const string Unknown = """
        SELECT DISTINCT c.at FROM counts c
        WHERE c.span = 1440 AND c.at >= @first AND c.at + interval '1 day' <= @until AND c.at = ANY(@kept)
          AND NOT EXISTS (SELECT FROM suspect_days d WHERE d.job_id = @job AND d.day = c.at)
        ORDER BY 1 DESC
        """;

    // What late events and people change in a day is read once more, and what was found in it is judged once more.
    private const string Mark = $"""
        WITH days AS (
            DELETE FROM suspect_days WHERE day IN (SELECT date_bin('1 day', slice, 'epoch') FROM unnest(@slices) AS slice))
        UPDATE series s SET rescore_from = least(s.rescore_from, date_bin(j.bucket_span, d.first, 'epoch')),
            rescore_reason = d.reason, version = s.version + 1
        FROM jobs j, (
            SELECT min(slice) AS first, string_agg(DISTINCT reason, ', ') AS reason
            FROM unnest(@slices, @reasons) AS dirty (slice, reason) WHERE reason <> @late) d
        WHERE j.id = s.job_id AND {Detectors.FindingSuspects} AND s.next_bucket > d.first
        """;

    /// <summary>Those of one's own who call outside places often enough to be judged, with the times of their calls.</summary>
    /// <param name="only">Flows that are looked at.</param>
    public async Task<List<Calls>> CallsAsync(
        CountedFlows only,
        DateTimeOffset from,
        DateTimeOffset to,
        CancellationToken ct
    )
    {
        ArgumentNullException.ThrowIfNull(only);
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var command = connection.Command(
            Of(ReadCalls, only),
            [
                ("from", from),
                ("to", to),
                ("outbound", (short)Direction.Outbound),
                ("calls", Beacon.FewestCalls),
                ("length", Beacon.ShortestLength),
                ("most", Most),
                .. only.Parameters,
            ]
        );
        command.CommandTimeout = 0; // a day of a large estate takes its time, and nobody waits for it
        await using var reader = await command.ExecuteReaderAsync(ct);
        List<Calls> all = [];
        List<DateTimeOffset> times = [];
        while (await reader.ReadAsync(ct))
        {
            var caller = new Caller(
                reader.GetFieldValue<IPAddress>(0),
                reader.GetFieldValue<IPAddress>(1),
                reader.GetInt32(2)
            );
            if (all.Count == 0 || all[^1].Caller != caller)
                all.Add(new(caller, times = [], (long)reader.GetDecimal(3)));
            var slice = reader.Time(4);
            times.AddRange(reader.GetFieldValue<short[]>(5).Select(offset => slice.AddSeconds(offset)));
        }
        // Several firewalls or rules may deny one caller in a slice.
        foreach (var calls in all)
            ((List<DateTimeOffset>)calls.At).Sort();
        return all;
    }

    /// <summary>Sources that tried enough to be judged, and how many sources there are in all.</summary>
    public async Task<(int Sources, List<Tries> Tries)> TriesAsync(
        JobCounting job,
        CountedFlows only,
        DateTimeOffset from,
        DateTimeOffset to,
        CancellationToken ct
    )
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(only);
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var command = connection.Command(
            Of(ReadTries, only),
            [
                ("job", job.JobId),
                ("from", from),
                ("to", to),
                ("first", FirstDay(from)),
                ("inside", inside),
                ("fewest", SlowScan.FewestDestinations),
                ("most", Most),
                .. only.Parameters,
            ]
        );
        command.CommandTimeout = 0;
        await using var reader = await command.ExecuteReaderAsync(ct);
        var sources = 0;
        List<Tries> all = [];
        while (await reader.ReadAsync(ct))
        {
            sources = reader.GetInt32(4);
            all.Add(
                new(
                    reader.GetFieldValue<IPAddress>(0),
                    reader.GetInt32(1),
                    reader.GetInt32(2),
                    reader.GetInt32(3),
                    reader.GetFieldValue<int[]>(5)
                )
            );
        }
        return (sources, all);
    }

    /// <summary>Counts what sources tried on the days before <paramref name="until"/> that are not known yet.</summary>
    /// <param name="kept">Days that flows are kept of.</param>
    /// <returns>How many days are known then.</returns>
    public async Task<int> LearnDaysAsync(
        JobCounting job,
        DateTimeOffset until,
        IReadOnlyList<DateTimeOffset> kept,
        CancellationToken ct
    )
    {
        ArgumentNullException.ThrowIfNull(job);
        await using var connection = await source.OpenConnectionAsync(ct);
        (string, object?)[] range = [("job", job.JobId), ("first", FirstDay(until)), ("until", until)];
        var unknown = await connection.RowsAsync(Unknown, row => row.Time(0), ct, [.. range, ("kept", kept.ToArray())]);
        foreach (var day in unknown)
            await LearnAsync(connection, job, day, ct);
        await connection.ExecuteAsync(
            """
            WITH old AS (DELETE FROM suspect_sources WHERE job_id = @job AND day < @first)
            DELETE FROM suspect_days WHERE job_id = @job AND day < @first
            """,
            ct,
            range
        );
        return (int)
            await connection.ScalarAsync<long>("SELECT count(*) FROM suspect_days WHERE job_id = @job", ct, range);
    }

    /// <summary>Slices were counted anew: called in the transaction that counts them.</summary>
    internal static Task MarkAsync(NpgsqlConnection connection, IReadOnlyList<Recounted> dirty, CancellationToken ct) =>
        connection.ExecuteAsync(
            Mark,
            ct,
            ("slices", dirty.Select(row => row.Slice).ToArray()),
            ("reasons", dirty.Select(row => row.Reason).ToArray()),
            ("late", CountStore.LateData)
        );

    private static async Task LearnAsync(
        NpgsqlConnection connection,
        JobCounting job,
        DateTimeOffset day,
        CancellationToken ct
    )
    {
        await using var transaction = await connection.BeginTransactionAsync(ct);
        (string, object?)[] which = [("job", job.JobId), ("from", day)];
        // Of several nodes one does it; the others find it done.
        if (
            await connection.ExecuteAsync(
                "INSERT INTO suspect_days (job_id, day) VALUES (@job, @from) ON CONFLICT DO NOTHING",
                ct,
                which
            ) == 0
        )
            return;
        await connection.ExecuteAsync("DELETE FROM suspect_sources WHERE job_id = @job AND day = @from", ct, which);
        var only = CountedFlows.Stored.Of(job.AllFlows);
        await using var command = connection.Command(
            Of(CountDay, only),
            [.. which, ("to", day.AddDays(1)), ("inside", inside), ("worth", Worth), ("most", Most), .. only.Parameters]
        );
        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync(ct);
        await transaction.CommitAsync(ct);
    }

    private static readonly short[] inside = [(short)Direction.Outbound, (short)Direction.Internal];

    private static string Of(string sql, CountedFlows only) =>
        sql.Replace("{flows}", only.Sql, StringComparison.Ordinal);

    /// <summary>The first of the days before a window that it is compared with.</summary>
    private static DateTimeOffset FirstDay(DateTimeOffset window) =>
        Detection.CountedSpan.StartOf(window, Window) - (SlowScan.MostDays * Window);
}
