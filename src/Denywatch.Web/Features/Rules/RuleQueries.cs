using Denywatch.Detection;
using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Denywatch.Web.Features.Jobs;
using Denywatch.Web.Features.Scoring;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Denywatch.Web.Features.Rules;

/// <summary>One line of the list of rules.</summary>
/// <param name="Obstacle">Why it cannot run; null where it can.</param>
public sealed record RuleRow(
    Guid Id,
    string Name,
    bool IsEnabled,
    DateTimeOffset SwitchedAt,
    string Severity,
    int RiskScore,
    double Threshold,
    IReadOnlyList<JobFacts> Jobs,
    int AlertsInWeek,
    int OpenAlerts,
    string? Obstacle = null
);

/// <summary>A rule with everything its page shows.</summary>
/// <param name="SwitchedBy">Who switched it last and why; null while it stands as it was built in.</param>
/// <param name="Obstacle">Why it cannot run; null where it can.</param>
public sealed record RuleDetail(
    Rule Rule,
    IReadOnlyList<JobFacts> Jobs,
    int AlertsInWeek,
    int OpenAlerts,
    AuditEntry? SwitchedBy,
    string? Obstacle = null
);

/// <summary>One series of a job, and what became of its newest bucket.</summary>
/// <param name="Comparable">Learnt buckets that are like the next one, up to <see cref="SeriesModel.ComparableNeeded"/>.</param>
public sealed record SeriesRow(
    int Id,
    string JobId,
    string Name,
    bool IsLearning,
    int Comparable,
    DateTimeOffset? Bucket,
    double? Actual,
    double? Typical,
    double? Score,
    DateTimeOffset? ScoredAt
);

/// <summary>One scored bucket, as the tab Runs lists it.</summary>
public sealed record RunRow(
    int SeriesId,
    string Name,
    DateTimeOffset Bucket,
    double? Actual,
    double Typical,
    double Score,
    bool IsLearning,
    int Revision,
    DateTimeOffset ScoredAt,
    long? AlertId
);

/// <summary>A rule's execution log.</summary>
/// <param name="Runs">The newest, newest first.</param>
/// <param name="DayRuns">How many there were in the last day.</param>
/// <param name="DayFailed">Those of them that failed.</param>
/// <param name="Day">All of them together; of series the most that one run read.</param>
public sealed record RuleLog(IReadOnlyList<RuleRun> Runs, int DayRuns, int DayFailed, RunCounts Day);

/// <summary>What pages and the API ask about rules and their jobs.</summary>
public sealed class RuleQueries(
    IDbContextFactory<DenywatchDb> dbs,
    NpgsqlDataSource source,
    JobQueries jobs,
    TimeProvider clock
)
{
    private const string AllSeries = $"""
        SELECT s.id, s.job_id, s.partition, coalesce(last.is_learning, true), s.state, {SeriesZones.Zone},
               s.next_bucket, last.bucket, last.actual, last.typical, last.score, last.scored_at, j.partition_field
        FROM series s JOIN jobs j ON j.id = s.job_id
        {SeriesZones.Join}
        LEFT JOIN LATERAL (SELECT * FROM records r WHERE r.series_id = s.id ORDER BY r.bucket DESC LIMIT 1) last ON true
        WHERE s.job_id = ANY(@jobs)
        ORDER BY last.score DESC NULLS LAST, s.partition LIMIT 500
        """;

    private const string Runs = """
        SELECT r.series_id, s.partition, r.bucket, r.actual, r.typical, r.score, r.is_learning, r.revision, r.scored_at,
               (SELECT e.alert_id FROM episodes e WHERE e.series_id = r.series_id AND e.rule_id = @rule
                AND r.bucket BETWEEN e.started_at AND e.last_bucket ORDER BY e.started_at DESC LIMIT 1),
               s.partition_field
        FROM (SELECT s.id, s.partition, j.partition_field FROM series s JOIN jobs j ON j.id = s.job_id
              WHERE s.job_id = ANY(@jobs)) s
        CROSS JOIN LATERAL (SELECT * FROM records r WHERE r.series_id = s.id ORDER BY r.bucket DESC LIMIT @most) r
        ORDER BY r.bucket DESC, r.score DESC LIMIT @most
        """;

    public async Task<IReadOnlyList<RuleRow>> ListAsync(CancellationToken ct)
    {
        var states = await jobs.FactsAsync(ct);
        var week = clock.GetUtcNow().AddDays(-7);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var rules = await db
            .Rules.OrderByDescending(rule => rule.IsEnabled)
            .ThenBy(rule => rule.Name)
            .Select(rule => new
            {
                rule.Id,
                rule.Name,
                rule.IsEnabled,
                rule.SwitchedAt,
                rule.Severity,
                rule.RiskScore,
                rule.Threshold,
                rule.JobIds,
                Week = db.Alerts.Count(alert => alert.RuleId == rule.Id && alert.RaisedAt >= week),
                Open = db.Alerts.Count(alert => alert.RuleId == rule.Id && alert.Status != AlertStatus.Closed),
            })
            .ToListAsync(ct);
        return rules.ConvertAll(rule => new RuleRow(
            rule.Id,
            rule.Name,
            rule.IsEnabled,
            rule.SwitchedAt,
            rule.Severity,
            rule.RiskScore,
            rule.Threshold,
            StatesOf(rule.JobIds, states),
            rule.Week,
            rule.Open,
            ObstacleOf(rule.JobIds, states)
        ));
    }

    public async Task<RuleDetail?> FindAsync(Guid id, CancellationToken ct)
    {
        var week = clock.GetUtcNow().AddDays(-7);
        await using var db = await dbs.CreateDbContextAsync(ct);
        if (await db.Rules.AsNoTracking().FirstOrDefaultAsync(rule => rule.Id == id, ct) is not { } rule)
            return null;

        var subject = id.ToString();
        var states = await jobs.FactsAsync(ct);
        return new(
            rule,
            StatesOf(rule.JobIds, states),
            await db.Alerts.CountAsync(alert => alert.RuleId == id && alert.RaisedAt >= week, ct),
            await db.Alerts.CountAsync(alert => alert.RuleId == id && alert.Status != AlertStatus.Closed, ct),
            await db
                .Audit.AsNoTracking()
                .Where(entry =>
                    entry.SubjectKind == "rule" && entry.SubjectId == subject && entry.Deed.StartsWith("switch")
                )
                .OrderByDescending(entry => entry.Id)
                .FirstOrDefaultAsync(ct),
            ObstacleOf(rule.JobIds, states)
        );
    }

    public async Task<IReadOnlyList<SeriesRow>> SeriesAsync(string[] jobIds, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        return await connection.RowsAsync(
            AllSeries,
            row => new SeriesRow(
                row.GetInt32(0),
                row.GetString(1),
                ScoredSeries.TitleOf(row.GetString(2), row.TextOrNull(12)),
                row.GetBoolean(3),
                Comparable(row.IsDBNull(4) ? null : row.GetFieldValue<byte[]>(4), row.GetString(5), row.Time(6)),
                row.OrNull<DateTimeOffset>(7),
                row.OrNull<double>(8),
                row.OrNull<double>(9),
                row.OrNull<double>(10),
                row.OrNull<DateTimeOffset>(11)
            ),
            ct,
            ("jobs", jobIds)
        );
    }

    /// <summary>The newest scored buckets of a rule's jobs, with the alert each belongs to.</summary>
    public async Task<IReadOnlyList<RunRow>> RunsAsync(Guid ruleId, string[] jobIds, int most, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        return await connection.RowsAsync(
            Runs,
            row => new RunRow(
                row.GetInt32(0),
                ScoredSeries.TitleOf(row.GetString(1), row.TextOrNull(10)),
                row.Time(2),
                row.OrNull<double>(3),
                row.GetDouble(4),
                row.GetDouble(5),
                row.GetBoolean(6),
                row.GetInt16(7),
                row.Time(8),
                row.OrNull<long>(9)
            ),
            ct,
            ("rule", ruleId),
            ("jobs", jobIds),
            ("most", most)
        );
    }

    /// <summary>The newest runs of a rule, and what all of the last day did.</summary>
    public async Task<RuleLog> LogAsync(Guid ruleId, int most, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        var runs = await RuleRunStore.NewestAsync(connection, ruleId, most, ct);
        var (count, failed, counts) = await RuleRunStore.DayAsync(connection, ruleId, ct);
        return new(runs, count, failed, counts);
    }

    /// <summary>Why a bucket raised nothing, where the rule itself is the reason; null where it is not.</summary>
    public static string? WhyNot(Rule rule, DateTimeOffset bucket)
    {
        ArgumentNullException.ThrowIfNull(rule);
        if (rule.AlertsFor(bucket))
            return null;

        return rule.IsEnabled
            ? $"No alert: the rule was off; it was switched on {rule.SwitchedAt.UtcDateTime:d MMM HH:mm} UTC, after this bucket had begun."
            : $"No alert: the rule is off since {rule.SwitchedAt.UtcDateTime:d MMM HH:mm} UTC.";
    }

    private static string? ObstacleOf(string[] ids, IReadOnlyList<JobFacts> states) =>
        RuleObstacle.Of(ids, [.. states.Select(state => state.JobId)]);

    private static List<JobFacts> StatesOf(string[] ids, IReadOnlyList<JobFacts> states) =>
        [.. ids.Select(id => states.FirstOrDefault(state => state.JobId == id)).OfType<JobFacts>()];

    /// <summary>Learnt buckets that are like <paramref name="next"/>, up to <see cref="SeriesModel.ComparableNeeded"/>.</summary>
    internal static int Comparable(byte[]? state, string zone, DateTimeOffset next)
    {
        if (state is null || !TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var found))
            return 0;
        try
        {
            return SeriesModel.Load(state, found).Explain(next, null).ComparableBuckets;
        }
        catch (InvalidDataException)
        {
            return 0; // of another version: it is learnt again from stored counts
        }
    }
}
