using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Denywatch.EndToEnd;

/// <summary>API tokens of accounts, one of each role.</summary>
internal static class ApiTokens
{
    /// <summary>Makes them in a database whose schema is there; the least role first.</summary>
    public static async Task<List<(AccountRole Role, string Token)>> OfEveryRoleAsync(
        string database,
        CancellationToken ct
    )
    {
        await using var source = new NpgsqlDataSourceBuilder(database).Build();
        var options = new DbContextOptionsBuilder<DenywatchDb>();
        Database.Configure(options, source);
        await using var db = new DenywatchDb(options.Options);
        List<(AccountRole, string)> tokens = [];
        foreach (var role in Enum.GetValues<AccountRole>())
        {
            var name = role.ToString().ToLowerInvariant();
            var account = new Account
            {
                Id = Guid.NewGuid(),
                UserName = name,
                NormalizedUserName = name.ToUpperInvariant(),
                DisplayName = name,
                Role = role,
                SecurityStamp = name,
            };
            var secret = Secret.New("dwa");
            db.Users.Add(account);
            db.AccessTokens.Add(
                new()
                {
                    Name = name,
                    Scope = TokenScope.Api,
                    Prefix = secret[..Secret.PrefixLength],
                    SecretHash = Secret.HashOf(secret),
                    AccountId = account.Id,
                    CreatedBy = "test",
                    CreatedAt = DateTimeOffset.UtcNow,
                }
            );
            tokens.Add((role, secret));
        }
        await db.SaveChangesAsync(ct);
        return tokens;
    }
}
