using Denywatch.Alerting;
using Denywatch.Detection;
using Denywatch.Storage;
using Denywatch.Web.Features.Rules;
using Denywatch.Web.Features.Scoring;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Denywatch.Web.Features.Explorer;

/// <summary>Why one rule did not alert for a bucket.</summary>
/// <param name="AlertId">The alert whose episode holds the bucket; where it is not told, one that a re-score took away.</param>
/// <param name="IsTold">The alert stands: reasons say at most why it went unnoticed.</param>
/// <param name="Reasons">The decisive one first.</param>
public sealed record RuleWhyNot(
    Guid RuleId,
    string Rule,
    long? AlertId,
    bool IsTold,
    IReadOnlyList<WhyNotReason> Reasons
);

/// <summary>Why a bucket did not alert, by each rule that watches its series.</summary>
/// <param name="Record">What it was scored, or has reached so far; null where nothing was.</param>
/// <param name="IsOpen">Its count still grows.</param>
public sealed record BucketWhyNot(
    int SeriesId,
    DateTimeOffset Bucket,
    TimeSpan Span,
    AnomalyRecord? Record,
    bool IsOpen,
    IReadOnlyList<RuleWhyNot> Rules
);

/// <summary>Asks of a bucket, for each rule as it stood then, why it did not alert.</summary>
public sealed class WhyNotQueries(JudgedBuckets buckets, IDbContextFactory<DenywatchDb> dbs, NpgsqlDataSource source)
{
    private const string Alerts = """
        SELECT DISTINCT ON (e.rule_id) e.rule_id, a.id, e.vanished, a.is_found_late, a.storm_id
        FROM episodes e JOIN alerts a ON a.id = e.alert_id
        WHERE e.series_id = @series AND @bucket BETWEEN e.started_at AND e.last_bucket
        ORDER BY e.rule_id, e.vanished, e.started_at DESC
        """;

    /// <summary>Null where there is no such series.</summary>
    public async Task<BucketWhyNot?> OfAsync(int seriesId, DateTimeOffset bucket, CancellationToken ct)
    {
        if (await buckets.OfAsync(seriesId, bucket, ct) is not { Facts: var facts } judged)
            return null;

        await using var db = await dbs.CreateDbContextAsync(ct);
        var rules = await db
            .Rules.AsNoTracking()
            .Where(rule => rule.JobIds.Contains(judged.JobId))
            .OrderBy(rule => rule.Name)
            .ToListAsync(ct);
        var switches = await RuleSwitches.OfAsync(db, rules, ct);
        var alerts = await AlertsAsync(seriesId, bucket, ct);
        var around = await AroundAsync(seriesId, facts, ct);
        // What nobody ever switched on is no answer to why nothing was told.
        rules.RemoveAll(rule => !alerts.ContainsKey(rule.Id) && !switches[rule.Id].Exists(turn => turn.IsOn));
        return new(
            seriesId,
            bucket,
            facts.Span,
            facts.Record,
            facts.IsOpen,
            rules.ConvertAll(rule =>
            {
                var (settings, alert) = (rule.ToSettings(), alerts.GetValueOrDefault(rule.Id));
                var stood = new WhyNotRule(
                    settings,
                    switches[rule.Id],
                    judged.CountFor(settings.Line),
                    alert,
                    Episodes.RunAt(around, bucket, settings, facts.Span)
                );
                return new RuleWhyNot(
                    rule.Id,
                    rule.Name,
                    alert?.Id,
                    alert is { IsVanished: false },
                    WhyNot.Of(facts, stood)
                );
            })
        );
    }

    /// <summary>Its record with those around it, as far as the longest run of buckets that a rule can ask for reaches.</summary>
    private async Task<List<AnomalyRecord>> AroundAsync(int seriesId, WhyNotBucket facts, CancellationToken ct)
    {
        if (facts.Record is not { } record)
            return [];

        var (bucket, reach) = (facts.Bucket, RuleSettings.LongestDuration * facts.Span);
        await using var connection = await source.OpenConnectionAsync(ct);
        var before = await RecordStore.RecordsAsync(connection, seriesId, bucket - reach, bucket, 0, ct);
        return
        [
            .. before,
            record,
            .. await RecordStore.RecordsAsync(connection, seriesId, facts.End, facts.End + reach, 0, ct),
        ];
    }

    private async Task<Dictionary<Guid, WhyNotAlert>> AlertsAsync(
        int seriesId,
        DateTimeOffset bucket,
        CancellationToken ct
    )
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        var rows = await connection.RowsAsync(
            Alerts,
            row =>
                (
                    Rule: row.GetGuid(0),
                    Alert: new WhyNotAlert(row.GetInt64(1), row.GetBoolean(2), row.GetBoolean(3), row.OrNull<long>(4))
                ),
            ct,
            ("series", seriesId),
            ("bucket", bucket)
        );
        return rows.ToDictionary(row => row.Rule, row => row.Alert);
    }
}
