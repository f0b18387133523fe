using Denywatch.Storage.Entities;
using Denywatch.Testing;
using Denywatch.Web.Features.Accounts;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace Denywatch.Web.Tests.Features.Accounts;

public sealed class AccountActionsTests(PostgresFixture postgres) : IAsyncLifetime
{
    private const string Good = "a few plain words";

    private static readonly DateTimeOffset now = new(2026, 11, 3, 14, 0, 0, TimeSpan.Zero);
    private static readonly Actor root = new(null, "root", AccountRole.Admin);

    private TestDatabase database = null!;
    private AccountActions actions = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        database = await TestDatabase.CreateAsync(postgres);
        actions = new(database, new FixedClock(now));
    }

    public ValueTask DisposeAsync() => database.DisposeAsync();

    [Fact]
    public async Task The_set_up_link_makes_one_admin_and_then_opens_no_more()
    {
        var first = await actions.OfferSetupAsync(Ct);
        var second = await actions.OfferSetupAsync(Ct);

        Assert.Equal(Outcome.Refused, (await actions.SetUpAsync("dws_guess", "ana", Good, Ct)).Outcome);
        Assert.Equal(Outcome.Done, (await actions.SetUpAsync(second, "ana", Good, Ct)).Outcome);

        Assert.Equal(Outcome.Refused, (await actions.SetUpAsync(first, "eve", Good, Ct)).Outcome);
        Assert.Equal(Outcome.Refused, (await actions.SetUpAsync(second, "eve", Good, Ct)).Outcome);
        Assert.Null(await actions.OfferSetupAsync(Ct));
        var admin = await OnlyAsync("ana");
        Assert.Equal(AccountRole.Admin, admin.Role);
        Assert.True(Opens(admin, Good));
    }

    [Fact]
    public async Task No_secret_stands_in_the_database()
    {
        var secret = await actions.OfferSetupAsync(Ct);
        await actions.SetUpAsync(secret, "ana", Good, Ct);
        var link = await actions.AddAsync("bo", "Bo", AccountRole.Analyst, root, Ct);

        await using var db = database.CreateDbContext();
        var audit = string.Join('\n', (await db.Audit.ToListAsync(Ct)).Select(e => e.Before + e.After + e.Why));
        Assert.DoesNotContain(secret!, audit, StringComparison.Ordinal);
        Assert.DoesNotContain(link.Secret!, audit, StringComparison.Ordinal);
        Assert.DoesNotContain(Good, audit, StringComparison.Ordinal);
        Assert.DoesNotContain("hash", audit, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_password_link_sets_a_password_once_and_ends_open_sessions()
    {
        var link = (await actions.AddAsync("bo", "Bo", AccountRole.Analyst, root, Ct)).Secret;
        var stamp = (await OnlyAsync("bo")).SecurityStamp;

        Assert.Equal(Outcome.Refused, (await actions.SetPasswordAsync(link, "short", Ct)).Outcome);
        Assert.Equal(Outcome.Done, (await actions.SetPasswordAsync(link, Good, Ct)).Outcome);
        Assert.Equal(Outcome.Refused, (await actions.SetPasswordAsync(link, "another few words", Ct)).Outcome);

        var bo = await OnlyAsync("bo");
        Assert.True(Opens(bo, Good));
        Assert.False(stamp == bo.SecurityStamp);
    }

    [Fact]
    public async Task A_new_link_voids_the_one_before()
    {
        var first = (await actions.AddAsync("bo", "Bo", AccountRole.Analyst, root, Ct)).Secret;

        var second = (await actions.NewLinkAsync((await OnlyAsync("bo")).Id, root, Ct)).Secret;

        Assert.Equal(Outcome.Refused, (await actions.SetPasswordAsync(first, Good, Ct)).Outcome);
        Assert.Equal(Outcome.Done, (await actions.SetPasswordAsync(second, Good, Ct)).Outcome);
    }

    [Fact]
    public async Task A_link_opens_for_a_week()
    {
        var link = (await actions.AddAsync("bo", "Bo", AccountRole.Analyst, root, Ct)).Secret;

        var later = new AccountActions(database, new FixedClock(now.AddDays(8)));

        Assert.Equal(Outcome.Refused, (await later.SetPasswordAsync(link, Good, Ct)).Outcome);
    }

    [Fact]
    public async Task One_admin_has_to_stay()
    {
        await actions.SetUpAsync(await actions.OfferSetupAsync(Ct), "ana", Good, Ct);
        var ana = (await OnlyAsync("ana")).Id;

        Assert.Equal(Outcome.Refused, (await actions.ChangeRoleAsync(ana, AccountRole.Viewer, root, Ct)).Outcome);
        Assert.Equal(Outcome.Refused, (await actions.DisableAsync(ana, true, root, Ct)).Outcome);

        await actions.AddAsync("bo", "Bo", AccountRole.Admin, root, Ct);
        Assert.Equal(Outcome.Done, (await actions.ChangeRoleAsync(ana, AccountRole.Viewer, root, Ct)).Outcome);
    }

    [Fact]
    public async Task Of_two_admins_who_demote_each_other_at_once_one_stays()
    {
        await actions.AddAsync("ana", "", AccountRole.Admin, root, Ct);
        await actions.AddAsync("bo", "", AccountRole.Admin, root, Ct);
        var (ana, bo) = ((await OnlyAsync("ana")).Id, (await OnlyAsync("bo")).Id);

        var results = await Task.WhenAll(
            actions.ChangeRoleAsync(ana, AccountRole.Viewer, root, Ct),
            actions.ChangeRoleAsync(bo, AccountRole.Viewer, root, Ct)
        );

        Assert.Single(results, result => result.Outcome == Outcome.Done);
    }

    [Theory]
    [InlineData(AccountRole.Viewer)]
    [InlineData(AccountRole.Analyst)]
    [InlineData(AccountRole.Engineer)]
    public async Task Only_an_admin_manages_accounts(AccountRole role)
    {
        var actor = new Actor(null, "eve", role);

        Assert.Equal(Outcome.Forbidden, (await actions.AddAsync("bo", "", AccountRole.Admin, actor, Ct)).Outcome);
        Assert.Equal(
            Outcome.Forbidden,
            (await actions.ChangeRoleAsync(Guid.NewGuid(), AccountRole.Admin, actor, Ct)).Outcome
        );
        Assert.Equal(Outcome.Forbidden, (await actions.DisableAsync(Guid.NewGuid(), true, actor, Ct)).Outcome);
        Assert.Equal(Outcome.Forbidden, (await actions.NewLinkAsync(Guid.NewGuid(), actor, Ct)).Outcome);
    }

    [Fact]
    public async Task Every_change_has_its_entry_with_before_and_after()
    {
        await actions.AddAsync("bo", "Bo", AccountRole.Viewer, root, Ct);
        await actions.ChangeRoleAsync((await OnlyAsync("bo")).Id, AccountRole.Engineer, root, Ct);

        await using var db = database.CreateDbContext();
        var entry = await db.Audit.OrderBy(e => e.Id).LastAsync(Ct);
        Assert.Equal(
            ("root", "change role", "account", "bo"),
            (entry.Actor, entry.Deed, entry.SubjectKind, entry.SubjectId)
        );
        Assert.Contains("Viewer", entry.Before, StringComparison.Ordinal);
        Assert.Contains("Engineer", entry.After, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ana", null)]
    [InlineData("ana@example.org", null)]
    [InlineData("Änne", null)]
    [InlineData("", "A name is needed.")]
    [InlineData("system", "That name stands for Denywatch itself.")]
    [InlineData("a b", "A name has 2 to 64 letters, digits, dots, dashes, underscores or @.")]
    public void A_name_is_plain(string name, string? problem) =>
        Assert.Equal(problem, AccountActions.ProblemOfName(name));

    [Theory]
    [InlineData("a few plain words", null)]
    [InlineData("short", "A password has 12 characters or more.")]
    [InlineData("aaaaaaaaaaaaaaaa", "A password has more than a few different characters.")]
    [InlineData("I am annette today", "A password does not hold the name.")]
    public void A_password_is_long_and_not_the_name(string password, string? problem) =>
        Assert.Equal(problem, AccountActions.ProblemOfPassword(password, "annette"));

    [Theory]
    [InlineData("/alerts?text=a", "/alerts?text=a")]
    [InlineData(null, "/")]
    [InlineData("//evil.example", "/")]
    [InlineData("/\\evil.example", "/")]
    [InlineData("https://evil.example", "/")]
    [InlineData("/a\nb", "/")]
    public void Signing_in_leads_nowhere_else(string? to, string path) => Assert.Equal(path, Local.Path(to));

    private async Task<Account> OnlyAsync(string name)
    {
        await using var db = database.CreateDbContext();
        return await db.Users.SingleAsync(account => account.UserName == name, Ct);
    }

    private static bool Opens(Account account, string password) =>
        new PasswordHasher<Account>().VerifyHashedPassword(account, account.PasswordHash!, password)
        == PasswordVerificationResult.Success;
}
