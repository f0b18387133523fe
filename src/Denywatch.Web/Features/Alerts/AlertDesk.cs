using Denywatch.Storage.Entities;
using Denywatch.Web.Features.Accounts;

namespace Denywatch.Web.Features.Alerts;

/// <summary>
/// Does deeds for a page and keeps what the page should say of them: what was done and can be taken back, or who was
/// faster.
/// </summary>
public sealed class AlertDesk(AlertActions actions, AlertQueries queries, Actor actor)
{
    public Actor Actor => actor;

    public bool MayTriage => actor.May(Policy.Triage);

    /// <summary>What was done, or why it was not; null when there is nothing to say.</summary>
    public string? Said { get; private set; }

    /// <summary>What can be taken back; empty when <see cref="Said"/> tells of a refusal.</summary>
    public IReadOnlyList<AlertChange> Undoable { get; private set; } = [];

    public Task<bool> AcknowledgeAsync(IReadOnlyList<long> ids, string? comment, CancellationToken ct) =>
        DoAsync("acknowledged", actions.AcknowledgeAsync(ids, comment, actor, ct), ids, canUndo: true, ct);

    public Task<bool> AssignAsync(IReadOnlyList<long> ids, string? to, string? comment, CancellationToken ct) =>
        DoAsync(
            to is null ? "given back" : $"assigned to {to}",
            actions.AssignAsync(ids, to, comment, actor, ct),
            ids,
            canUndo: true,
            ct
        );

    /// <summary>The form for an exception, where what was closed need not come back; null else.</summary>
    public string? OfferedException { get; private set; }

    public async Task<bool> CloseAsync(IReadOnlyList<long> ids, Closing closing, CancellationToken ct)
    {
        var isDone = await DoAsync(
            $"closed as {AlertWords.Reason(closing.Reason)}",
            actions.CloseAsync(ids, closing, actor, ct),
            ids,
            canUndo: true,
            ct
        );
        if (isDone && ids is [var id] && closing.Reason is CloseReason.FalsePositive or CloseReason.BenignPositive)
            OfferedException = await ExceptionUrlAsync(id, ct);
        return isDone;
    }

    /// <summary>The form for an exception from an alert; null where it has none, or this person may not make one.</summary>
    public async Task<string?> ExceptionUrlAsync(long id, CancellationToken ct) =>
        MayTriage ? (await queries.FindAsync(id, ct))?.Evidence?.ExceptionUrl(id) : null;

    public Task<bool> ReopenAsync(IReadOnlyList<long> ids, CancellationToken ct) =>
        DoAsync("reopened", actions.ReopenAsync(ids, null, actor, ct), ids, canUndo: true, ct);

    public Task<bool> SnoozeAsync(IReadOnlyList<long> ids, Snoozing snoozing, string? comment, CancellationToken ct) =>
        DoAsync("snoozed", actions.SnoozeAsync(ids, snoozing, comment, actor, ct), ids, canUndo: true, ct);

    public Task<bool> BringBackAsync(IReadOnlyList<long> ids, CancellationToken ct) =>
        DoAsync("brought back", actions.BringBackAsync(ids, null, actor, ct), ids, canUndo: true, ct);

    public Task<bool> TagAsync(IReadOnlyList<long> ids, string? add, string? remove, CancellationToken ct) =>
        DoAsync(
            "tagged",
            actions.TagAsync(ids, add is null ? [] : [add], remove is null ? [] : [remove], actor, ct),
            ids,
            canUndo: true,
            ct
        );

    public Task<bool> AnnotateAsync(IReadOnlyList<long> ids, string text, CancellationToken ct) =>
        DoAsync("annotated", actions.AnnotateAsync(ids, text, actor, ct), ids, canUndo: false, ct);

    public async Task UndoAsync(CancellationToken ct)
    {
        var changes = Undoable;
        Forget();
        if (changes.Count == 0)
            return;

        var ids = changes.Select(change => change.Id).ToList();
        await DoAsync("put back", actions.UndoAsync(changes, actor, ct), ids, canUndo: false, ct);
    }

    public void Forget() => (Said, Undoable, OfferedException) = (null, [], null);

    /// <returns>True when at least one alert was changed.</returns>
    private async Task<bool> DoAsync(
        string done,
        Task<AlertResult> deed,
        IReadOnlyList<long> ids,
        bool canUndo,
        CancellationToken ct
    )
    {
        var result = await deed;
        OfferedException = null;
        Undoable = canUndo ? result.Changes : [];
        Said = result.Outcome switch
        {
            Outcome.Done => AlertWords.Done(done, result),
            Outcome.Forbidden => "Your role only reads alerts; an analyst can do this.",
            Outcome.NotFound => "There is no such alert or person.",
            _ when ids.Count > 1 => "Nothing was done: all of them had changed meanwhile.",
            _ => AlertWords.Lost((await queries.RowsAsync(ids, ct)) is [var row] ? row : null),
        };
        return result.Outcome == Outcome.Done;
    }
}
