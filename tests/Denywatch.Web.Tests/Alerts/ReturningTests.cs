using Denywatch.Events.Exceptions;
using Denywatch.Storage.Entities;
using Denywatch.Testing;
using Denywatch.Web.Features.Accounts;
using Denywatch.Web.Features.Alerts;
using Denywatch.Web.Features.Exceptions;
using Denywatch.Web.Tests.Scoring;

namespace Denywatch.Web.Tests.Alerts;

/// <summary>What was out of sight, and comes back with new traffic.</summary>
public sealed class ReturningTests(PostgresFixture postgres) : IAsyncLifetime
{
    private static readonly Actor engineer = new(null, "ada", AccountRole.Engineer);

    private ScannedMonth month = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => month = await ScannedMonth.NewAsync(postgres);

    public ValueTask DisposeAsync() => month.DisposeAsync();

    [Fact]
    public async Task Snoozed_until_worse_it_stays_away_while_the_bucket_grows_and_returns_once_when_it_has_grown_enough()
    {
        await month.ScanAsync(5_000);
        var alert = Assert.Single(await month.LiveAsync());
        var factor = AlertWords.Factor(alert.Actual, alert.Typical);
        await month
            .Node.Get<AlertActions>()
            .SnoozeAsync([alert.Id], new(SnoozeEnd.Worse, Factor: factor * 2), null, engineer, Stop);

        await month.ScanAsync(1_000);
        Assert.NotNull(Assert.Single(await month.LiveAsync()).Snooze);

        await month.ScanAsync(5_000);
        await month.ScanAsync(1_000);

        var back = Assert.Single(await month.LiveAsync());
        Assert.Null(back.Snooze);
        var said = Assert.Single(back.Notes, note => note.Kind == "returned").Text;
        Assert.StartsWith("Back from its snooze: ", said, StringComparison.Ordinal);
        Assert.Contains("times the expected denies, and it was to come back at", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task When_an_exception_has_ended_its_traffic_alerts_again_and_the_alert_says_which_one_ended()
    {
        var added = await month
            .Node.Get<ExceptionActions>()
            .AddAsync(
                new(
                    new FlowScope { Sources = [ScannedMonth.Scanner], Ports = [new(445, 445)] },
                    "ada",
                    "our own scanner",
                    month.Open.AddDays(-1),
                    month.Now.AddDays(1)
                ),
                engineer,
                Stop
            );
        await month.ScanAsync(5_000);
        Assert.Empty(await month.LiveAsync());

        await month.Node.RunAsync(
            $"UPDATE exceptions SET until = '{month.Open:O}', change = nextval('exception_changes')"
        );
        await month.ScanAsync(5_000);

        var alert = Assert.Single(await month.LiveAsync());
        Assert.Equal(added.Id, AlertEvidence.Read(alert.Evidence)!.Ended!.Id);
        Assert.Contains(
            $"Exception {added.Id} (our own scanner; ada answers for it) ended on ",
            Assert.Single(alert.Notes, note => note.Text.StartsWith("Exception", StringComparison.Ordinal)).Text,
            StringComparison.Ordinal
        );
        Assert.Contains(
            AlertWords.Caveats(alert, 5),
            caveat => caveat.EndsWith("until then this traffic did not count.", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task Closed_as_benign_with_an_exception_for_the_scanner_it_opens_again_for_the_attacker_in_the_same_bucket()
    {
        const string attacker = "198.51.100.66";
        await month.Node.DenyAsync(
            month.Open,
            month.Open + Events.DenyFlow.SliceSpan,
            _ => 3_000,
            "fw-1",
            attacker,
            22
        );
        await month.ScanAsync(6_000);
        var alert = Assert.Single(await month.LiveAsync());
        var actions = month.Node.Get<AlertActions>();
        await actions.CloseAsync([alert.Id], new(CloseReason.BenignPositive, "our scanner"), engineer, Stop);

        var added = await month
            .Node.Get<ExceptionActions>()
            .AddAsync(
                new(
                    new FlowScope { Sources = [ScannedMonth.Scanner], Ports = [new(445, 445)] },
                    "ada",
                    "our own scanner",
                    month.Open.AddDays(-27),
                    month.Now.AddDays(1),
                    alert.Id
                ),
                engineer,
                Stop
            );
        await month.ScoreAsync();
        await month.Node.LookAsync();
        await month.Node.LookAsync();

        var left = Assert.Single(await month.LiveAsync(), standing => standing.Status == AlertStatus.Open);
        Assert.Equal(3_000, left.Actual, 200.0);
        Assert.Contains(attacker, left.Sentence, StringComparison.Ordinal);
        Assert.DoesNotContain(ScannedMonth.Scanner, left.Sentence, StringComparison.Ordinal);
        Assert.Equal(Outcome.Done, added.Outcome);
    }

    [Fact]
    public async Task An_exception_of_other_traffic_that_ended_is_not_named()
    {
        await month
            .Node.Get<ExceptionActions>()
            .AddAsync(
                new(
                    new FlowScope { Sources = ["10.20.0.77"], Ports = [new(445, 445)] },
                    "ada",
                    "another scanner",
                    month.Open.AddDays(-1),
                    month.Now.AddDays(1)
                ),
                engineer,
                Stop
            );
        await month.Node.RunAsync($"UPDATE exceptions SET until = '{month.Open:O}'");

        await month.ScanAsync(5_000);

        Assert.Null(AlertEvidence.Read(Assert.Single(await month.LiveAsync()).Evidence)!.Ended);
    }
}
