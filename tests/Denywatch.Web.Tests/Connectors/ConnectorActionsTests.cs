using Denywatch.Alerting;
using Denywatch.Storage.Entities;
using Denywatch.Testing;
using Denywatch.Web.Features.Accounts;
using Denywatch.Web.Features.Connectors;
using Microsoft.EntityFrameworkCore;

namespace Denywatch.Web.Tests.Connectors;

public sealed class ConnectorActionsTests(PostgresFixture postgres) : IAsyncLifetime
{
    private Teller teller = null!;
    private Receiver receiver = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        teller = await Teller.NewAsync(postgres);
        receiver = await Receiver.StartedAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await receiver.DisposeAsync();
        await teller.DisposeAsync();
    }

    [Theory]
    [InlineData(AccountRole.Viewer)]
    [InlineData(AccountRole.Analyst)]
    [InlineData(AccountRole.Engineer)]
    public async Task Only_an_admin_changes_connectors_and_sends_again(AccountRole role)
    {
        var (actor, actions) = (new Actor(null, "eve", role), teller.Actions);
        var id = (await teller.WebhookAsync(receiver.Url)).Id!.Value;
        var draft = new ConnectorDraft("mine", ConnectorKind.Webhook, receiver.Url);

        ConnectorResult[] results =
        [
            await actions.AddAsync(draft, actor, Stop),
            await actions.ChangeAsync(id, draft, actor, Stop),
            await actions.SwitchAsync(id, on: false, actor, Stop),
            await actions.NewSecretAsync(id, actor, Stop),
            await actions.TestAsync(id, actor, Stop),
            await actions.RemoveAsync(id, actor, Stop),
            await teller.App.Get<DeliveryActions>().SendAgainAsync(1, actor, Stop),
        ];

        Assert.All(results, result => Assert.Equal(Outcome.Forbidden, result.Outcome));
        Assert.Empty(receiver.All);
        Assert.Equal("soc-bot", Assert.Single(await teller.App.Get<ConnectorQueries>().ListAsync(Stop)).Name);
    }

    [Fact]
    public async Task A_secret_is_shown_once_and_stands_nowhere_in_the_open()
    {
        var made = await teller.WebhookAsync(receiver.Url);
        var renewed = await teller.Actions.NewSecretAsync(made.Id!.Value, Teller.Root, Stop);

        await using var db = await teller.App.DbAsync();
        var connector = await db.Connectors.SingleAsync(Stop);
        Assert.NotEqual(made.Secret, renewed.Secret);
        Assert.Equal(renewed.Secret, teller.App.Get<ConnectorSecrets>().Read(connector));
        var kept =
            connector.ProtectedSecret
            + string.Concat((await db.Audit.ToListAsync(Stop)).Select(e => e.Before + e.After));
        Assert.DoesNotContain(made.Secret!["whsec_".Length..], kept, StringComparison.Ordinal);
        Assert.DoesNotContain(renewed.Secret!["whsec_".Length..], kept, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_test_shows_the_real_answer_passes_what_waits_and_stands_in_the_log()
    {
        var id = (await teller.WebhookAsync(receiver.Url)).Id!.Value;
        await teller.AlertAsync();

        var good = await teller.Actions.TestAsync(id, Teller.Root, Stop);
        receiver.AnswerWith(418);
        var bad = await teller.Actions.TestAsync(id, Teller.Root, Stop);

        Assert.Equal((true, "answered 204"), (good.Answer!.IsDelivered, good.Answer.Words));
        Assert.Equal((false, "answered 418"), (bad.Answer!.IsDelivered, bad.Answer.Words));
        Assert.Equal(["test 0", "test 0"], receiver.All.Select(got => got.News));
        Assert.Equal(
            [DeliveryState.Waiting, DeliveryState.Delivered, DeliveryState.GivenUp],
            (await teller.LogAsync()).Select(d => d.State)
        );
    }

    [Fact]
    public async Task What_was_given_up_is_sent_again_with_its_id_and_before_what_waits()
    {
        receiver.AnswerWith(503);
        await teller.WebhookAsync(receiver.Url);
        await teller.AlertAsync();
        teller.Clock.Advance(DeliveryPatience.GiveUpAfter + TimeSpan.FromHours(1));
        await teller.TellAsync();
        var given = (await teller.LogAsync())[0];
        await teller.AlertAsync();
        receiver.AnswerWith(200);

        var again = await teller.App.Get<DeliveryActions>().SendAgainAsync(given.Id, Teller.Root, Stop);
        var twice = await teller.App.Get<DeliveryActions>().SendAgainAsync(given.Id, Teller.Root, Stop);
        await teller.TellAsync();

        Assert.Equal(DeliveryState.GivenUp, given.State);
        Assert.Equal((Outcome.Done, Outcome.Refused), (again.Outcome, twice.Outcome));
        Assert.Equal($"msg_{given.MessageId:N}", receiver.All[1].Id);
        Assert.Equal(3, receiver.All.Count);
        Assert.All(await teller.LogAsync(), d => Assert.Equal(DeliveryState.Delivered, d.State));
    }

    [Fact]
    public async Task One_that_is_off_keeps_what_waits_and_one_that_is_removed_gives_it_up()
    {
        var id = (await teller.WebhookAsync(receiver.Url)).Id!.Value;
        await teller.AlertAsync();

        await teller.Actions.SwitchAsync(id, on: false, Teller.Root, Stop);
        await teller.TellAsync();
        var off = Assert.Single(await teller.App.Get<ConnectorQueries>().ListAsync(Stop));
        await teller.Actions.RemoveAsync(id, Teller.Root, Stop);

        Assert.Equal((1, 0), (off.Waiting, receiver.All.Count));
        Assert.Equal("the connector was removed", Assert.Single(await teller.LogAsync()).Answer);
        Assert.Empty(await teller.App.Get<ConnectorQueries>().ListAsync(Stop));
        Assert.Equal(Outcome.Done, (await teller.WebhookAsync(receiver.Url)).Outcome);
    }

    [Theory]
    [InlineData("", ConnectorKind.Webhook, "https://soc.example.org/")]
    [InlineData("soc-bot", ConnectorKind.Webhook, "https://soc.example.org/")]
    [InlineData("x", ConnectorKind.Webhook, "ftp://soc.example.org/")]
    [InlineData("x", ConnectorKind.Webhook, "soc.example.org")]
    [InlineData("x", ConnectorKind.Webhook, "https://user:word@soc.example.org/")]
    [InlineData("x", ConnectorKind.Email, "nobody")]
    [InlineData("x", ConnectorKind.Email, "")]
    public async Task What_makes_no_sense_is_refused_with_a_sentence(string name, ConnectorKind kind, string address)
    {
        await teller.WebhookAsync(receiver.Url);

        var result = await teller.Actions.AddAsync(new(name, kind, address, Severity.Low), Teller.Root, Stop);

        Assert.Equal(Outcome.Refused, result.Outcome);
        Assert.EndsWith(".", result.Problem, StringComparison.Ordinal);
    }
}
