using System.Data;
using System.Globalization;
using System.Text.RegularExpressions;
using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Denywatch.Web.Features.Accounts;

/// <summary>What came of a deed, with the sentence for the person who asked where it was refused.</summary>
/// <param name="Secret">Shown once: the secret of a new link or token.</param>
public sealed record AccountResult(Outcome Outcome, string? Problem = null, string? Secret = null)
{
    public static AccountResult Done { get; } = new(Outcome.Done);
    public static AccountResult Forbidden { get; } = new(Outcome.Forbidden, "Only an admin may do that.");
    public static AccountResult NotFound { get; } = new(Outcome.NotFound, "It is not there any more.");

    public static AccountResult Refused(string problem) => new(Outcome.Refused, problem);
}

/// <summary>Deeds on accounts. Each is one transaction with its audit entry; secrets are never in either.</summary>
public sealed partial class AccountActions(IDbContextFactory<DenywatchDb> dbs, TimeProvider clock)
{
    public const int ShortestPassword = 12;

    /// <summary>How long a new account's password link opens.</summary>
    public static readonly TimeSpan LinkLife = TimeSpan.FromDays(7);

    private static readonly PasswordHasher<Account> hasher = new();

    /// <summary>Makes a set-up link unless an admin exists; earlier ones still open.</summary>
    /// <returns>The secret, or null where an admin exists.</returns>
    public async Task<string?> OfferSetupAsync(CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        if (await db.Users.AnyAsync(account => account.Role == AccountRole.Admin, ct))
            return null;

        var now = clock.GetUtcNow();
        await db.OneTimeLinks.Where(link => link.AccountId == null && link.ExpiresAt < now).ExecuteDeleteAsync(ct);
        var secret = Secret.New("dws");
        db.OneTimeLinks.Add(NewLink(secret, null, now, now.AddYears(1)));
        await db.SaveChangesAsync(ct);
        return secret;
    }

    /// <summary>Makes the first admin; all set-up links are void afterwards.</summary>
    public async Task<AccountResult> SetUpAsync(string? secret, string name, string password, CancellationToken ct)
    {
        if (ProblemOfName(name) is { } wrong)
            return AccountResult.Refused(wrong);
        if (ProblemOfPassword(password, name) is { } weak)
            return AccountResult.Refused(weak);

        await using var db = await dbs.CreateDbContextAsync(ct);
        await using var transaction = await db.Database.BeginTransactionAsync(IsolationLevel.Serializable, ct);
        try
        {
            var link = await LinkAsync(db, secret, ct);
            if (
                link is not { AccountId: null }
                || await db.Users.AnyAsync(account => account.Role == AccountRole.Admin, ct)
            )
                return AccountResult.Refused("This link does not open any more.");

            var now = clock.GetUtcNow();
            var account = NewAccount(name, name, AccountRole.Admin, now);
            account.PasswordHash = hasher.HashPassword(account, password);
            db.Users.Add(account);
            db.Audit.Add(
                Audit.Entry(ActorOf(account), "set up", Subject(account), null, Standing.Of(account), null, now)
            );
            await db.SaveChangesAsync(ct);
            await db.OneTimeLinks.Where(other => other.AccountId == null).ExecuteDeleteAsync(ct);
            await transaction.CommitAsync(ct);
            return AccountResult.Done;
        }
        catch (Exception raced) when (IsConflict(raced))
        {
            return AccountResult.Refused("Someone else was faster.");
        }
    }

    /// <summary>Sets a password by a one-time link.</summary>
    public async Task<AccountResult> SetPasswordAsync(string? secret, string password, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var link = await LinkAsync(db, secret, ct);
        if (link?.AccountId is not { } id || await db.Users.FindAsync([id], ct) is not { IsDisabled: false } account)
            return AccountResult.Refused("This link does not open any more. An admin can make a new one.");
        if (ProblemOfPassword(password, account.UserName ?? "") is { } weak)
            return AccountResult.Refused(weak);

        var now = clock.GetUtcNow();
        link.UsedAt = now;
        account.PasswordHash = hasher.HashPassword(account, password);
        (account.LockoutEnd, account.AccessFailedCount) = (null, 0);
        Restamp(account);
        db.Audit.Add(
            Audit.Entry(ActorOf(account), "set password", Subject(account), null, null, "by one-time link", now)
        );
        return await db.TrySaveAsync(ct) ? AccountResult.Done : AccountResult.Refused("This link was used already.");
    }

    /// <summary>Changes one's own password.</summary>
    public async Task<AccountResult> ChangePasswordAsync(
        string current,
        string password,
        Actor actor,
        CancellationToken ct
    )
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        if (actor.Id is not { } id || await db.Users.FindAsync([id], ct) is not { PasswordHash: { } hash } account)
            return AccountResult.NotFound;
        if (hasher.VerifyHashedPassword(account, hash, current) == PasswordVerificationResult.Failed)
            return AccountResult.Refused("The present password is not right.");
        if (ProblemOfPassword(password, account.UserName ?? "") is { } weak)
            return AccountResult.Refused(weak);

        account.PasswordHash = hasher.HashPassword(account, password);
        Restamp(account);
        db.Audit.Add(Audit.Entry(actor, "change password", Subject(account), null, null, null, clock.GetUtcNow()));
        return await db.TrySaveAsync(ct)
            ? AccountResult.Done
            : AccountResult.Refused("Someone else changed the account just now.");
    }

    /// <summary>Adds an account that has no password yet; the result holds the secret of its link.</summary>
    public async Task<AccountResult> AddAsync(
        string name,
        string displayName,
        AccountRole role,
        Actor actor,
        CancellationToken ct
    )
    {
        if (!actor.May(Policy.Administer))
            return AccountResult.Forbidden;
        if (ProblemOfName(name) is { } wrong)
            return AccountResult.Refused(wrong);

        await using var db = await dbs.CreateDbContextAsync(ct);
        var now = clock.GetUtcNow();
        var account = NewAccount(name, string.IsNullOrWhiteSpace(displayName) ? name : displayName, role, now);
        if (await db.Users.AnyAsync(other => other.NormalizedUserName == account.NormalizedUserName, ct))
            return AccountResult.Refused($"There is an account called {name} already.");

        var secret = Secret.New("dwp");
        db.Users.Add(account);
        db.OneTimeLinks.Add(NewLink(secret, account.Id, now, now + LinkLife));
        db.Audit.Add(Audit.Entry(actor, "add account", Subject(account), null, Standing.Of(account), null, now));
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException raced) when (IsConflict(raced))
        {
            return AccountResult.Refused($"There is an account called {name} already.");
        }
        return new(Outcome.Done, Secret: secret);
    }

    /// <summary>Makes a new password link; earlier ones of the account are void.</summary>
    public Task<AccountResult> NewLinkAsync(Guid id, Actor actor, CancellationToken ct) =>
        ChangeAsync(
            id,
            "new password link",
            actor,
            async (db, account) =>
            {
                var now = clock.GetUtcNow();
                await db.OneTimeLinks.Where(link => link.AccountId == id && link.UsedAt == null).ExecuteDeleteAsync(ct);
                var secret = Secret.New("dwp");
                db.OneTimeLinks.Add(NewLink(secret, account.Id, now, now + LinkLife));
                return new(Outcome.Done, Secret: secret);
            },
            ct
        );

    public Task<AccountResult> ChangeRoleAsync(Guid id, AccountRole role, Actor actor, CancellationToken ct) =>
        ChangeAsync(
            id,
            "change role",
            actor,
            async (db, account) =>
            {
                if (account.Role == role)
                    return AccountResult.Refused("It has that role already.");
                if (account is { Role: AccountRole.Admin, IsDisabled: false } && await IsLastAdminAsync(db, id, ct))
                    return AccountResult.Refused("One admin has to stay.");

                account.Role = role;
                Restamp(account);
                return AccountResult.Done;
            },
            ct
        );

    /// <summary>Shuts an account out, or lets it in again. Its name stays on what it did.</summary>
    public Task<AccountResult> DisableAsync(Guid id, bool disabled, Actor actor, CancellationToken ct) =>
        ChangeAsync(
            id,
            disabled ? "disable account" : "enable account",
            actor,
            async (db, account) =>
            {
                if (account.IsDisabled == disabled)
                    return AccountResult.Refused(disabled ? "It is disabled already." : "It is enabled already.");
                if (disabled && account.Role == AccountRole.Admin && await IsLastAdminAsync(db, id, ct))
                    return AccountResult.Refused("One admin has to stay.");

                account.IsDisabled = disabled;
                Restamp(account);
                return AccountResult.Done;
            },
            ct
        );

    /// <summary>What is wrong with a name, as a sentence; null where nothing is.</summary>
    public static string? ProblemOfName(string? name) =>
        string.IsNullOrWhiteSpace(name) ? "A name is needed."
        : name is "system" ? "That name stands for Denywatch itself."
        : GoodName().IsMatch(name) ? null
        : "A name has 2 to 64 letters, digits, dots, dashes, underscores or @.";

    /// <summary>What is wrong with a password, as a sentence; null where nothing is.</summary>
    public static string? ProblemOfPassword(string? password, string name) =>
        password is not { Length: >= ShortestPassword } ? $"A password has {ShortestPassword} characters or more."
        : password.Length > 256 ? "A password has 256 characters at most."
        : name.Length > 3 && password.Contains(name, StringComparison.OrdinalIgnoreCase)
            ? "A password does not hold the name."
        : password.Distinct().Count() < 5 ? "A password has more than a few different characters."
        : null;

    private async Task<AccountResult> ChangeAsync(
        Guid id,
        string deed,
        Actor actor,
        Func<DenywatchDb, Account, Task<AccountResult>> change,
        CancellationToken ct
    )
    {
        if (!actor.May(Policy.Administer))
            return AccountResult.Forbidden;

        await using var db = await dbs.CreateDbContextAsync(ct);
        // Serializable: of two admins who demote each other at once, one is refused.
        await using var transaction = await db.Database.BeginTransactionAsync(IsolationLevel.Serializable, ct);
        try
        {
            if (await db.Users.FindAsync([id], ct) is not { } account)
                return AccountResult.NotFound;

            var before = Standing.Of(account);
            var result = await change(db, account);
            if (result.Outcome != Outcome.Done)
                return result;

            db.Audit.Add(
                Audit.Entry(actor, deed, Subject(account), before, Standing.Of(account), null, clock.GetUtcNow())
            );
            await db.SaveChangesAsync(ct);
            await transaction.CommitAsync(ct);
            return result;
        }
        catch (Exception raced) when (IsConflict(raced))
        {
            return AccountResult.Refused("Someone else changed the account just now.");
        }
    }

    private static async Task<bool> IsLastAdminAsync(DenywatchDb db, Guid id, CancellationToken ct) =>
        !await db.Users.AnyAsync(other => other.Id != id && other.Role == AccountRole.Admin && !other.IsDisabled, ct);

    private async Task<OneTimeLink?> LinkAsync(DenywatchDb db, string? secret, CancellationToken ct)
    {
        if (string.IsNullOrEmpty(secret))
            return null;

        var (hash, now) = (Secret.HashOf(secret), clock.GetUtcNow());
        return await db.OneTimeLinks.SingleOrDefaultAsync(
            link => link.SecretHash == hash && link.UsedAt == null && link.ExpiresAt > now,
            ct
        );
    }

    private static OneTimeLink NewLink(string secret, Guid? accountId, DateTimeOffset now, DateTimeOffset expires) =>
        new()
        {
            SecretHash = Secret.HashOf(secret),
            AccountId = accountId,
            CreatedAt = now,
            ExpiresAt = expires,
        };

    private static Account NewAccount(string name, string displayName, AccountRole role, DateTimeOffset now)
    {
        var account = new Account
        {
            Id = Guid.CreateVersion7(),
            UserName = name,
            NormalizedUserName = name.Normalize().ToUpperInvariant(),
            DisplayName = displayName.Trim(),
            Role = role,
            CreatedAt = now,
            LockoutEnabled = true,
        };
        Restamp(account);
        return account;
    }

    /// <summary>Ends every session of the account within <see cref="AccountsSetup.Revalidation"/>.</summary>
    private static void Restamp(Account account)
    {
        account.SecurityStamp = Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture);
        account.ConcurrencyStamp = Guid.NewGuid().ToString("D", CultureInfo.InvariantCulture);
    }

    private static bool IsConflict(Exception fault) =>
        fault switch
        {
            DbUpdateConcurrencyException => true,
            { InnerException: { } inner } => IsConflict(inner),
            PostgresException postgres => postgres.SqlState
                is PostgresErrorCodes.SerializationFailure
                    or PostgresErrorCodes.UniqueViolation,
            _ => false,
        };

    private static Actor ActorOf(Account account) => new(account.Id, account.UserName ?? "", account.Role);

    private static (string Kind, string Id) Subject(Account account) => ("account", account.UserName ?? "");

    [GeneratedRegex(@"^[\p{L}\p{Nd}._@-]{2,64}$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 100)]
    private static partial Regex GoodName();

    private sealed record Standing(string? Name, string DisplayName, AccountRole Role, bool IsDisabled)
    {
        public static Standing Of(Account account) =>
            new(account.UserName, account.DisplayName, account.Role, account.IsDisabled);
    }
}
