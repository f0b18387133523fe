using Denywatch.Events;
using Denywatch.Events.Exceptions;
using Denywatch.Storage.Entities;
using Denywatch.Web.Features.Accounts;
using Outcome = Denywatch.Web.Features.Accounts.Outcome;

namespace Denywatch.Web.Features.Exceptions;

/// <summary>An exception as it is asked for.</summary>
/// <param name="From">First slice it holds for: now, or back as far as flows reach.</param>
/// <param name="AlertId">The alert it is made from.</param>
/// <param name="LossReason">Why it is saved although confirmed incidents would be lost; needed only then.</param>
public sealed record ExceptionDraft(
    FlowScope Scope,
    string Owner,
    string Reason,
    DateTimeOffset From,
    DateTimeOffset Until,
    long? AlertId = null,
    string? LossReason = null
)
{
    /// <summary>Longest that an exception may hold before somebody looks at it again.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(366);

    /// <summary>Longest that an analyst may make one for.</summary>
    public static readonly TimeSpan LongestNarrow = TimeSpan.FromDays(30);

    /// <summary>One source plus a port or a firewall rule, for up to 30 days: what an analyst may except.</summary>
    public bool IsNarrowAt(DateTimeOffset now) =>
        Scope.Sources is [var source]
        && FlowScope.NetworkOf(source) is { } network
        && network.PrefixLength == network.BaseAddress.GetAddressBytes().Length * 8
        && (Scope.Ports is [{ } port] && port.First == port.Last || Scope.Rules.Count == 1)
        && Until - now <= LongestNarrow; // what it holds for of the past is no longer a risk

    /// <summary>What is wrong with it, as a sentence; null where nothing is.</summary>
    public string? ProblemAt(DateTimeOffset now) =>
        Scope.Problem is { } problem ? problem
        : string.IsNullOrWhiteSpace(Reason) ? "Give a reason: the next shift will ask."
        : string.IsNullOrWhiteSpace(Owner) ? "Name an owner: somebody answers for traffic that is not counted."
        : Until <= From ? "It ends before it begins."
        : Until <= now ? "It would be over already: choose an expiry that is still to come."
        : Until - now > Longest ? "It holds for longer than a year: choose a nearer expiry, it can be renewed."
        : null;

    /// <summary>The reason as the audit trail keeps it.</summary>
    internal string Why => LossReason is { } loss ? $"{Reason.Trim()} (lost: {loss.Trim()})" : Reason.Trim();

    internal TrafficException ToException(string by, DateTimeOffset now, long change) =>
        new()
        {
            Scope = Scope,
            Owner = Owner.Trim(),
            Reason = Reason.Trim(),
            From = DenyFlow.SliceOf(From),
            Until = DenyFlow.SliceOf(Until),
            AlertId = AlertId,
            CreatedBy = by,
            CreatedAt = now,
            Change = change,
        };
}

/// <summary>What came of saving an exception.</summary>
/// <param name="Problem">Why not, where it was refused.</param>
public sealed record ExceptionResult(Outcome Outcome, int? Id = null, string? Problem = null);

/// <summary>What people do to exceptions, and to windows where it is the same.</summary>
public sealed class ExceptionActions(ExceptionPreview preview, ExceptionLedger ledger, TimeProvider clock)
{
    public async Task<ExceptionResult> AddAsync(ExceptionDraft draft, Actor actor, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(draft);
        ArgumentNullException.ThrowIfNull(actor);
        var now = clock.GetUtcNow();
        if (!actor.May(draft.IsNarrowAt(now) ? Policy.Triage : Policy.Engineer))
            return new(Outcome.Forbidden);

        if (draft.ProblemAt(now) is { } problem)
            return new(Outcome.Refused, Problem: problem);
        if (await preview.LossProblemAsync(new(null, draft), ct) is { } loss)
            return new(Outcome.Refused, Problem: loss);

        var changed = await ledger.ChangeAsync(
            async (db, next) =>
            {
                var added = draft.ToException(actor.Name, now, await next());
                db.Exceptions.Add(added);
                await db.SaveChangesAsync(ct);
                ExceptionLedger.Note(db, actor, "add", added, null, draft.Why, now);
                return [added];
            },
            changed => changed[0].Title,
            ct
        );
        return new(Outcome.Done, changed[0].Id);
    }

    /// <summary>Takes an exception back wholly: the past is as if it had never been.</summary>
    public Task<ExceptionResult> RemoveAsync(int id, string reason, Actor actor, CancellationToken ct) =>
        EndAsync(id, reason, actor, "remove", (exception, now) => exception.RemovedAt = now, ct);

    /// <summary>Lets it hold for nothing from now on; the past stays as it was told.</summary>
    public Task<ExceptionResult> EndNowAsync(int id, string reason, Actor actor, CancellationToken ct) =>
        EndAsync(id, reason, actor, "end", (exception, now) => exception.Until = DenyFlow.SliceOf(now), ct);

    private async Task<ExceptionResult> EndAsync(
        int id,
        string reason,
        Actor actor,
        string deed,
        Action<TrafficException, DateTimeOffset> end,
        CancellationToken ct
    )
    {
        ArgumentNullException.ThrowIfNull(actor);
        if (!actor.May(Policy.Triage))
            return new(Outcome.Forbidden);
        if (string.IsNullOrWhiteSpace(reason))
            return new(Outcome.Refused, Problem: "Give a reason: the next shift will ask.");

        var now = clock.GetUtcNow();
        var isForbidden = false;
        var changed = await ledger.ChangeAsync(
            async (db, next) =>
            {
                if (await db.Exceptions.FindAsync([id], ct) is not { RemovedAt: null } found || found.Until <= now)
                    return [];
                isForbidden = found.Schedule is not null && !actor.May(Policy.Engineer);
                if (isForbidden)
                    return [];
                var before = ExceptionStanding.Of(found);
                end(found, now);
                found.Change = await next();
                ExceptionLedger.Note(db, actor, deed, found, before, reason, now);
                return [found];
            },
            changed => $"{changed[0].Title} taken back",
            ct
        );
        return isForbidden ? new(Outcome.Forbidden)
            : changed.Count > 0 ? new(Outcome.Done, id)
            : new(Outcome.Refused, Problem: "It is over or gone already.");
    }
}
