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
    /// <summary>
    /// Follows what people have just decided, in their transaction and before it writes alerts: scoring writes series first and
    /// alerts after.
    /// </summary>
    public static async Task FollowAsync(
        NpgsqlConnection connection,
        DenywatchDb db,
        IReadOnlyList<AlertChange> changes,
        DateTimeOffset now,
        CancellationToken ct
    )
    {
        var turned = changes.Where(change => IsConfirmed(change.Before) != IsConfirmed(change.After)).ToList();
        if (turned.Count == 0)
            return;

        await CountStore.LockAsync(connection, ct);
        foreach (var change in turned)
        {
            if (!IsConfirmed(change.After))
            {
                if (await ConfirmedStore.RevokeAsync(connection, change.Id, ct))
                    Note(change.Id, "Its excess is learnt again.");
            }
            else if (CarriersOf(await db.Alerts.FindAsync([change.Id], ct)) is { } carriers)
            {
                await ConfirmedStore.ConfirmAsync(connection, change.Id, carriers, ct);
            }
        }
        await ConfirmedStore.SettleAsync(connection, ct);
        foreach (var change in turned.Where(change => IsConfirmed(change.After)))
        {
            if (SentenceOf(await ConfirmedStore.UnlearntAsync(connection, change.Id, ct)) is { } sentence)
                Note(change.Id, sentence);
        }

        void Note(long id, string text) =>
            db.AlertNotes.Add(
                new()
                {
                    AlertId = id,
                    At = now,
                    By = "system",
                    Kind = "rescored",
                    Text = text,
                }
            );
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
