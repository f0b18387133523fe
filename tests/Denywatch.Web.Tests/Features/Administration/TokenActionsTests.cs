using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Denywatch.Testing;
using Denywatch.Web.Features.Accounts;
using Denywatch.Web.Features.Administration;
using Microsoft.EntityFrameworkCore;

namespace Denywatch.Web.Tests.Features.Administration;

public sealed class TokenActionsTests(PostgresFixture postgres) : IAsyncLifetime
{
    private static readonly Actor root = new(null, "root", AccountRole.Admin);

    private TestDatabase database = null!;
    private TokenActions actions = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        database = await TestDatabase.CreateAsync(postgres);
        actions = new(database, TimeProvider.System);
    }

    public ValueTask DisposeAsync() => database.DisposeAsync();

    [Fact]
    public async Task A_token_is_shown_once_and_kept_as_its_hash()
    {
        var made = await actions.CreateAsync("edge", TokenScope.Intake, root, Ct);

        await using var db = database.CreateDbContext();
        var token = await db.AccessTokens.SingleAsync(Ct);
        Assert.StartsWith("dwi_", made.Secret, StringComparison.Ordinal);
        Assert.Equal(Secret.HashOf(made.Secret!), token.SecretHash);
        Assert.Equal(made.Secret![..8], token.Prefix);
        Assert.DoesNotContain(made.Secret!, (await db.Audit.SingleAsync(Ct)).After, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_is_free_again_once_its_token_is_revoked()
    {
        await actions.CreateAsync("edge", TokenScope.Intake, root, Ct);
        Assert.Equal(Outcome.Refused, (await actions.CreateAsync("edge", TokenScope.Intake, root, Ct)).Outcome);

        var id = (await new AdministrationQueries(database).TokensAsync(Ct))[0].Id;
        Assert.Equal(Outcome.Done, (await actions.RevokeAsync(id, root, Ct)).Outcome);
        Assert.Equal(Outcome.Refused, (await actions.RevokeAsync(id, root, Ct)).Outcome);

        Assert.Equal(Outcome.Done, (await actions.CreateAsync("edge", TokenScope.Intake, root, Ct)).Outcome);
    }

    [Fact]
    public async Task Only_an_admin_makes_and_revokes_tokens()
    {
        var engineer = new Actor(null, "eve", AccountRole.Engineer);

        Assert.Equal(Outcome.Forbidden, (await actions.CreateAsync("edge", TokenScope.Intake, engineer, Ct)).Outcome);
        Assert.Equal(Outcome.Forbidden, (await actions.RevokeAsync(1, engineer, Ct)).Outcome);
    }

    [Fact]
    public void Of_a_change_only_what_differs_is_shown()
    {
        var change = Assert.Single(Changes.Of("""{"role":"Viewer","name":"bo"}""", """{"role":"Admin","name":"bo"}"""));

        Assert.Equal(("role", "Viewer", "Admin"), change);
    }
}
