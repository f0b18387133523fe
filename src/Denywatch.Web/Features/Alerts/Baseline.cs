using System.Globalization;
using Denywatch.Alerting;
using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Npgsql;

namespace Denywatch.Web.Features.Alerts;

/// <summary>
/// A confirmed incident is not what is normal: closing as a true positive takes its excess out of what models learn, and
/// whatever takes that verdict back lets it be learnt again.
/// </summary>
internal static class Baseline
{
    /// <summary>The alerts that changes confirm, or whose confirmation they take back.</summary>
    public static IReadOnlyList<(long AlertId, bool IsConfirmed)> TurnedBy(IEnumerable<AlertChange> changes) =>
        [
            .. changes
                .Where(change => IsConfirmed(change.Before) != IsConfirmed(change.After))
                .Select(change => (change.Id, IsConfirmed(change.After))),
        ];

    /// <summary>
    /// Follows what people have just decided, in their transaction and before it writes alerts: scoring writes series first and
    /// alerts after.
    /// </summary>
    public static async Task FollowAsync(
        NpgsqlConnection connection,
        DenywatchDb db,
        IReadOnlyList<(long AlertId, bool IsConfirmed)> turned,
        CancellationToken ct
    )
    {
        await CountStore.LockAsync(connection, ct);
        foreach (var (id, isConfirmed) in turned)
        {
            if (!isConfirmed)
                await ConfirmedStore.RevokeAsync(connection, id, ct);
            else if (CarriersOf(await db.Alerts.FindAsync([id], ct)) is { } carriers)
                await ConfirmedStore.ConfirmAsync(connection, id, carriers, ct);
        }
        await ConfirmedStore.SettleAsync(connection, ct);
    }

    /// <summary>Says in the alerts' streams what became of the baseline.</summary>
    public static async Task NoteAsync(
        NpgsqlConnection connection,
        DenywatchDb db,
        IReadOnlyList<(long AlertId, bool IsConfirmed)> turned,
        DateTimeOffset now,
        CancellationToken ct
    )
    {
        var confirmed = turned.Where(turn => turn.IsConfirmed).Select(turn => turn.AlertId).ToArray();
        foreach (var unlearnt in await ConfirmedStore.UnlearntAsync(connection, confirmed, ct))
        {
            if (SentenceOf(unlearnt) is not { } sentence)
                continue;

            db.AlertNotes.Add(
                new()
                {
                    AlertId = unlearnt.AlertId,
                    At = now,
                    By = Accounts.Actor.System.Name,
                    Kind = "rescored",
                    Text = sentence,
                }
            );
        }
    }

    private static bool IsConfirmed(AlertStanding standing) =>
        standing is { Status: AlertStatus.Closed, CloseReason: CloseReason.TruePositive };

    /// <summary>Whose traffic it was; null for a storm, whose children tell that, and where the evidence cannot be read.</summary>
    private static Carriers? CarriersOf(Alert? alert) =>
        alert is { IsStorm: false } && AlertEvidence.Read(alert.Evidence) is { } evidence
            ? evidence.Carriers ?? Carriers.Of(evidence.Excess)
            : null;

    private static string? SentenceOf(Unlearnt unlearnt)
    {
        var excess = Math.Round(unlearnt.Excess);
        List<string> said = [];
        if (excess > 0)
            said.Add(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Its excess of {excess:N0} denies is not learnt as normal any more."
                )
            );
        if (unlearnt.UnadjustedBefore is { } before)
            said.Add(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"What it was before {before.UtcDateTime:d MMM HH:mm} UTC stays learnt, unadjusted: flows that old are not kept."
                )
            );
        return said.Count == 0 ? null : string.Join(' ', said);
    }
}
