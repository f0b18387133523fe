using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Denywatch.Web.Features.DataSources;
using Denywatch.Web.Features.Exceptions;
using Denywatch.Web.Ui;
using Microsoft.EntityFrameworkCore;

namespace Denywatch.Web.Features.Handover;

/// <summary>An alert as the handover lists it.</summary>
public sealed record HandoverAlert(
    long Id,
    string Title,
    string Severity,
    AlertStatus Status,
    CloseReason? CloseReason,
    string? Who,
    DateTimeOffset StartedAt
);

/// <summary>What somebody said at the end of a shift.</summary>
public sealed record SignOff(string Who, DateTimeOffset At, string? Note);

/// <summary>What happened in a stretch of time, and what is left of it.</summary>
/// <param name="Opened">Those that came, the newest first; none that a storm holds.</param>
/// <param name="Open">All that are open now, whenever they came, the most severe first.</param>
/// <param name="Ending">Exceptions that end within a day.</param>
/// <param name="SignOffs">Of everybody, the newest first.</param>
public sealed record HandoverStory(
    DateTimeOffset From,
    DateTimeOffset To,
    IReadOnlyList<HandoverAlert> Opened,
    IReadOnlyList<HandoverAlert> Closed,
    IReadOnlyList<HandoverAlert> Acknowledged,
    IReadOnlyList<HandoverAlert> Open,
    IReadOnlyList<ExceptionRow> Added,
    IReadOnlyList<ExceptionRow> Ending,
    IReadOnlyList<SourceRow> Quiet,
    IReadOnlyList<SignOff> SignOffs
);

/// <summary>Reads what a shift hands to the next.</summary>
public sealed class HandoverQueries(
    IDbContextFactory<DenywatchDb> dbs,
    ExceptionQueries exceptions,
    DataSourceQueries sources,
    TimeProvider clock
)
{
    /// <summary>Most alerts of a kind that are listed.</summary>
    public const int Most = 500;

    /// <summary>A shift, for who never signed off.</summary>
    public static readonly TimeSpan Shift = TimeSpan.FromHours(8);

    private static readonly TimeSpan soon = TimeSpan.FromDays(1);

    /// <summary>From the last time that <paramref name="name"/> signed off until now, or one shift.</summary>
    public async Task<(DateTimeOffset From, bool IsSignOff)> SinceAsync(string name, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var last = await db
            .Audit.Where(entry => entry.Actor == name && entry.Deed == HandoverActions.Deed)
            .OrderByDescending(entry => entry.Id)
            .Select(entry => (DateTimeOffset?)entry.At)
            .FirstOrDefaultAsync(ct);
        return last is { } at ? (at, true) : (clock.GetUtcNow() - Shift, false);
    }

    public async Task<HandoverStory> OfAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var alerts = db.Alerts.AsNoTracking().Where(alert => alert.StormId == null);
        var (now, all) = (clock.GetUtcNow(), await exceptions.ListAsync(ct));
        return new(
            from,
            to,
            await RowsAsync(
                alerts.Where(a => a.RaisedAt >= from && a.RaisedAt < to).OrderByDescending(a => a.RaisedAt),
                ct
            ),
            await RowsAsync(
                alerts.Where(a => a.ClosedAt >= from && a.ClosedAt < to).OrderByDescending(a => a.ClosedAt),
                ct
            ),
            await RowsAsync(
                alerts
                    .Where(a => a.Status == AlertStatus.Acknowledged)
                    .Where(a => a.AcknowledgedAt >= from && a.AcknowledgedAt < to)
                    .OrderByDescending(a => a.AcknowledgedAt),
                ct
            ),
            await RowsAsync(
                alerts
                    .Where(a => a.Status == AlertStatus.Open)
                    .OrderByDescending(a => a.SeverityRank)
                    .ThenByDescending(a => a.StartedAt),
                ct
            ),
            [.. all.Where(e => e.CreatedAt >= from && e.CreatedAt < to)],
            [.. all.Where(e => e.IsInForceAt(now) && e.Until - now <= soon)],
            [.. (await sources.AllAsync(ct)).Where(s => s.Health.State == LampState.Quiet)],
            await db
                .Audit.Where(e => e.Deed == HandoverActions.Deed && e.At >= from && e.At < to)
                .OrderByDescending(e => e.Id)
                .Take(Most)
                .Select(e => new SignOff(e.Actor, e.At, e.Why))
                .ToListAsync(ct)
        );
    }

    private static Task<List<HandoverAlert>> RowsAsync(IQueryable<Alert> alerts, CancellationToken ct) =>
        alerts
            .Take(Most)
            .Select(a => new HandoverAlert(
                a.Id,
                a.Title,
                a.Severity,
                a.Status,
                a.CloseReason,
                a.ClosedBy ?? a.Assignee,
                a.StartedAt
            ))
            .ToListAsync(ct);
}
