using Denywatch.Storage;
using Denywatch.Web.Features.Rules;
using Denywatch.Web.Ui.Charts;
using Npgsql;

namespace Denywatch.Web.Features.Explorer;

/// <summary>The scored line of some series, at any step.</summary>
internal static class LineQueries
{
    // As the overview's timeline: records, then the open bucket, then what is counted and not yet scored.
    private const string Buckets = """
        SELECT r.bucket, r.actual, r.typical, r.lower, r.upper, r.score,
               CASE WHEN r.actual IS NULL THEN 'm' WHEN r.is_learning THEN 'l' ELSE 'f' END AS state
        FROM records r WHERE r.series_id = ANY(@series) AND r.bucket >= @from AND r.bucket < @to
        UNION ALL
        SELECT o.bucket, o.actual, o.typical, o.lower, o.upper, o.score, CASE WHEN o.is_learning THEN 'l' ELSE 'o' END
        FROM open_buckets o WHERE o.series_id = ANY(@series) AND o.bucket >= @from AND o.bucket < @to
          AND NOT EXISTS (SELECT FROM records r WHERE r.series_id = o.series_id AND r.bucket = o.bucket)
        UNION ALL
        SELECT c.at, sum(c.count), NULL, NULL, NULL, NULL, 'o'
        FROM series s
        JOIN counts c ON c.span = 15 AND c.at >= greatest(@from, s.next_bucket) AND c.at < @to
            AND (s.firewall_id IS NULL OR c.firewall_id = s.firewall_id)
        WHERE s.id = ANY(@series) AND NOT EXISTS (SELECT FROM open_buckets o WHERE o.series_id = s.id AND o.bucket = c.at)
        GROUP BY s.id, c.at
        """;

    private const string Steps = $"""
        SELECT date_bin(@step, bucket, 'epoch'), sum(actual),
               coalesce(sum(typical) FILTER (WHERE actual IS NOT NULL), sum(typical)) AS typical,
               sqrt(coalesce(sum((typical - lower) ^ 2) FILTER (WHERE actual IS NOT NULL), sum((typical - lower) ^ 2))) AS below,
               sqrt(coalesce(sum((upper - typical) ^ 2) FILTER (WHERE actual IS NOT NULL), sum((upper - typical) ^ 2))) AS above,
               max(score) FILTER (WHERE state IN ('f', 'o')),
               CASE WHEN bool_or(state = 'o') THEN 'o' WHEN bool_and(state = 'm') THEN 'm'
                    WHEN bool_and(state IN ('l', 'm')) THEN 'l' ELSE 'f' END,
               max(score) >= 3 AND max(score) = max(score) FILTER (WHERE actual <= upper AND state = 'f')
        FROM ({Buckets}) b GROUP BY 1 ORDER BY 1
        """;

    /// <summary>The series whose sum is all traffic of the named firewalls; the one of all firewalls where none is named.</summary>
    public static Task<List<int>> SeriesAsync(
        NpgsqlConnection connection,
        IReadOnlyList<string> firewalls,
        CancellationToken ct
    ) =>
        connection.RowsAsync(
            """
            SELECT s.id FROM series s
            WHERE CASE WHEN cardinality(@names) = 0 THEN s.job_id = @total
                       ELSE s.job_id = @by AND s.firewall_id IN (
                            SELECT coalesce(alias_of_id, id) FROM firewalls WHERE name = ANY(@names)) END
            """,
            row => row.GetInt32(0),
            ct,
            ("names", firewalls.ToArray()),
            ("total", BuiltInJobs.Total),
            ("by", BuiltInJobs.ByFirewall)
        );

    /// <summary>
    /// Points of a step: counts are summed, scores are the maximum. The band is computed anew, as that of a sum of
    /// independent counts: its typical is the sum of the buckets' typicals m, its bounds lie sqrt(sum((m - lower)²)) below
    /// and sqrt(sum((upper - m)²)) above it. For a step of one bucket that is the bucket's own band.
    /// </summary>
    public static async Task<(
        IReadOnlyList<TimelinePoint> Points,
        IReadOnlySet<DateTimeOffset> MultiBucket
    )> PointsAsync(
        NpgsqlConnection connection,
        IReadOnlyList<int> series,
        DateTimeOffset from,
        DateTimeOffset to,
        TimeSpan step,
        CancellationToken ct
    )
    {
        HashSet<DateTimeOffset> multiBucket = [];
        var points = await connection.RowsAsync(
            Steps,
            row =>
            {
                var state = row.GetString(6) switch
                {
                    "m" => PointState.Missing,
                    "l" => PointState.Learning,
                    "o" => PointState.Open,
                    _ => PointState.Final,
                };
                if (row.OrNull<bool>(7) == true)
                    multiBucket.Add(row.Time(0));
                var typical = row.OrNull<double>(2);
                return new TimelinePoint(
                    row.Time(0),
                    row.OrNull<double>(1),
                    typical,
                    typical is { } low ? Math.Max(0, low - row.GetDouble(3)) : null,
                    typical is { } high ? high + row.GetDouble(4) : null,
                    row.OrNull<double>(5),
                    state
                );
            },
            ct,
            ("series", series.ToArray()),
            ("from", from),
            ("to", to),
            ("step", step)
        );
        return (points, multiBucket);
    }
}
