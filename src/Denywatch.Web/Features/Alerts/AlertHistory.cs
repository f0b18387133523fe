using System.Globalization;
using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Denywatch.Web.Features.Accounts;

namespace Denywatch.Web.Features.Alerts;

/// <summary>One alert before and after a deed.</summary>
public sealed record AlertChange(long Id, AlertStanding Before, AlertStanding After);

/// <summary>
/// What is written beside every change of how an alert stands, in its transaction: a line in the alert's stream and an entry
/// in the audit trail, so that the trail's last entry is how the alert stands.
/// </summary>
internal static class AlertHistory
{
    /// <param name="what">The deed as the audit trail names it, and the line's <see cref="AlertNote.Kind"/>.</param>
    public static void Add(
        DenywatchDb db,
        Actor actor,
        (string Deed, string Kind) what,
        AlertChange change,
        string sentence,
        string? comment,
        DateTimeOffset at
    )
    {
        db.AlertNotes.Add(Line(change.Id, actor, what.Kind, sentence, at));
        if (!string.IsNullOrWhiteSpace(comment))
            db.AlertNotes.Add(Line(change.Id, actor, "note", comment.Trim(), at));
        db.Audit.Add(
            Audit.Entry(
                actor,
                what.Deed,
                ("alert", change.Id.ToString(CultureInfo.InvariantCulture)),
                change.Before,
                change.After,
                comment ?? (what.Kind == "note" || actor == Actor.System ? sentence : null),
                at
            )
        );
    }

    /// <summary>Changes how an alert stands, and says so.</summary>
    /// <returns>False when it does not stand so any more: nothing is written then.</returns>
    public static bool Change(
        DenywatchDb db,
        Actor actor,
        Alert alert,
        (string Deed, string Kind) what,
        string sentence,
        DateTimeOffset at,
        Func<Alert, bool> change,
        string? comment = null
    )
    {
        var before = alert.Standing();
        if (!change(alert))
            return false;

        Add(db, actor, what, new(alert.Id, before, alert.Standing()), sentence, comment, at);
        return true;
    }

    private static AlertNote Line(long id, Actor actor, string kind, string text, DateTimeOffset at) =>
        new()
        {
            AlertId = id,
            At = at,
            By = actor.Name,
            Kind = kind,
            Text = text,
        };
}
