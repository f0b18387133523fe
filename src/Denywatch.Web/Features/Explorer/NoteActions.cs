using System.Globalization;
using Denywatch.Storage;
using Denywatch.Web.Features.Accounts;
using Denywatch.Web.Live;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Denywatch.Web.Features.Explorer;

/// <summary>What came of writing a note on a time.</summary>
/// <param name="Id">Of the new note; null where nothing was written.</param>
/// <param name="Problem">Why not, as a sentence.</param>
public sealed record NoteResult(Outcome Outcome, long? Id = null, string? Problem = null);

/// <summary>Notes on stretches of time, as the explorer shows them. Each deed is one transaction with its audit entry.</summary>
public sealed class NoteActions(IDbContextFactory<DenywatchDb> dbs, NpgsqlDataSource source, TimeProvider clock)
{
    public const int LongestText = 2_000;

    private static readonly TimeSpan longest = TimeSpan.FromDays(400);

    /// <summary>Writes a note on [from, to); on a moment where both are the same.</summary>
    public async Task<NoteResult> WriteAsync(
        DateTimeOffset from,
        DateTimeOffset to,
        string text,
        Actor actor,
        CancellationToken ct
    )
    {
        if (!actor.May(Policy.Triage))
            return new(Outcome.Forbidden, Problem: "Only an analyst may write notes.");
        if (text.Trim() is not { Length: > 0 and <= LongestText } words)
            return new(Outcome.Refused, Problem: $"A note has 1 to {LongestText} characters.");
        if (to < from || to - from > longest)
            return new(
                Outcome.Refused,
                Problem: "A note is on a stretch of at most 400 days that ends after it begins."
            );

        await using var db = await dbs.CreateDbContextAsync(ct);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        DateTimeOffset? until = to > from ? to.ToUniversalTime() : null;
        var ids = await db
            .Database.SqlQuery<long>(
                $"""
                INSERT INTO annotations ("from", "to", text, by) VALUES ({from.ToUniversalTime()}, {until}, {words}, {actor.Name})
                RETURNING id AS "Value"
                """
            )
            .ToListAsync(ct);
        db.Audit.Add(
            Audit.Entry(
                actor,
                "write note",
                ("note", Name(ids[0])),
                null,
                new Standing(from, until, words),
                null,
                clock.GetUtcNow()
            )
        );
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        await DatabaseEars.AnnounceAsync(source, Topic.Records, ct);
        return new(Outcome.Done, ids[0]);
    }

    /// <summary>Takes a note away: one's own.</summary>
    public async Task<Outcome> RemoveAsync(long id, Actor actor, CancellationToken ct)
    {
        if (!actor.May(Policy.Triage))
            return Outcome.Forbidden;

        await using var db = await dbs.CreateDbContextAsync(ct);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var removed = await db
            .Database.SqlQuery<Removed>(
                $"""
                DELETE FROM annotations WHERE id = {id} AND by = {actor.Name}
                RETURNING "from" AS "From", "to" AS "To", text AS "Text"
                """
            )
            .ToListAsync(ct);
        if (removed is not [var note])
            return Outcome.NotFound;

        db.Audit.Add(
            Audit.Entry(
                actor,
                "remove note",
                ("note", Name(id)),
                new Standing(note.From, note.To, note.Text),
                null,
                null,
                clock.GetUtcNow()
            )
        );
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        await DatabaseEars.AnnounceAsync(source, Topic.Records, ct);
        return Outcome.Done;
    }

    private static string Name(long id) => id.ToString(CultureInfo.InvariantCulture);

    private sealed record Standing(DateTimeOffset From, DateTimeOffset? To, string Text);

    private sealed record Removed(DateTimeOffset From, DateTimeOffset? To, string Text);
}
