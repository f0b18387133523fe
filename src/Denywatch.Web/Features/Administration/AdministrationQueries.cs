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

/// <summary>What pages ask about tokens and the audit trail.</summary>
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

    /// <summary>The newest entries of the audit trail before <paramref name="before"/>.</summary>
    /// <param name="text">Part of an actor, a deed or a subject; null for all.</param>
    public async Task<IReadOnlyList<AuditEntry>> AuditAsync(string? text, long before, int take, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        IQueryable<AuditEntry> entries = db.Audit.AsNoTracking().Where(entry => entry.Id < before);
        if (!string.IsNullOrWhiteSpace(text))
        {
            var part =
                $"%{text.Trim().Replace(@"\", @"\\", StringComparison.Ordinal).Replace("%", @"\%", StringComparison.Ordinal).Replace("_", @"\_", StringComparison.Ordinal)}%";
            entries = entries.Where(entry =>
                EF.Functions.ILike(entry.Actor, part, @"\")
                || EF.Functions.ILike(entry.Deed, part, @"\")
                || EF.Functions.ILike(entry.SubjectKind, part, @"\")
                || EF.Functions.ILike(entry.SubjectId, part, @"\")
            );
        }
        // A key, not an offset: entries that arrive meanwhile neither repeat nor hide one.
        return await entries.OrderByDescending(entry => entry.Id).Take(take).ToListAsync(ct);
    }
}
