using System.Globalization;
using System.Text.Json;
using Denywatch.Alerting;
using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Denywatch.Web.Features.Alerts;

/// <summary>One line of the list.</summary>
public sealed record AlertRow(
    long Id,
    string Title,
    string Sentence,
    string Cause,
    string Severity,
    string SeverityReason,
    double PeakScore,
    double Actual,
    double Typical,
    double Excess,
    DateTimeOffset StartedAt,
    DateTimeOffset? EndedAt,
    bool IsInterim,
    bool IsFoundLate,
    bool IsStorm,
    AlertStatus Status,
    string? Assignee,
    string? AcknowledgedBy,
    DateTimeOffset? AcknowledgedAt,
    CloseReason? CloseReason,
    string? ClosedBy,
    DateTimeOffset? ClosedAt,
    Snooze? Snooze,
    string[] Tags
)
{
    /// <summary>Snoozed, or the status.</summary>
    public string StatusWord => Snooze is null ? Status.ToString() : "Snoozed";

    /// <summary>Open for longer than its severity's target.</summary>
    public bool IsOverdueAt(DateTimeOffset now) =>
        Status == AlertStatus.Open && Snooze is null && now - StartedAt > AlertWords.Target(Severity);
}

/// <summary>The list as it stood at one moment: rows that come later wait until they are asked for.</summary>
/// <param name="Ids">In the view's order, at most <see cref="AlertQueries.MostListed"/>.</param>
/// <param name="HasMore">More match than are listed.</param>
public sealed record AlertList(IReadOnlyList<long> Ids, bool HasMore)
{
    /// <summary>How many a later list holds that this one does not: new ones, and those that came back.</summary>
    public int NewIn(AlertList later)
    {
        ArgumentNullException.ThrowIfNull(later);
        return later.Ids.Except(Ids).Count();
    }
}

/// <summary>Alerts of a list that have something in common.</summary>
/// <param name="Key">What they have in common, as a filter takes it; empty where they lack it.</param>
/// <param name="Excess">Of all of them, in denies.</param>
public sealed record AlertGroup(string Key, string Name, int Alerts, int Open, double Excess, DateTimeOffset Newest);

/// <summary>What the head of the list says.</summary>
public sealed record AlertCounts(int Open, int Acknowledged, int Mine, int Snoozed, DateTimeOffset? OldestOpen);

/// <summary>One page for the API.</summary>
/// <param name="Next">Page key of the next page; null on the last.</param>
public sealed record AlertSlice(int Total, IReadOnlyList<AlertRow> Alerts, long? Next);

/// <summary>An alert with all that its page shows at once.</summary>
public sealed record AlertDetail(
    Alert Alert,
    string RuleName,
    Series Series,
    AlertEvidence? Evidence,
    IReadOnlyList<Threat> Threats
);

/// <summary>Alerts before it that are like it, and what people found them to be.</summary>
public sealed record SimilarAlerts(
    int Total,
    IReadOnlyList<(CloseReason? Reason, int Count)> Verdicts,
    IReadOnlyList<AlertRow> Newest
);

/// <summary>A line as a firewall sent it.</summary>
public sealed record RawSample(DateTimeOffset Slice, string Firewall, string Line);

/// <summary>What pages and the API ask about alerts.</summary>
public sealed class AlertQueries(IDbContextFactory<DenywatchDb> dbs, NpgsqlDataSource source, TimeProvider clock)
{
    /// <summary>Rows that a list holds; whoever has more narrows it.</summary>
    public const int MostListed = 10_000;

    private static readonly TimeSpan similarFor = TimeSpan.FromDays(90);

    public async Task<AlertCounts> CountsAsync(string me, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        return await db
                .Alerts.Where(alert => alert.Status != AlertStatus.Closed)
                .GroupBy(_ => 1)
                .Select(active => new AlertCounts(
                    active.Count(alert => alert.Snooze == null && alert.Status == AlertStatus.Open),
                    active.Count(alert => alert.Snooze == null && alert.Status == AlertStatus.Acknowledged),
                    active.Count(alert => alert.Snooze == null && alert.Assignee == me),
                    active.Count(alert => alert.Snooze != null),
                    active
                        .Where(alert => alert.Snooze == null && alert.Status == AlertStatus.Open)
                        .Min(alert => (DateTimeOffset?)alert.StartedAt)
                ))
                .SingleOrDefaultAsync(ct)
            ?? new(0, 0, 0, 0, null);
    }

    public async Task<AlertList> ListAsync(AlertsView view, string me, CancellationToken ct, int most = MostListed)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var ids = await Sorted(Matching(db, view, me), view.Sort ?? AlertSort.Important)
            .Select(alert => alert.Id)
            .Take(most + 1)
            .ToListAsync(ct);
        return ids.Count > most ? new(ids[..most], true) : new(ids, false);
    }

    /// <summary>Groups that a list shows.</summary>
    public const int MostGroups = 200;

    /// <summary>The view's alerts by what they have in common, the largest group first.</summary>
    public async Task<IReadOnlyList<AlertGroup>> GroupsAsync(AlertsView view, string me, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(view);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var keyed = Keyed(Matching(db, view, me), view.Group ?? AlertGrouping.None);
        var groups = await keyed
            .GroupBy(row => row.Key)
            .Select(rows => new
            {
                rows.Key,
                Alerts = rows.Count(),
                Open = rows.Count(row => row.Alert.Status == AlertStatus.Open),
                Excess = rows.Sum(row => row.Alert.Excess),
                Newest = rows.Max(row => row.Alert.StartedAt),
            })
            .OrderByDescending(group => group.Alerts)
            .ThenBy(group => group.Key)
            .Take(MostGroups)
            .ToListAsync(ct);
        var rules =
            view.Group == AlertGrouping.Rule
                ? await db.Rules.ToDictionaryAsync(
                    rule => rule.Id.ToString(),
                    rule => rule.Name,
                    StringComparer.Ordinal,
                    ct
                )
                : [];
        return
        [
            .. groups.Select(group => new AlertGroup(
                group.Key ?? "",
                group.Key is null ? "none" : rules.GetValueOrDefault(group.Key) ?? group.Key,
                group.Alerts,
                group.Open,
                group.Excess,
                group.Newest
            )),
        ];
    }

    private static IQueryable<KeyedAlert> Keyed(IQueryable<Alert> alerts, AlertGrouping by) =>
        by switch
        {
            AlertGrouping.Severity => alerts.Select(alert => new KeyedAlert { Key = alert.Severity, Alert = alert }),
            AlertGrouping.Rule => alerts.Select(alert => new KeyedAlert
            {
                Key = alert.RuleId.ToString(),
                Alert = alert,
            }),
            AlertGrouping.Source => alerts.Select(alert => new KeyedAlert { Key = alert.MainSource, Alert = alert }),
            AlertGrouping.Assignee => alerts.Select(alert => new KeyedAlert { Key = alert.Assignee, Alert = alert }),
            _ => alerts.Select(alert => new KeyedAlert { Key = alert.Cause, Alert = alert }),
        };

    private sealed class KeyedAlert
    {
        public required string? Key { get; init; }
        public required Alert Alert { get; init; }
    }

    /// <summary>Rows as they stand now, in the order of <paramref name="ids"/>.</summary>
    public async Task<IReadOnlyList<AlertRow>> RowsAsync(IReadOnlyList<long> ids, CancellationToken ct)
    {
        if (ids.Count == 0)
            return [];

        await using var db = await dbs.CreateDbContextAsync(ct);
        var rows = await Rows(db.Alerts.Where(alert => ids.Contains(alert.Id))).ToDictionaryAsync(row => row.Id, ct);
        return [.. ids.Select(id => rows.GetValueOrDefault(id)).OfType<AlertRow>()];
    }

    /// <summary>A page by key, not by offset: rows that arrive meanwhile neither repeat nor hide one.</summary>
    public async Task<AlertSlice> PageAsync(AlertsView view, string me, int take, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var matching = Matching(db, view, me);
        var total = await matching.CountAsync(ct);
        var sort = view.Sort ?? AlertSort.Important;
        if (view.After is { } after)
        {
            if (await db.Alerts.AsNoTracking().FirstOrDefaultAsync(alert => alert.Id == after, ct) is not { } last)
                return new(total, [], null);
            matching = After(matching, sort, last);
        }

        var rows = await Rows(Sorted(matching, sort).Take(take + 1)).ToListAsync(ct);
        return rows.Count > take ? new(total, rows[..take], rows[take - 1].Id) : new(total, rows, null);
    }

    public async Task<AlertDetail?> FindAsync(long id, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        if (
            await db
                .Alerts.AsNoTracking()
                .Include(alert => alert.Rule)
                .Include(alert => alert.Notes)
                .FirstOrDefaultAsync(alert => alert.Id == id, ct)
            is not { } alert
        )
            return null;

        var series = await db
            .Series.AsNoTracking()
            .Where(series => series.Id == alert.SeriesId)
            .Select(series => new Series
            {
                Id = series.Id,
                JobId = series.JobId,
                Job = series.Job,
                Partition = series.Partition,
                FirewallId = series.FirewallId,
                Shard = series.Shard,
            })
            .FirstAsync(ct);
        alert.Notes.Sort((left, right) => left.Id.CompareTo(right.Id));
        return new(alert, alert.Rule.Name, series, AlertEvidence.Read(alert.Evidence), alert.Rule.Threats);
    }

    /// <summary>The alert with the largest excess that is still going on, with its evidence.</summary>
    public async Task<(AlertRow? Row, AlertEvidence? Evidence)> LiveAsync(CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var live = db
            .Alerts.Where(alert => alert.Status != AlertStatus.Closed && alert.EndedAt == null && !alert.IsStorm)
            .OrderByDescending(alert => alert.Excess)
            .Take(1);
        var row = await Rows(live).FirstOrDefaultAsync(ct);
        var json = await live.Select(alert => alert.Evidence).FirstOrDefaultAsync(ct);
        return (row, json is null ? null : AlertEvidence.Read(json));
    }

    /// <summary>The alert that a bucket of a series belongs to; null where it raised none.</summary>
    public async Task<long?> AtAsync(string jobId, string partition, DateTimeOffset bucket, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        var found = await connection.ScalarAsync<long>(
            """
            SELECT e.alert_id FROM episodes e JOIN series s ON s.id = e.series_id
            WHERE s.job_id = @job AND s.partition = @partition AND @bucket BETWEEN e.started_at AND e.last_bucket
            ORDER BY e.started_at DESC LIMIT 1
            """,
            ct,
            ("job", jobId),
            ("partition", partition),
            ("bucket", bucket)
        );
        return found == 0 ? null : found;
    }

    /// <summary>Alerts of the last 90 days before it with the same cause and the same main source, or else series.</summary>
    public async Task<SimilarAlerts> SimilarAsync(Alert alert, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(alert);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var since = alert.StartedAt - similarFor;
        var like = db.Alerts.Where(other =>
            other.Id != alert.Id
            && other.Cause == alert.Cause
            && other.StartedAt >= since
            && other.StartedAt <= alert.StartedAt
        );
        var shape = AlertEvidence.Read(alert.Evidence)?.Excess.Shape;
        if (shape is { TopSource: { } main, TopSourceShare: >= 0.35 })
        {
            like = like.Where(other => other.MainSource == main);
        }
        else
        {
            like = like.Where(other => other.SeriesId == alert.SeriesId);
        }

        var verdicts = await like.GroupBy(other => other.CloseReason)
            .Select(group => new { group.Key, Count = group.Count() })
            .ToListAsync(ct);
        return new(
            verdicts.Sum(verdict => verdict.Count),
            [.. verdicts.OrderByDescending(verdict => verdict.Count).Select(verdict => (verdict.Key, verdict.Count))],
            await Rows(like.OrderByDescending(other => other.StartedAt).Take(5)).ToListAsync(ct)
        );
    }

    /// <summary>Lines of the episode, those of its main contributors first.</summary>
    public async Task<IReadOnlyList<RawSample>> SamplesAsync(AlertDetail detail, int most, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(detail);
        var (alert, shape) = (detail.Alert, detail.Evidence?.Excess.Shape);
        await using var connection = await source.OpenConnectionAsync(ct);
        return await connection.RowsAsync(
            """
            SELECT r.slice, f.name, r.line
            FROM raw_lines r JOIN firewalls f ON f.id = r.firewall_id
            WHERE r.slice >= @from AND r.slice < @to AND (@firewall::int IS NULL OR r.firewall_id = @firewall)
            ORDER BY (host(r.source) = @source) DESC NULLS LAST, (r.destination_port::text = @port) DESC NULLS LAST, r.slice
            LIMIT @most
            """,
            row => new RawSample(row.Time(0), row.GetString(1), row.GetString(2)),
            ct,
            ("from", alert.StartedAt),
            ("to", alert.LastBucket + detail.Series.Job.BucketSpan),
            ("firewall", detail.Series.FirewallId),
            ("source", shape?.TopSource ?? ""),
            ("port", shape?.TopPort ?? ""),
            ("most", most)
        );
    }

    /// <summary>Who alerts can be given to.</summary>
    public async Task<IReadOnlyList<string>> PeopleAsync(CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        return await db
            .Users.Where(account =>
                !account.IsDisabled && account.Role != AccountRole.Viewer && account.UserName != null
            )
            .OrderBy(account => account.UserName)
            .Select(account => account.UserName!)
            .ToListAsync(ct);
    }

    /// <summary>Causes, and firewalls, that filters offer.</summary>
    public async Task<(IReadOnlyList<string> Causes, IReadOnlyList<string> Firewalls)> ChoicesAsync(
        CancellationToken ct
    )
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var since = clock.GetUtcNow() - similarFor;
        return (
            await db
                .Alerts.Where(alert => alert.StartedAt >= since)
                .Select(alert => alert.Cause)
                .Distinct()
                .Order()
                .ToListAsync(ct),
            await db.Firewalls.Select(firewall => firewall.Name).Order().Take(200).ToListAsync(ct)
        );
    }

    private static IQueryable<Alert> Matching(DenywatchDb db, AlertsView view, string me)
    {
        var alerts = db.Alerts.AsQueryable();
        if (view.Text is { Length: > 0 } text)
        {
            if (
                text[0] == '#'
                && long.TryParse(text.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            )
            {
                alerts = alerts.Where(alert => alert.Id == id);
            }
            else
            {
                var pattern = "%" + text.Replace(@"\", @"\\").Replace("%", @"\%").Replace("_", @"\_") + "%";
                alerts = alerts.Where(alert => EF.Functions.ILike(alert.SearchText, pattern));
            }
        }

        alerts = (view.Status ?? AlertScope.Active) switch
        {
            AlertScope.Active => alerts.Where(alert => alert.Status != AlertStatus.Closed && alert.Snooze == null),
            AlertScope.Open => alerts.Where(alert => alert.Status == AlertStatus.Open && alert.Snooze == null),
            AlertScope.Acknowledged => alerts.Where(alert =>
                alert.Status == AlertStatus.Acknowledged && alert.Snooze == null
            ),
            AlertScope.Snoozed => alerts.Where(alert => alert.Snooze != null),
            AlertScope.Closed => alerts.Where(alert => alert.Status == AlertStatus.Closed),
            _ => alerts,
        };
        alerts = (view.Who ?? AlertHolder.Anyone) switch
        {
            AlertHolder.MineOrNobody => alerts.Where(alert => alert.Assignee == null || alert.Assignee == me),
            AlertHolder.Mine => alerts.Where(alert => alert.Assignee == me),
            AlertHolder.Nobody => alerts.Where(alert => alert.Assignee == null),
            _ => alerts,
        };
        if (view.Cause is { } cause)
            alerts = alerts.Where(alert => alert.Cause == cause);
        if (view.Severity is { } severity)
            alerts = alerts.Where(alert => alert.Severity == severity);
        if (view.Tag is { } tag)
            alerts = alerts.Where(alert => alert.Tags.Contains(tag));
        if (view.Rule is { } rule)
            alerts = alerts.Where(alert => alert.RuleId == rule);
        if (view.Firewall is { } firewall)
        {
            alerts = alerts.Where(alert =>
                alert.Firewalls.Contains(firewall)
                || db.Series.Any(series =>
                    series.Id == alert.SeriesId && series.FirewallId != null && series.Partition == firewall
                )
            );
        }
        return alerts;
    }

    private static IQueryable<Alert> Sorted(IQueryable<Alert> alerts, AlertSort sort) =>
        sort switch
        {
            AlertSort.Newest => alerts.OrderByDescending(alert => alert.StartedAt).ThenByDescending(alert => alert.Id),
            AlertSort.Oldest => alerts.OrderBy(alert => alert.StartedAt).ThenBy(alert => alert.Id),
            AlertSort.Excess => alerts.OrderByDescending(alert => alert.Excess).ThenByDescending(alert => alert.Id),
            _ => alerts
                .OrderByDescending(alert => alert.SeverityRank)
                .ThenByDescending(alert => alert.PeakScore)
                .ThenByDescending(alert => alert.Id),
        };

    private static IQueryable<Alert> After(IQueryable<Alert> alerts, AlertSort sort, Alert last) =>
        sort switch
        {
            AlertSort.Newest => alerts.Where(alert =>
                alert.StartedAt < last.StartedAt || alert.StartedAt == last.StartedAt && alert.Id < last.Id
            ),
            AlertSort.Oldest => alerts.Where(alert =>
                alert.StartedAt > last.StartedAt || alert.StartedAt == last.StartedAt && alert.Id > last.Id
            ),
            AlertSort.Excess => alerts.Where(alert =>
                alert.Excess < last.Excess || alert.Excess == last.Excess && alert.Id < last.Id
            ),
            _ => alerts.Where(alert =>
                alert.SeverityRank < last.SeverityRank
                || alert.SeverityRank == last.SeverityRank
                    && (alert.PeakScore < last.PeakScore || alert.PeakScore == last.PeakScore && alert.Id < last.Id)
            ),
        };

    private static IQueryable<AlertRow> Rows(IQueryable<Alert> alerts) =>
        alerts.Select(alert => new AlertRow(
            alert.Id,
            alert.Title,
            alert.Sentence,
            alert.Cause,
            alert.Severity,
            alert.SeverityReason,
            alert.PeakScore,
            alert.Actual,
            alert.Typical,
            alert.Excess,
            alert.StartedAt,
            alert.EndedAt,
            alert.IsInterim,
            alert.IsFoundLate,
            alert.IsStorm,
            alert.Status,
            alert.Assignee,
            alert.AcknowledgedBy,
            alert.AcknowledgedAt,
            alert.CloseReason,
            alert.ClosedBy,
            alert.ClosedAt,
            alert.Snooze,
            alert.Tags
        ));
}
