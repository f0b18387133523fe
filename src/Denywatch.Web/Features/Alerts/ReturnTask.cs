using System.Globalization;
using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Denywatch.Web.Features.Accounts;
using Denywatch.Web.Live;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Denywatch.Web.Features.Alerts;

/// <summary>
/// Brings alerts back into the queue: snoozed ones whose time is over or which are quiet, and acknowledged ones that nobody
/// did anything with. Several nodes may run it at once, and a restart may come at any time: an alert that is back is not
/// snoozed any more, so it comes back once.
/// </summary>
public sealed class ReturnTask(
    IDbContextFactory<DenywatchDb> dbs,
    NpgsqlDataSource source,
    Settings settings,
    TimeProvider clock
)
{
    /// <summary>Alerts of one transaction; the next look takes the others.</summary>
    private const int MostAtOnce = 200;

    public async Task RunAsync(CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var now = clock.GetUtcNow().ToMicroseconds();
        var untouched = TimeSpan.FromHours(settings.ReturnAfterHours);
        var since = now - untouched;
        var due = await db
            .Alerts.Where(alert =>
                alert.IsSnoozed
                    && (alert.Snooze!.Until <= now || alert.Snooze.Ends == SnoozeEnd.Quiet && alert.EndedAt != null)
                || alert.Status == AlertStatus.Acknowledged && !alert.IsSnoozed && alert.TouchedAt <= since
            )
            .OrderBy(alert => alert.Id)
            .Take(MostAtOnce)
            .ToListAsync(ct);
        if (due.Count == 0)
            return;

        foreach (var alert in due)
        {
            if (alert.Snooze is { } snooze)
                ComeBack(db, alert, snooze, now);
            else
                GiveBack(db, alert, untouched, now);
        }
        // Of two nodes, or a node and a person, one saves; what is still due is taken at the next look.
        if (await db.TrySaveAsync(ct))
            await DatabaseEars.AnnounceAsync(source, Topic.Alerts, ct);
    }

    private static void ComeBack(DenywatchDb db, Alert alert, Snooze snooze, DateTimeOffset now)
    {
        var why =
            snooze.Ends == SnoozeEnd.Quiet && alert.EndedAt is { } ended
                ? string.Create(
                    CultureInfo.InvariantCulture,
                    $"quiet since {ended.UtcDateTime:HH:mm} UTC ({alert.EndReason})"
                )
            : snooze.Ends == SnoozeEnd.Time ? "its time is over"
            : "its latest time is over, and it did not become " + (snooze.Ends == SnoozeEnd.Worse ? "worse" : "quiet");
        AlertHistory.Change(
            db,
            Actor.System,
            alert,
            ("return", "returned"),
            $"Back from its snooze: {why}.",
            now,
            snoozed => snoozed.ComeBack()
        );
    }

    private static void GiveBack(DenywatchDb db, Alert alert, TimeSpan untouched, DateTimeOffset now) =>
        AlertHistory.Change(
            db,
            Actor.System,
            alert,
            ("return", "returned"),
            $"Back in the queue: {alert.AcknowledgedBy} acknowledged it, and for {Ui.Times.Length(untouched)} nobody did anything with it.",
            now,
            acknowledged => acknowledged.GiveBack()
        );
}
