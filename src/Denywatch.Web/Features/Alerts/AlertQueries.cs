using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Denywatch.Web.Features.Scoring;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Denywatch.Web.Features.Alerts;

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
                    active.Count(alert => !alert.IsSnoozed && alert.Status == AlertStatus.Open),
                    active.Count(alert => !alert.IsSnoozed && alert.Status == AlertStatus.Acknowledged),
                    active.Count(alert => !alert.IsSnoozed && alert.Assignee == me),
                    active.Count(alert => alert.IsSnoozed),
                    active
                        .Where(alert => !alert.IsSnoozed && alert.Status == AlertStatus.Open)
                        .Min(alert => (DateTimeOffset?)alert.StartedAt)
                ))
                .SingleOrDefaultAsync(ct)
            ?? new(0, 0, 0, 0, null);
    }

    public async Task<AlertList> ListAsync(AlertsView view, string me, CancellationToken ct, int most = MostListed)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var ids = await AlertSelection
            .Sorted(await AlertSelection.MatchingAsync(db, view, me, ct), view.Sort ?? AlertSort.Important)
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
        var keyed = AlertSelection.Keyed(
            await AlertSelection.MatchingAsync(db, view, me, ct),
            view.Group ?? AlertGrouping.None
        );
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

    /// <summary>Rows as they stand now, in the order of <paramref name="ids"/>.</summary>
    public async Task<IReadOnlyList<AlertRow>> RowsAsync(IReadOnlyList<long> ids, CancellationToken ct)
    {
        if (ids.Count == 0)
            return [];

        await using var db = await dbs.CreateDbContextAsync(ct);
        var rows = await AlertSelection
            .Rows(db.Alerts.Where(alert => ids.Contains(alert.Id)))
            .ToDictionaryAsync(row => row.Id, ct);
        return [.. ids.Select(id => rows.GetValueOrDefault(id)).OfType<AlertRow>()];
    }

    /// <summary>A page by key, not by offset: rows that arrive meanwhile neither repeat nor hide one.</summary>
    public async Task<AlertSlice> PageAsync(AlertsView view, string me, int take, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var matching = await AlertSelection.MatchingAsync(db, view, me, ct);
        var total = await matching.CountAsync(ct);
        var sort = view.Sort ?? AlertSort.Important;
        if (view.After is { } after)
        {
            if (await db.Alerts.AsNoTracking().FirstOrDefaultAsync(alert => alert.Id == after, ct) is not { } last)
                return new(total, [], null);
            matching = AlertSelection.After(matching, sort, last);
        }

        var rows = await AlertSelection.Rows(AlertSelection.Sorted(matching, sort).Take(take + 1)).ToListAsync(ct);
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
        var row = await AlertSelection.Rows(live).FirstOrDefaultAsync(ct);
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
            await AlertSelection.Rows(like.OrderByDescending(other => other.StartedAt).Take(5)).ToListAsync(ct)
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
            ("from", ScoredSeries.Of(detail.Series).WindowOf(alert.StartedAt).From),
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
}
