using Denywatch.Events;
using Denywatch.Storage;
using Npgsql;

namespace Denywatch.Web.Features.DataSources;

/// <summary>Compares the flows of all sources of the last hour, pair by pair.</summary>
public sealed class FeedComparison(NpgsqlDataSource source)
{
    /// <summary>Denies that are looked at; of more a sample by the flow's ends, the same one of every source.</summary>
    private const long MostDenies = 200_000;

    private const string Denies = """
        SELECT coalesce(sum(denied), 0)::bigint, count(DISTINCT data_source_id) FROM source_slices
        WHERE slice >= @from AND slice < @to AND denied > 0
        """;

    // Folded sources and flows that lack an end say too little. What is sent to all of a segment every member of a cluster
    // denies at the same second: multicast, and what looks like a broadcast.
    private const string Pairs = """
        WITH seen AS MATERIALIZED (
            SELECT data_source_id, slice, source, destination, destination_port,
                   min(first_at) AS first_at, max(last_at) AS last_at, sum(count)::bigint AS count
            FROM all_flows
            WHERE slice >= @from AND slice < @to AND source IS NOT NULL AND destination IS NOT NULL
              AND sources = 1 AND masklen(source) = CASE family(source) WHEN 4 THEN 32 ELSE 128 END
              AND NOT destination <<= '224.0.0.0/3' AND NOT destination <<= 'ff00::/8' AND host(destination) NOT LIKE '%.255'
              AND (@onein = 1 OR abs(hashtext(host(source) || host(destination))::bigint) % @onein = 0)
            GROUP BY 1, 2, 3, 4, 5
        ), alike AS (
            SELECT a.data_source_id AS a, b.data_source_id AS b, a.slice, count(*)::int AS alike
            FROM seen a JOIN seen b ON b.slice = a.slice AND b.source = a.source AND b.destination = a.destination
                AND b.destination_port IS NOT DISTINCT FROM a.destination_port AND b.data_source_id > a.data_source_id
                AND b.count = a.count AND b.first_at BETWEEN a.first_at - interval '2 s' AND a.first_at + interval '2 s'
                AND b.last_at BETWEEN a.last_at - interval '2 s' AND a.last_at + interval '2 s'
            GROUP BY 1, 2, 3
        ), totals AS (
            SELECT data_source_id, slice, count(*)::int AS flows FROM seen GROUP BY 1, 2
        ), pairs AS (
            SELECT a, b FROM alike GROUP BY 1, 2
            UNION
            SELECT a, b FROM unnest(@as, @bs) AS known (a, b)
        )
        SELECT p.a, p.b, s.slice, coalesce(x.flows, 0), coalesce(y.flows, 0), coalesce(l.alike, 0)
        FROM pairs p
        JOIN (SELECT DISTINCT slice FROM totals) s ON true
        LEFT JOIN totals x ON x.data_source_id = p.a AND x.slice = s.slice
        LEFT JOIN totals y ON y.data_source_id = p.b AND y.slice = s.slice
        LEFT JOIN alike l ON l.a = p.a AND l.b = p.b AND l.slice = s.slice
        ORDER BY 1, 2, 3
        """;

    /// <summary>Slices of all pairs that have a flow in common, and of those in <paramref name="known"/> anyway.</summary>
    /// <param name="known">Pairs that were duplicates, the smaller id first.</param>
    public async Task<ILookup<(int A, int B), FeedSlice>> BeforeAsync(
        DateTimeOffset to,
        IReadOnlyCollection<(int A, int B)> known,
        CancellationToken ct
    )
    {
        (string, object?)[] range = [("from", to - DuplicateFeed.Window), ("to", to)];
        await using var connection = await source.OpenConnectionAsync(ct);
        var (denies, sources) = (
            await connection.RowsAsync(Denies, row => (row.GetInt64(0), row.GetInt64(1)), ct, range)
        )[0];
        if (sources < 2 && known.Count == 0)
            return Array.Empty<FeedSlice>().ToLookup(slice => (slice.A, slice.B));

        var slices = await connection.RowsAsync(
            Pairs,
            row => new FeedSlice(
                row.GetInt32(0),
                row.GetInt32(1),
                row.Time(2),
                row.GetInt32(3),
                row.GetInt32(4),
                row.GetInt32(5)
            ),
            ct,
            [
                .. range,
                ("onein", Math.Max(1, denies / MostDenies)),
                ("as", known.Select(pair => pair.A).ToArray()),
                ("bs", known.Select(pair => pair.B).ToArray()),
            ]
        );
        return slices.ToLookup(slice => (slice.A, slice.B));
    }

    /// <summary>End of the newest slice that is surely whole: what comes by agents takes some minutes.</summary>
    public static DateTimeOffset WholeUntil(DateTimeOffset now) => DenyFlow.SliceOf(now - TimeSpan.FromMinutes(5));
}
