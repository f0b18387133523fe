using System.Globalization;
using Denywatch.Events;
using Denywatch.Events.Exceptions;
using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Denywatch.Web.Features.Accounts;
using Denywatch.Web.Live;
using Microsoft.EntityFrameworkCore;
using Npgsql;
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
}

/// <summary>What came of saving an exception.</summary>
/// <param name="Problem">Why not, where it was refused.</param>
public sealed record ExceptionResult(Outcome Outcome, int? Id = null, string? Problem = null);

/// <summary>
/// What people do to exceptions. Saving marks the flows it means and hands the slices to counting, in one transaction; that
/// the past is counted and scored again follows within seconds, by the same steps as late data.
/// </summary>
public sealed class ExceptionActions(ExceptionPreview preview, NpgsqlDataSource source, TimeProvider clock)
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
        if (string.IsNullOrWhiteSpace(draft.LossReason))
        {
            var lost = (await preview.OfAsync(new ExceptionChange(null, draft), ct: ct)).Lost.Count;
            if (lost > 0)
                return new(
                    Outcome.Refused,
                    Problem: $"It would take away {lost} confirmed true positive{(lost == 1 ? "" : "s")}: narrow it, or say why they may go."
                );
        }

        return await ChangeAsync(
            async (db, change) =>
            {
                var added = new TrafficException
                {
                    Scope = draft.Scope,
                    Owner = draft.Owner.Trim(),
                    Reason = draft.Reason.Trim(),
                    From = DenyFlow.SliceOf(draft.From),
                    Until = DenyFlow.SliceOf(draft.Until),
                    AlertId = draft.AlertId,
                    CreatedBy = actor.Name,
                    CreatedAt = now,
                    Change = change,
                };
                db.Exceptions.Add(added);
                await db.SaveChangesAsync(ct);
                var why = draft.LossReason is { } loss ? $"{draft.Reason.Trim()} (lost: {loss.Trim()})" : draft.Reason;
                Note(db, actor, "add", added.Id, null, Standing.Of(added), why, now);
                return added;
            },
            what => $"exception {what.Id} ({what.Scope})",
            ct
        );
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
        return await ChangeAsync(
            async (db, change) =>
            {
                if (await db.Exceptions.FindAsync([id], ct) is not { RemovedAt: null } found || found.Until <= now)
                    return null;
                var before = Standing.Of(found);
                end(found, now);
                found.Change = change;
                Note(db, actor, deed, id, before, Standing.Of(found), reason, now);
                return found;
            },
            what => $"exception {what.Id} taken back",
            ct
        );
    }

    /// <summary>Changes exceptions, marks the flows anew and hands what changed to counting: all of it or nothing.</summary>
    private async Task<ExceptionResult> ChangeAsync(
        Func<DenywatchDb, long, Task<TrafficException?>> change,
        Func<TrafficException, string> reason,
        CancellationToken ct
    )
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await CountStore.LockAsync(connection, ct);
        await using var db = await Database.WithinAsync(transaction, ct);
        var number = await connection.ScalarAsync<long>("SELECT nextval('exception_changes')", ct);
        if (await change(db, number) is not { } changed)
            return new(Outcome.Refused, Problem: "It is over or gone already.");
        await db.SaveChangesAsync(ct);

        await ExceptionStore.RemarkAsync(connection, db, changed, reason(changed), ct);
        await transaction.CommitAsync(ct);
        await DatabaseEars.AnnounceAsync(source, Topic.Exceptions, ct);
        return new(Outcome.Done, changed.Id);
    }

    private static void Note(
        DenywatchDb db,
        Actor actor,
        string deed,
        int id,
        Standing? before,
        Standing after,
        string why,
        DateTimeOffset at
    ) =>
        db.Audit.Add(
            Audit.Entry(actor, deed, ("exception", id.ToString(CultureInfo.InvariantCulture)), before, after, why, at)
        );

    /// <summary>What the audit trail keeps of one.</summary>
    private sealed record Standing(
        string Scope,
        string Owner,
        DateTimeOffset From,
        DateTimeOffset Until,
        DateTimeOffset? RemovedAt
    )
    {
        public static Standing Of(TrafficException e) => new(e.Scope.ToString(), e.Owner, e.From, e.Until, e.RemovedAt);
    }
}
