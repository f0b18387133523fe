using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Denywatch.Web.Features.Accounts;
using Microsoft.EntityFrameworkCore;

namespace Denywatch.Web.Features.Administration;

/// <summary>Deeds on tokens of senders and programs.</summary>
public sealed class TokenActions(IDbContextFactory<DenywatchDb> dbs, TimeProvider clock)
{
    /// <summary>Makes a token; the result holds its secret, which is shown once and kept nowhere.</summary>
    /// <param name="name">The sender's name: it becomes part of its data sources.</param>
    public async Task<AccountResult> CreateAsync(string name, TokenScope scope, Actor actor, CancellationToken ct)
    {
        if (!actor.May(Policy.Administer))
            return AccountResult.Forbidden;
        if (AccountActions.ProblemOfName(name) is { } wrong)
            return AccountResult.Refused(wrong);
        if (scope == TokenScope.Api && actor.Id is null)
            return AccountResult.Refused("An API token acts for an account, and you have none.");

        var secret = Secret.New(scope == TokenScope.Intake ? "dwi" : "dwa");
        var token = new AccessToken
        {
            Name = name,
            Scope = scope,
            Prefix = secret[..Secret.PrefixLength],
            SecretHash = Secret.HashOf(secret),
            AccountId = scope == TokenScope.Api ? actor.Id : null,
            CreatedBy = actor.Name,
            CreatedAt = clock.GetUtcNow(),
        };
        await using var db = await dbs.CreateDbContextAsync(ct);
        db.AccessTokens.Add(token);
        db.Audit.Add(
            Audit.Entry(actor, "create token", ("token", name), null, Standing.Of(token), null, token.CreatedAt)
        );
        if (!await db.TrySaveUniqueAsync(ct))
            return AccountResult.Refused(
                $"There is a token called {name} already. Revoke it first, or choose another name."
            );
        return new(Outcome.Done, Secret: secret);
    }

    /// <summary>Shuts a token; what it sent stays.</summary>
    public async Task<AccountResult> RevokeAsync(int id, Actor actor, CancellationToken ct)
    {
        if (!actor.May(Policy.Administer))
            return AccountResult.Forbidden;

        await using var db = await dbs.CreateDbContextAsync(ct);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var now = clock.GetUtcNow();
        // The condition decides between two admins: the row is theirs who changed it.
        var revoked = await db
            .AccessTokens.Where(token => token.Id == id && token.RevokedAt == null)
            .ExecuteUpdateAsync(token => token.SetProperty(t => t.RevokedAt, now), ct);
        if (await db.AccessTokens.FindAsync([id], ct) is not { } found)
            return AccountResult.NotFound;
        if (revoked == 0)
            return AccountResult.Refused("It is revoked already.");

        db.Audit.Add(Audit.Entry(actor, "revoke token", ("token", found.Name), null, Standing.Of(found), null, now));
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return AccountResult.Done;
    }

    private sealed record Standing(string Name, TokenScope Scope, string Prefix, DateTimeOffset? RevokedAt)
    {
        public static Standing Of(AccessToken token) => new(token.Name, token.Scope, token.Prefix, token.RevokedAt);
    }
}
