using Denywatch.Alerting;
using Denywatch.Events.Exceptions;
using Denywatch.Web.Features.Alerts;
using Denywatch.Web.Features.Exceptions;

namespace Denywatch.Web.Features.Windows;

/// <summary>An alert's traffic and times, as far as a window is made of them.</summary>
/// <param name="Earlier">When alerts like it began.</param>
public sealed record WindowCause(
    long AlertId,
    string Title,
    FlowScope? Scope,
    DateTimeOffset Start,
    DateTimeOffset End,
    IReadOnlyList<DateTimeOffset> Earlier
);

/// <summary>Proposes a window from an alert: "this scan runs every Tuesday at 02:00".</summary>
public sealed class WindowProposal(AlertQueries alerts)
{
    /// <summary>Alerts that begin so close to each other by the clock are one habit.</summary>
    private static readonly TimeSpan near = TimeSpan.FromMinutes(30);

    /// <summary>Null where there is no such alert.</summary>
    public async Task<WindowView?> OfAsync(long alertId, TimeZoneInfo zone, CancellationToken ct)
    {
        if (await alerts.FindAsync(alertId, ct) is not { } detail)
            return null;
        var (alert, span) = (detail.Alert, detail.Series.Job.BucketSpan);
        var similar = await alerts.SimilarAsync(alert, ct);
        return Of(
            new(
                alertId,
                alert.Title,
                detail.Evidence is { } evidence ? NarrowestScope.Of(evidence.Excess) : null,
                alert.StartedAt,
                alert.LastBucket + span,
                [.. similar.Newest.Select(row => row.StartedAt)]
            ),
            zone
        );
    }

    public static WindowView Of(WindowCause cause, TimeZoneInfo zone)
    {
        ArgumentNullException.ThrowIfNull(cause);
        var start = TimeZoneInfo.ConvertTime(cause.Start, zone).DateTime;
        var quarters = Math.Ceiling((cause.End - cause.Start) / TimeSpan.FromMinutes(15));
        return new()
        {
            Traffic = ExceptionView.Of(cause.Scope ?? new(), cause.AlertId) with { Days = ExceptionView.MostDays },
            Name = cause.Title,
            Start = start,
            Minutes = (int)Math.Clamp(15 * quarters, 15, Events.Maintenance.Schedule.Longest.TotalMinutes),
            TimeZone = zone.Id,
            Rule = RepeatsRules.RuleOf(HabitOf(start, cause, zone), start),
        };
    }

    /// <summary>Daily where one like it came on each of the two days before, at that hour; else weekly.</summary>
    private static Repeats HabitOf(DateTime start, WindowCause cause, TimeZoneInfo zone)
    {
        var daysBefore = cause
            .Earlier.Select(earlier => start - TimeZoneInfo.ConvertTime(earlier, zone).DateTime)
            .Where(ago => (ago - TimeSpan.FromDays(Math.Round(ago.TotalDays))).Duration() <= near)
            .Select(ago => (int)Math.Round(ago.TotalDays))
            .ToHashSet();
        return daysBefore.Contains(1) && daysBefore.Contains(2) ? Repeats.Daily : Repeats.Weekly;
    }
}
