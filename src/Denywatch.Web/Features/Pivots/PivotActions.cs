using Denywatch.Storage;
using Denywatch.Web.Features.Accounts;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Denywatch.Web.Features.Pivots;

/// <summary>A pivot with the address that makes it work.</summary>
public sealed record PivotAddress(Pivot Pivot, string Address)
{
    public string? LinkFor(PivotSubject subject) => Pivot.LinkFor(Address, subject);
}

/// <summary>Where other tools live: read by every value's menu, written by engineers.</summary>
public sealed class PivotActions(IDbContextFactory<DenywatchDb> dbs, NpgsqlDataSource source, TimeProvider clock)
{
    private const int LongestAddress = 2_000;

    /// <summary>The pivots that have an address.</summary>
    public async Task<IReadOnlyList<PivotAddress>> ActiveAsync(CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        var addresses = await connection.RowsAsync(
            "SELECT name, address FROM pivots ORDER BY name",
            row => (Name: row.GetString(0), Address: row.GetString(1)),
            ct
        );
        return
        [
            .. addresses
                .Select(found => (Pivot: Pivot.All.FirstOrDefault(pivot => pivot.Name == found.Name), found.Address))
                .Where(found => found.Pivot is not null)
                .Select(found => new PivotAddress(found.Pivot!, found.Address)),
        ];
    }

    /// <summary>Gives a pivot its address; an empty one switches it off.</summary>
    public async Task<AccountResult> SetAsync(string name, string address, Actor actor, CancellationToken ct)
    {
        if (!actor.May(Policy.Engineer))
            return new(Outcome.Forbidden, "Only an engineer may do that.");
        if (Pivot.All.FirstOrDefault(pivot => pivot.Name == name) is not { } pivot)
            return AccountResult.NotFound;

        var after = address.Trim();
        var nothing = new PivotSubject(clock.GetUtcNow(), clock.GetUtcNow(), []);
        if (after.Length > LongestAddress || after.Length > 0 && pivot.LinkFor(after, nothing) is null)
            return AccountResult.Refused($"An address begins with https:// or http://, such as {pivot.Hint}.");

        await using var db = await dbs.CreateDbContextAsync(ct);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var before = await db
            .Database.SqlQuery<string>($"SELECT address AS \"Value\" FROM pivots WHERE name = {name} FOR UPDATE")
            .SingleOrDefaultAsync(ct);
        await (
            after.Length == 0
                ? db.Database.ExecuteSqlAsync($"DELETE FROM pivots WHERE name = {name}", ct)
                : db.Database.ExecuteSqlAsync(
                    $"""
                    INSERT INTO pivots (name, address) VALUES ({name}, {after})
                    ON CONFLICT (name) DO UPDATE SET address = excluded.address
                    """,
                    ct
                )
        );
        db.Audit.Add(
            Audit.Entry(
                actor,
                "set pivot",
                ("pivot", name),
                before is null ? null : new { address = before },
                after.Length == 0 ? null : new { address = after },
                null,
                clock.GetUtcNow()
            )
        );
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return AccountResult.Done;
    }
}
