using Denywatch.Storage;
using Denywatch.Web.Features.Scoring;
using Denywatch.Web.Ui.Charts;
using Npgsql;

namespace Denywatch.Web.Features.Rules;

/// <summary>The series of a rule with the most denies, over the time in which settings are tried.</summary>
/// <param name="Title">What is counted, such as "all firewalls".</param>
/// <param name="Steps">The highest bucket of each step: a spike of one bucket still stands out of a month.</param>
public sealed record RuleMonth(string Title, DateTimeOffset From, DateTimeOffset To, IReadOnlyList<MonthStep> Steps);

/// <summary>Reads what the tab Tuning draws its alerts on.</summary>
public sealed class RuleMonthQueries(NpgsqlDataSource source)
{
    /// <summary>A month has 360 of them: a pixel or two each.</summary>
    public static readonly TimeSpan Step = TimeSpan.FromHours(2);

    private const string Month = """
        WITH main AS (
            SELECT s.id, s.partition, s.next_bucket, j.partition_field FROM series s JOIN jobs j ON j.id = s.job_id
            CROSS JOIN LATERAL (SELECT sum(actual) AS denies FROM records r
                                WHERE r.series_id = s.id AND r.bucket >= s.next_bucket - @reach) sum
            WHERE s.job_id = ANY(@jobs) AND sum.denies IS NOT NULL ORDER BY sum.denies DESC, s.id LIMIT 1)
        SELECT m.partition, m.next_bucket, date_bin(@step, r.bucket, 'epoch'), max(r.actual), max(r.typical),
               m.partition_field
        FROM main m JOIN records r ON r.series_id = m.id AND r.bucket >= m.next_bucket - @reach
        GROUP BY 1, 2, 3, 6 ORDER BY 3
        """;

    /// <summary>Null while nothing was scored.</summary>
    public async Task<RuleMonth?> OfAsync(string[] jobIds, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        var rows = await connection.RowsAsync(
            Month,
            row =>
                (
                    Title: ScoredSeries.TitleOf(row.GetString(0), row.TextOrNull(5)),
                    Until: row.Time(1),
                    Step: new MonthStep(row.Time(2), row.OrNull<double>(3), row.GetDouble(4))
                ),
            ct,
            ("jobs", jobIds),
            ("reach", RulePreview.Reach),
            ("step", Step)
        );
        if (rows.Count == 0)
            return null;

        var (title, until, _) = rows[0];
        return new(title, until - RulePreview.Reach, until, rows.ConvertAll(row => row.Step));
    }
}
