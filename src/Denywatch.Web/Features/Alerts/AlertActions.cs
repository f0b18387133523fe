using System.Globalization;
using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Denywatch.Web.Features.Accounts;
using Denywatch.Web.Live;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Denywatch.Web.Features.Alerts;

/// <summary>What came of a deed on one or many alerts.</summary>
/// <param name="Changes">What was changed: give it to <see cref="AlertActions.UndoAsync"/> to take it back.</param>
/// <param name="Skipped">Alerts that did not stand so any more.</param>
public sealed record AlertResult(Outcome Outcome, IReadOnlyList<AlertChange> Changes, IReadOnlyList<long> Skipped)
{
    public static AlertResult Of(Outcome outcome) => new(outcome, [], []);
}

/// <summary>
/// What people do to alerts. A deed on many is one transaction, with an audit entry and a line in the stream for each
/// alert. When a row has changed meanwhile it is read again and the alert itself decides: a peak that a machine wrote
/// refuses nobody, and of two people one wins and the other is told.
/// </summary>
public sealed class AlertActions(IDbContextFactory<DenywatchDb> dbs, NpgsqlDataSource source, TimeProvider clock)
{
    /// <summary>Most alerts that one deed takes.</summary>
    public const int MostAtOnce = 1_000;

    private const int Attempts = 10;

    private const string Hold = "SELECT FROM alerts WHERE id = ANY(@ids) ORDER BY id FOR NO KEY UPDATE";

    /// <summary>Takes open alerts into the actor's hands.</summary>
    public Task<AlertResult> AcknowledgeAsync(
        IReadOnlyCollection<long> ids,
        string? comment,
        Actor actor,
        CancellationToken ct
    ) =>
        DoAsync(
            ids,
            new(actor, "acknowledge", "acknowledged", comment),
            (alert, at) => alert.Acknowledge(actor.Name, at) ? "Acknowledged." : null,
            ct
        );

    /// <summary>Gives alerts to someone, or with null to nobody.</summary>
    public async Task<AlertResult> AssignAsync(
        IReadOnlyCollection<long> ids,
        string? to,
        string? comment,
        Actor actor,
        CancellationToken ct
    )
    {
        if (to is not null && to != actor.Name && !await CanHoldAsync(to, ct))
            return AlertResult.Of(actor.May(Policy.Triage) ? Outcome.NotFound : Outcome.Forbidden);

        return await DoAsync(
            ids,
            new(actor, "assign", "assigned", comment),
            (alert, _) =>
                !alert.Assign(to) ? null
                : to is null ? "Given back: nobody has it now."
                : to == actor.Name ? "Took it."
                : $"Assigned to {to}.",
            ct
        );
    }

    public async Task<AlertResult> CloseAsync(
        IReadOnlyCollection<long> ids,
        Closing closing,
        Actor actor,
        CancellationToken ct
    )
    {
        if (!actor.May(Policy.Triage))
            return AlertResult.Of(Outcome.Forbidden);
        if (closing.Problem is not null)
            return AlertResult.Of(Outcome.Refused);
        var original = closing.Reason == CloseReason.Duplicate ? closing.DuplicateOf : null;
        if (original is { } other && (ids.Contains(other) || !await ExistsAsync(other, ct)))
            return AlertResult.Of(Outcome.NotFound);

        return await DoAsync(
            ids,
            new(actor, "close", "closed", closing.Note),
            (alert, at) =>
                alert.Close(closing.Reason, actor.Name, at, original)
                    ? $"Closed as {AlertWords.Reason(closing.Reason)}{(original is null ? "" : $" of #{original}")}."
                    : null,
            ct
        );
    }

    public Task<AlertResult> ReopenAsync(
        IReadOnlyCollection<long> ids,
        string? comment,
        Actor actor,
        CancellationToken ct
    ) => DoAsync(ids, new(actor, "reopen", "reopened", comment), (alert, _) => alert.Reopen() ? "Reopened." : null, ct);

    /// <summary>
    /// Takes alerts out of the queue for a while; one that is as bad already as it is to come back for stays where it is.
    /// </summary>
    public async Task<AlertResult> SnoozeAsync(
        IReadOnlyCollection<long> ids,
        Snoozing snoozing,
        string? comment,
        Actor actor,
        CancellationToken ct
    )
    {
        if (!actor.May(Policy.Triage))
            return AlertResult.Of(Outcome.Forbidden);
        if (snoozing.ProblemAt(clock.GetUtcNow()) is not null)
            return AlertResult.Of(Outcome.Refused);

        return await DoAsync(
            ids,
            new(actor, "snooze", "snoozed", comment),
            (alert, at) =>
                snoozing.By(actor.Name, at) is var snooze
                && !(snooze.Factor <= AlertWords.Factor(alert.Actual, alert.Typical))
                && alert.TakeOut(snooze)
                    ? $"Snoozed {AlertWords.Until(snooze)}."
                    : null,
            ct
        );
    }

    /// <summary>Brings snoozed alerts back now.</summary>
    public Task<AlertResult> BringBackAsync(
        IReadOnlyCollection<long> ids,
        string? comment,
        Actor actor,
        CancellationToken ct
    ) =>
        DoAsync(
            ids,
            new(actor, "bring back", "returned", comment),
            (alert, _) => alert.ComeBack() ? "Brought back from its snooze." : null,
            ct
        );

    /// <summary>Adds tags and takes others off; closed alerts take tags too.</summary>
    public Task<AlertResult> TagAsync(
        IReadOnlyCollection<long> ids,
        IReadOnlyCollection<string> add,
        IReadOnlyCollection<string> remove,
        Actor actor,
        CancellationToken ct
    ) =>
        !add.All(AlertTags.IsTag)
            ? Task.FromResult(AlertResult.Of(actor.May(Policy.Triage) ? Outcome.Refused : Outcome.Forbidden))
            : DoAsync(
                ids,
                new(actor, "tag", "tagged", null),
                (alert, _) =>
                    alert.Tags.Union(add, StringComparer.Ordinal).Count() <= AlertTags.Most && alert.Tag(add, remove)
                        ? AlertTags.Sentence(add, remove)
                        : null,
                ct
            );

    /// <summary>Writes a note (Markdown) to each alert; closed ones take notes too.</summary>
    public Task<AlertResult> AnnotateAsync(
        IReadOnlyCollection<long> ids,
        string text,
        Actor actor,
        CancellationToken ct
    ) =>
        string.IsNullOrWhiteSpace(text)
            ? Task.FromResult(AlertResult.Of(Outcome.Refused))
            : DoAsync(ids, new(actor, "annotate", "note", null), (_, _) => text.Trim(), ct);

    /// <summary>Takes back what the actor just did, where nobody did anything since.</summary>
    public Task<AlertResult> UndoAsync(IReadOnlyCollection<AlertChange> changes, Actor actor, CancellationToken ct)
    {
        var byId = changes.ToDictionary(change => change.Id);
        return DoAsync(
            [.. byId.Keys],
            new(actor, "undo", "reopened", null),
            (alert, _) =>
                byId[alert.Id] is var change && alert.TakeBack(change.Before, change.After)
                    ? $"Took it back: {AlertWords.Status(change.Before)} again."
                    : null,
            ct
        );
    }

    /// <param name="apply">Changes the alert and says so in a sentence; null where it does not stand so any more.</param>
    private async Task<AlertResult> DoAsync(
        IReadOnlyCollection<long> ids,
        Deed deed,
        Func<Alert, DateTimeOffset, string?> apply,
        CancellationToken ct
    )
    {
        if (!deed.Actor.May(Policy.Triage))
            return AlertResult.Of(Outcome.Forbidden);
        if (ids.Count is 0 or > MostAtOnce)
            return AlertResult.Of(Outcome.Refused);

        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            await using var connection = await source.OpenConnectionAsync(ct);
            await using var transaction = await connection.BeginTransactionAsync(ct);
            await using var db = await Database.WithinAsync(transaction, ct);
            var alerts = await AlertsAsync(db, ids, ct);
            if (alerts.Count == 0)
                return AlertResult.Of(Outcome.NotFound);

            var changes = Apply(db, alerts, deed, apply);
            if (changes.Count == 0)
                return new(Outcome.Refused, [], [.. ids]);

            if (Baseline.TurnedBy(changes) is [_, ..] turned)
            {
                await Baseline.FollowAsync(connection, db, turned, ct);
                // That took a while: the rows are read once more, and held, so that a machine's writing refuses nobody.
                await connection.ExecuteAsync(Hold, ct, ("ids", ids.ToArray()));
                db.ChangeTracker.Clear();
                changes = Apply(db, await AlertsAsync(db, ids, ct), deed, apply);
                if (!Baseline.TurnedBy(changes).SequenceEqual(turned))
                    continue;
                await Baseline.NoteAsync(connection, db, turned, Now(), ct);
            }
            if (await db.TrySaveAsync(ct))
            {
                await transaction.CommitAsync(ct);
                await TellAsync(ct);
                return new(Outcome.Done, changes, [.. ids.Except(changes.Select(change => change.Id))]);
            }
        }
        return AlertResult.Of(Outcome.Refused);
    }

    /// <summary>In one order, so that two people who choose the same alerts do not wait for each other in a circle.</summary>
    private static Task<List<Alert>> AlertsAsync(DenywatchDb db, IReadOnlyCollection<long> ids, CancellationToken ct) =>
        db.Alerts.Where(alert => ids.Contains(alert.Id)).OrderBy(alert => alert.Id).ToListAsync(ct);

    private List<AlertChange> Apply(
        DenywatchDb db,
        List<Alert> alerts,
        Deed deed,
        Func<Alert, DateTimeOffset, string?> apply
    )
    {
        var now = Now();
        var changes = new List<AlertChange>();
        foreach (var alert in alerts)
        {
            var before = alert.Standing();
            if (apply(alert, now) is not { } sentence)
                continue;

            var change = new AlertChange(alert.Id, before, alert.Standing());
            changes.Add(change);
            // Written even at the same microsecond: so a deed that changes nothing else still sees who was faster.
            db.Entry(alert).Property(row => row.TouchedAt).CurrentValue = now;
            db.Entry(alert).Property(row => row.TouchedAt).IsModified = true;
            AlertHistory.Add(db, deed.Actor, (deed.Name, deed.Kind), change, sentence, deed.Comment, now);
        }
        return changes;
    }

    private async Task<bool> CanHoldAsync(string name, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        return await db.Users.AnyAsync(
            account => account.UserName == name && !account.IsDisabled && account.Role != AccountRole.Viewer,
            ct
        );
    }

    private async Task<bool> ExistsAsync(long id, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        return await db.Alerts.AnyAsync(alert => alert.Id == id, ct);
    }

    private DateTimeOffset Now() => clock.GetUtcNow().ToMicroseconds();

    private async Task TellAsync(CancellationToken ct)
    {
        try
        {
            await DatabaseEars.AnnounceAsync(source, Topic.Alerts, ct);
        }
        catch (NpgsqlException)
        {
            // The deed is done and saved; other pages hear of it with the next change.
        }
    }

    private sealed record Deed(Actor Actor, string Name, string Kind, string? Comment);
}
