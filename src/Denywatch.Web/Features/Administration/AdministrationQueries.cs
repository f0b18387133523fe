using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Microsoft.EntityFrameworkCore;

namespace Denywatch.Web.Features.Administration;

/// <summary>One token as the list shows it.</summary>
public sealed record TokenRow(
    int Id,
    string Name,
    TokenScope Scope,
    string Prefix,
    string CreatedBy,
    DateTimeOffset CreatedAt,
    DateTimeOffset? LastUsedAt,
    DateTimeOffset? RevokedAt
);

/// <summary>What pages ask about tokens.</summary>
public sealed class AdministrationQueries(IDbContextFactory<DenywatchDb> dbs)
{
    /// <summary>Tokens that open something first, the newest first.</summary>
    public async Task<IReadOnlyList<TokenRow>> TokensAsync(CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        return await db
            .AccessTokens.OrderBy(token => token.RevokedAt != null)
            .ThenByDescending(token => token.CreatedAt)
            .Take(500)
            .Select(token => new TokenRow(
                token.Id,
                token.Name,
                token.Scope,
                token.Prefix,
                token.CreatedBy,
                token.CreatedAt,
                token.LastUsedAt,
                token.RevokedAt
            ))
            .ToListAsync(ct);
    }
}
