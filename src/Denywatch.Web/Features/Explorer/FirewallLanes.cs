using Denywatch.Storage;
using Denywatch.Web.Features.Rules;
using Denywatch.Web.Ui.Charts;
using Npgsql;

namespace Denywatch.Web.Features.Explorer;

/// <summary>One lane a firewall, with the scores of its own series.</summary>
internal static class FirewallLanes
{
    /// <summary>Past this many steps a lane holds its anomalies alone.</summary>
    private const int MostQuietSteps = 200;

    private const string Ranked = """
        WITH worst AS (
            SELECT series_id, max(score) AS score FROM (
                SELECT series_id, score FROM records WHERE score >= 3 AND bucket >= @from AND bucket < @to
                UNION ALL
                SELECT series_id, score FROM open_buckets WHERE bucket >= @from AND bucket < @to) r GROUP BY 1),
        counted AS (
            SELECT firewall_id, sum(count) AS count FROM counts WHERE span = @span AND at >= @from AND at < @to GROUP BY 1)
        SELECT s.id, s.partition FROM series s
        LEFT JOIN worst w ON w.series_id = s.id LEFT JOIN counted c ON c.firewall_id = s.firewall_id
        WHERE s.job_id = @job AND (w.score > 0 OR c.count > 0)
          AND (cardinality(@names) = 0
               OR s.firewall_id IN (SELECT coalesce(alias_of_id, id) FROM firewalls WHERE name = ANY(@names)))
        ORDER BY floor(coalesce(w.score, 0)) DESC, c.count DESC NULLS LAST, s.partition
        """;

    private const string Hot = """
        SELECT series_id, date_bin(@step, bucket, 'epoch') AS at FROM records
        WHERE score >= 3 AND bucket >= @from AND bucket < @to AND series_id = ANY(@series) GROUP BY 1, 2
        """;

    private const string Columns = """
        series_id, date_bin(@step, bucket, 'epoch'), max(score) FILTER (WHERE actual IS NOT NULL), sum(actual),
        sum(typical) FILTER (WHERE actual IS NOT NULL),
        sum(greatest(0, actual - typical)) FILTER (WHERE score >= 3)
        """;

    private const string Open = """
        SELECT series_id, bucket, actual, typical, score FROM open_buckets o
        WHERE o.series_id = ANY(@series) AND o.bucket >= @from AND o.bucket < @to
          AND NOT EXISTS (SELECT FROM records r WHERE r.series_id = o.series_id AND r.bucket = o.bucket)
        """;

    private const string AllCells = $"""
        SELECT {Columns} FROM (
            SELECT series_id, bucket, actual, typical, score FROM records
            WHERE series_id = ANY(@series) AND bucket >= @from AND bucket < @to
            UNION ALL {Open}) cells
        GROUP BY 1, 2
        """;

    // OFFSET keeps the look-ups apart: joined, the planner would read the records of all time for some hundred steps.
    private const string HotCells = $"""
        SELECT {Columns} FROM (
            SELECT r.series_id, r.bucket, r.actual, r.typical, r.score FROM ({Hot}) h
            CROSS JOIN LATERAL (
                SELECT * FROM records r
                WHERE r.series_id = h.series_id AND r.bucket >= h.at AND r.bucket < h.at + @step OFFSET 0) r
            UNION ALL {Open}) cells
        GROUP BY 1, 2
        """;

    /// <summary>A page of lanes, worst score first, then most denies; and how many lanes there are.</summary>
    public static async Task<LanePage> PageAsync(
        NpgsqlConnection connection,
        TimelineQuestion question,
        TimeSpan step,
        CancellationToken ct
    )
    {
        (string, object?)[] range = [("from", question.From), ("to", question.To), ("step", step)];
        var ranked = await connection.RowsAsync(
            Ranked,
            row => (Id: row.GetInt32(0), Name: row.GetString(1)),
            ct,
            [
                .. range,
                ("job", BuiltInJobs.ByFirewall),
                ("span", TimeSteps.SpanOf(step)),
                ("names", question.Filter.Only.Firewalls.ToArray()),
            ]
        );
        var page = ranked.Skip(question.LanePage * question.LanesPerPage).Take(question.LanesPerPage).ToList();
        var quiet = (question.To - question.From) / step <= MostQuietSteps;
        var cells = await connection.RowsAsync(
            quiet ? AllCells : HotCells,
            row =>
                (
                    Series: row.GetInt32(0),
                    Cell: new TimelineCell(
                        row.Time(1),
                        row.OrNull<double>(2),
                        row.OrNull<double>(3),
                        row.OrNull<double>(4)
                    ),
                    Excess: row.OrNull<double>(5) ?? 0
                ),
            ct,
            [.. range, ("series", page.Select(lane => lane.Id).ToArray())]
        );
        var bySeries = cells.ToLookup(cell => cell.Series);
        return new(
            [
                .. page.Select(lane => new TimelineLane(
                    lane.Name,
                    lane.Name,
                    [.. bySeries[lane.Id].Select(cell => cell.Cell)]
                )),
            ],
            ranked.Count,
            [
                .. page.Select(lane => new ContributorExcess(
                    lane.Name,
                    bySeries[lane.Id]
                        .Where(cell => cell.Excess > 0)
                        .ToDictionary(cell => cell.Cell.Bucket, cell => cell.Excess)
                )),
            ]
        );
    }
}

/// <summary>A page of lanes, how many lanes there are, and the excess of those on the page.</summary>
internal sealed record LanePage(
    IReadOnlyList<TimelineLane> Lanes,
    int LaneCount,
    IReadOnlyList<ContributorExcess> Excess
)
{
    /// <summary>Share of the range whose rollups are made, 0 to 1: lanes and excess know nothing of the rest yet.</summary>
    public double Prepared { get; init; } = 1;
}
