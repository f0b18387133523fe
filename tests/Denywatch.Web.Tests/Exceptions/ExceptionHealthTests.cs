using Denywatch.Events.Exceptions;
using Denywatch.Storage.Entities;
using Denywatch.Testing;
using Denywatch.Web.Features.Accounts;
using Denywatch.Web.Features.Exceptions;
using Denywatch.Web.Tests.Scoring;
using Outcome = Denywatch.Web.Features.Accounts.Outcome;

namespace Denywatch.Web.Tests.Exceptions;

/// <summary>Exceptions that wait, overlap, are needed no more, or are asked for by what people close.</summary>
public sealed class ExceptionHealthTests(PostgresFixture postgres) : IAsyncLifetime
{
    private static readonly Actor engineer = new(null, "eve", AccountRole.Engineer);

    private ScannedMonth month = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private ExceptionRequests Requests => month.Node.Get<ExceptionRequests>();

    public async ValueTask InitializeAsync() => month = await ScannedMonth.NewAsync(postgres);

    public ValueTask DisposeAsync() => month.DisposeAsync();

    [Fact]
    public async Task A_wide_exception_of_an_analyst_takes_nothing_away_until_an_engineer_approves_it()
    {
        var draft = Draft(new() { Sources = ["10.20.0.0/16"] });
        Assert.Equal(Outcome.Forbidden, (await AddAsync(draft, Installation.Ana)).Outcome);

        var asked = await Requests.AskAsync(draft, Installation.Ana, Stop);
        await month.ScanAsync(5_000);
        Assert.Single(await month.LiveAsync());
        var waiting = Assert.Single(await Requests.WaitingAsync(Stop));
        Assert.Equal(
            (asked.Id, "ana", "source 10.20.0.0/16"),
            (waiting.Id, waiting.RequestedBy, waiting.Draft.Scope.ToString())
        );

        var own = await Requests.ApproveAsync(waiting.Id, waiting.Draft, Installation.Ana, Stop);
        var approved = await Task.WhenAll(
            Requests.ApproveAsync(waiting.Id, waiting.Draft, engineer, Stop),
            Requests.ApproveAsync(waiting.Id, waiting.Draft, engineer, Stop)
        );

        Assert.Equal(Outcome.Forbidden, own.Outcome);
        Assert.Equal([Outcome.Done, Outcome.NotFound], approved.Select(result => result.Outcome).Order());
        Assert.Empty(await Requests.WaitingAsync(Stop));
        Assert.Single(await month.Node.Get<ExceptionQueries>().ListAsync(Stop));
        Assert.Equal(
            "ask approve",
            await month.Node.AskAsync<string>(
                "SELECT string_agg(deed, ' ' ORDER BY id) FROM audit WHERE subject_kind = 'exception request'"
            )
        );
    }

    [Fact]
    public async Task Who_asked_may_take_it_back_and_others_only_if_they_could_have_approved_it()
    {
        var draft = Draft(new() { Sources = ["10.20.0.0/16"] });
        var asked = (await Requests.AskAsync(draft, Installation.Ana, Stop)).Id!.Value;

        var viewer = await Requests.AskAsync(draft, Installation.Viewer, Stop);
        var other = await Requests.DeclineAsync(asked, "no", Installation.Ben, Stop);
        var silent = await Requests.DeclineAsync(asked, " ", Installation.Ana, Stop);
        var back = await Requests.DeclineAsync(asked, "found a narrower one", Installation.Ana, Stop);

        Assert.Equal(
            [Outcome.Forbidden, Outcome.Forbidden, Outcome.Refused, Outcome.Done],
            new[] { viewer, other, silent, back }.Select(result => result.Outcome)
        );
        Assert.Empty(await Requests.WaitingAsync(Stop));
    }

    [Fact]
    public async Task What_another_exception_means_too_is_said_with_its_share()
    {
        var narrow = await AddAsync(
            Draft(new() { Sources = [ScannedMonth.Scanner], Ports = [new(445, 445)] }),
            engineer
        );
        var wide = await AddAsync(Draft(new() { Sources = ["10.20.0.0/16"] }), engineer);
        await AddAsync(Draft(new() { Sources = ["10.99.0.0/16"] }), engineer);
        await month.ScanAsync(500);

        var overlap = Assert.Single(await month.Node.Get<ExceptionQueries>().OverlapsAsync(narrow.Id!.Value, Stop));

        Assert.Equal((wide.Id, 1.0), (overlap.Other.Id, overlap.Share));
    }

    [Fact]
    public async Task What_took_nothing_away_for_a_month_ends_by_itself_and_says_so()
    {
        var used = await AddAsync(Draft(new() { Sources = [ScannedMonth.Scanner], Ports = [new(445, 445)] }), engineer);
        var unused = await AddAsync(Draft(new() { Sources = ["10.99.0.9"], Ports = [new(445, 445)] }), engineer);
        await month.ScanAsync(500);
        await month.Node.RunAsync("UPDATE exceptions SET created_at = created_at - interval '40 days'");

        await month.Node.Get<UnusedExceptionsTask>().RunAsync(Stop);

        var queries = month.Node.Get<ExceptionQueries>();
        Assert.True((await queries.FindAsync(used.Id!.Value, Stop))!.IsInForceAt(month.Now));
        Assert.False((await queries.FindAsync(unused.Id!.Value, Stop))!.IsInForceAt(month.Now));
        Assert.Equal(
            "system: It took nothing away in 30 days.",
            await month.Node.AskAsync<string>("SELECT actor || ': ' || why FROM audit WHERE deed = 'end'")
        );
    }

    [Fact]
    public async Task What_is_closed_as_no_concern_three_times_is_suggested_until_an_exception_explains_it()
    {
        var suggestions = month.Node.Get<ExceptionSuggestions>();
        for (var i = 0; i < 3; i++)
        {
            Assert.Empty(await suggestions.AllAsync(Stop));
            await ClosedAsync(CloseReason.BenignPositive);
        }

        var suggested = Assert.Single(await suggestions.AllAsync(Stop));
        Assert.Equal((3, "10.2.3.4", "horizontal scan"), (suggested.Alerts, suggested.Source, suggested.Cause));
        Assert.StartsWith("source 10.2.3.4", suggested.Scope, StringComparison.Ordinal);

        await AddAsync(Draft(ExceptionView.Parse(new Uri("http://x" + suggested.FormUrl).Query).Scope), engineer);
        Assert.Empty(await suggestions.AllAsync(Stop));
    }

    [Fact]
    public async Task One_true_positive_among_them_and_nothing_is_suggested()
    {
        foreach (var reason in new[] { 1, 1, 1, 2 })
            await ClosedAsync((CloseReason)reason);

        Assert.Empty(await month.Node.Get<ExceptionSuggestions>().AllAsync(Stop));
    }

    [Fact]
    public void Known_noise_is_exceptable_as_it_stands_and_the_form_says_why()
    {
        foreach (var pack in NoisePack.All)
        {
            Assert.Null(pack.Scope.Problem);
            var view = ExceptionView.Parse(new Uri("http://x" + pack.FormUrl).Query);
            Assert.Equal(pack.Scope.ToString(), view.Scope.ToString());
            Assert.Equal(pack.Key, view.Pack);
        }
    }

    private async Task ClosedAsync(CloseReason reason)
    {
        await using var db = await month.Node.DbAsync();
        var alert = Some.Alert((await Task.FromResult(db.Series.First())).Id);
        alert.StartedAt = month.Now.AddDays(-1);
        alert.Close(reason, "ana", month.Now);
        db.Alerts.Add(alert);
        await db.SaveChangesAsync(Stop);
    }

    private ExceptionDraft Draft(FlowScope scope) =>
        new(scope, "ana", "ours", month.Open.AddDays(-1), month.Now.AddDays(20));

    private Task<ExceptionResult> AddAsync(ExceptionDraft draft, Actor actor) =>
        month.Node.Get<ExceptionActions>().AddAsync(draft, actor, Stop);
}
