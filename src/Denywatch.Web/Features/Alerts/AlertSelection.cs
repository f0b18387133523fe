using System.Globalization;
using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Microsoft.EntityFrameworkCore;

namespace Denywatch.Web.Features.Alerts;

/// <summary>What a view means in the database: which alerts, in which order, and what groups them.</summary>
internal static class AlertSelection
{
    public static async Task<IQueryable<Alert>> MatchingAsync(
        DenywatchDb db,
        AlertsView view,
        string me,
        CancellationToken ct
    )
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
                var pattern = Sql.Containing(text);
                alerts = alerts.Where(alert => EF.Functions.Like(alert.SearchText, DenywatchDb.Lower(pattern)));
            }
        }

        alerts = (view.Status ?? AlertScope.Active) switch
        {
            AlertScope.Active => alerts.Where(alert => alert.Status != AlertStatus.Closed && !alert.IsSnoozed),
            AlertScope.Open => alerts.Where(alert => alert.Status == AlertStatus.Open && !alert.IsSnoozed),
            AlertScope.Acknowledged => alerts.Where(alert =>
                alert.Status == AlertStatus.Acknowledged && !alert.IsSnoozed
            ),
            AlertScope.Snoozed => alerts.Where(alert => alert.IsSnoozed),
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
            // Read first: with ids in hand the database joins two indexes instead of looking at every alert.
            var own = await db
                .Series.Where(series => series.FirewallId != null && series.Partition == firewall)
                .Select(series => series.Id)
                .ToArrayAsync(ct);
            alerts = alerts.Where(alert => alert.Firewalls.Contains(firewall) || own.Contains(alert.SeriesId));
        }
        return alerts;
    }

    public static IQueryable<Alert> Sorted(IQueryable<Alert> alerts, AlertSort sort) =>
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

    public static IQueryable<Alert> After(IQueryable<Alert> alerts, AlertSort sort, Alert last) =>
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

    public static IQueryable<AlertRow> Rows(IQueryable<Alert> alerts) =>
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

    public static IQueryable<KeyedAlert> Keyed(IQueryable<Alert> alerts, AlertGrouping by) =>
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

    public sealed class KeyedAlert
    {
        public required string? Key { get; init; }
        public required Alert Alert { get; init; }
    }
}
