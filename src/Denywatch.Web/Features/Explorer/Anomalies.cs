using Denywatch.Storage;
using Npgsql;

namespace Denywatch.Web.Features.Explorer;

/// <summary>A bucket with a score of 3 or more, of the series that a picture is about.</summary>
/// <param name="RunStart">The first of the anomalies that it follows without a gap of more than four buckets: what came
/// before is usual.</param>
internal sealed record AnomalousBucket(DateTimeOffset At, double Score, double Excess, DateTimeOffset RunStart);

/// <summary>The anomalies of a range.</summary>
internal static class Anomalies
{
    /// <summary>The worst that are taken apart; the others of so eventful a range have no part in lanes and stack.</summary>
    public const int Most = 300;

    private static readonly TimeSpan gap = 4 * TimeSteps.Bucket;

    private const string Worst = """
        SELECT bucket, max(score), sum(actual - typical) FROM (
            SELECT bucket, score, actual, typical FROM records
            WHERE series_id = ANY(@series) AND score >= 3 AND bucket >= @from AND bucket < @to
            UNION ALL
            SELECT bucket, score, actual, typical FROM open_buckets o
            WHERE series_id = ANY(@series) AND score >= 3 AND bucket >= @from AND bucket < @to
              AND NOT EXISTS (SELECT FROM records r WHERE r.series_id = o.series_id AND r.bucket = o.bucket)) b
        GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT @most
        """;

    /// <summary>In order of time.</summary>
    public static async Task<IReadOnlyList<AnomalousBucket>> OfAsync(
        NpgsqlConnection connection,
        IReadOnlyList<int> series,
        DateTimeOffset from,
        DateTimeOffset to,
        CancellationToken ct
    )
    {
        var rows = await connection.RowsAsync(
            Worst,
            row => (At: row.Time(0), Score: row.GetDouble(1), Excess: row.OrNull<double>(2) ?? 0),
            ct,
            ("series", series.ToArray()),
            ("from", from),
            ("to", to),
            ("most", Most)
        );
        List<AnomalousBucket> all = [];
        foreach (var (at, score, excess) in rows.OrderBy(row => row.At))
        {
            var start = all is [.., var last] && at - last.At <= gap ? last.RunStart : at;
            all.Add(new(at, score, excess, start));
        }
        return all;
    }
}
