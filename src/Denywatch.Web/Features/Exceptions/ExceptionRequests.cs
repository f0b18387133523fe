using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Denywatch.Web.Features.Accounts;
using Denywatch.Web.Live;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Denywatch.Web.Features.Exceptions;

/// <summary>An exception that waits for an engineer.</summary>
public sealed record WaitingException(int Id, ExceptionDraft Draft, string RequestedBy, DateTimeOffset RequestedAt)
{
    /// <summary>The form with what was asked for, to be tried, changed and approved.</summary>
    public string FormUrl =>
        (
            ExceptionView.Of(Draft.Scope, Draft.AlertId) with
            {
                Days = Math.Clamp((int)Math.Ceiling((Draft.Until - RequestedAt).TotalDays), 1, ExceptionView.MostDays),
                LeavesPast = Draft.From >= RequestedAt.AddMinutes(-5),
                RequestId = Id,
            }
        ).ToUrl();
}

/// <summary>
/// Exceptions wider than an analyst may make: the analyst asks, an engineer tries, narrows if need be and approves. What waits
/// takes nothing away.
/// </summary>
public sealed class ExceptionRequests(
    IDbContextFactory<DenywatchDb> dbs,
    ExceptionActions exceptions,
    NpgsqlDataSource source,
    TimeProvider clock
)
{
    /// <summary>Requests that wait at most.</summary>
    public const int Most = 200;

    private static readonly JsonSerializerOptions options = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter() },
    };

    /// <summary>The oldest first.</summary>
    public async Task<IReadOnlyList<WaitingException>> WaitingAsync(CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var rows = await db.ExceptionRequests.AsNoTracking().OrderBy(row => row.Id).ToListAsync(ct);
        return [.. rows.Select(Read)];
    }

    public async Task<WaitingException?> FindAsync(int id, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        return await db.ExceptionRequests.AsNoTracking().SingleOrDefaultAsync(row => row.Id == id, ct) is { } found
            ? Read(found)
            : null;
    }

    public async Task<ExceptionResult> AskAsync(ExceptionDraft draft, Actor actor, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(draft);
        ArgumentNullException.ThrowIfNull(actor);
        if (!actor.May(Policy.Triage))
            return new(Outcome.Forbidden);

        var now = clock.GetUtcNow();
        if (draft.ProblemAt(now) is { } problem)
            return new(Outcome.Refused, Problem: problem);

        await using var db = await dbs.CreateDbContextAsync(ct);
        if (await db.ExceptionRequests.CountAsync(ct) >= Most)
            return new(
                Outcome.Refused,
                Problem: $"{Most} exceptions wait already: an engineer has to look at them first."
            );

        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var added = new ExceptionRequest
        {
            Draft = JsonSerializer.Serialize(draft, options),
            RequestedBy = actor.Name,
            RequestedAt = now,
        };
        db.ExceptionRequests.Add(added);
        await db.SaveChangesAsync(ct);
        Note(db, actor, "ask", added.Id, null, draft, draft.Reason, now);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        await DatabaseEars.AnnounceAsync(source, Topic.Exceptions, ct);
        return new(Outcome.Done, added.Id);
    }

    /// <summary>Makes the exception, as the engineer leaves it.</summary>
    /// <param name="draft">What was asked for, or narrower.</param>
    /// <returns>With the id of the exception.</returns>
    public Task<ExceptionResult> ApproveAsync(int id, ExceptionDraft draft, Actor actor, CancellationToken ct) =>
        DecideAsync(
            id,
            actor,
            (_, now) => actor.May(Policy.Engineer) ? draft.ProblemAt(now) : null,
            isAllowed: _ => actor.May(Policy.Engineer),
            ("approve", draft.Reason),
            () => exceptions.AddAsync(draft, actor, ct),
            ct
        );

    /// <summary>Says no; who asked may take it back.</summary>
    public Task<ExceptionResult> DeclineAsync(int id, string reason, Actor actor, CancellationToken ct) =>
        DecideAsync(
            id,
            actor,
            (_, _) => string.IsNullOrWhiteSpace(reason) ? "Give a reason: who asked wants to know." : null,
            isAllowed: asked =>
                actor.May(Policy.Engineer) || actor.Name == asked.RequestedBy && actor.May(Policy.Triage),
            ("decline", reason),
            () => Task.FromResult(new ExceptionResult(Outcome.Done, id)),
            ct
        );

    /// <summary>Of two people who decide at once the second finds nothing: the row is held until all is done.</summary>
    private async Task<ExceptionResult> DecideAsync(
        int id,
        Actor actor,
        Func<WaitingException, DateTimeOffset, string?> problemOf,
        Func<WaitingException, bool> isAllowed,
        (string Deed, string Why) what,
        Func<Task<ExceptionResult>> carryOut,
        CancellationToken ct
    )
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var found = await db
            .ExceptionRequests.FromSql($"SELECT * FROM exception_requests WHERE id = {id} FOR UPDATE")
            .SingleOrDefaultAsync(ct);
        if (found is null)
            return new(Outcome.NotFound, Problem: "Somebody has decided on it already.");
        var (asked, now) = (Read(found), clock.GetUtcNow());
        if (!isAllowed(asked))
            return new(Outcome.Forbidden);
        if (problemOf(asked, now) is { } problem)
            return new(Outcome.Refused, Problem: problem);

        var result = await carryOut();
        if (result.Outcome != Outcome.Done)
            return result;
        db.ExceptionRequests.Remove(found);
        Note(db, actor, what.Deed, id, asked.Draft, null, what.Why, now);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        await DatabaseEars.AnnounceAsync(source, Topic.Exceptions, ct);
        return result;
    }

    private static void Note(
        DenywatchDb db,
        Actor actor,
        string deed,
        int id,
        ExceptionDraft? before,
        ExceptionDraft? after,
        string why,
        DateTimeOffset at
    ) =>
        db.Audit.Add(
            Audit.Entry(
                actor,
                deed,
                ("exception request", id.ToString(CultureInfo.InvariantCulture)),
                Standing(before),
                Standing(after),
                why,
                at
            )
        );

    private static object? Standing(ExceptionDraft? draft) =>
        draft is null
            ? null
            : new
            {
                Scope = draft.Scope.ToString(),
                draft.Owner,
                draft.From,
                draft.Until,
                draft.AlertId,
            };

    private static WaitingException Read(ExceptionRequest row) =>
        new(row.Id, JsonSerializer.Deserialize<ExceptionDraft>(row.Draft, options)!, row.RequestedBy, row.RequestedAt);
}
