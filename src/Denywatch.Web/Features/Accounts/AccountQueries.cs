using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Microsoft.EntityFrameworkCore;

namespace Denywatch.Web.Features.Accounts;

/// <summary>One account as the list of users shows it.</summary>
/// <param name="IsWaiting">It has no password yet: its link was not used.</param>
public sealed record AccountRow(
    Guid Id,
    string Name,
    string DisplayName,
    AccountRole Role,
    bool IsDisabled,
    bool IsWaiting,
    bool IsLocked,
    DateTimeOffset CreatedAt
);

/// <summary>What pages ask about accounts.</summary>
public sealed class AccountQueries(IDbContextFactory<DenywatchDb> dbs, TimeProvider clock)
{
    public async Task<IReadOnlyList<AccountRow>> AllAsync(CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var now = clock.GetUtcNow();
        return await db
            .Users.OrderBy(account => account.NormalizedUserName)
            .Select(account => new AccountRow(
                account.Id,
                account.UserName ?? "",
                account.DisplayName,
                account.Role,
                account.IsDisabled,
                account.PasswordHash == null,
                account.LockoutEnd > now,
                account.CreatedAt
            ))
            .ToListAsync(ct);
    }

    public async Task<bool> HasAdminAsync(CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        return await db.Users.AnyAsync(account => account.Role == AccountRole.Admin, ct);
    }
}
