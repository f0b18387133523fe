using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Denywatch.Testing;
using Denywatch.Web.Features.Accounts;
using Denywatch.Web.Features.Jobs;
using Denywatch.Web.Features.Rules;
using Microsoft.EntityFrameworkCore;

namespace Denywatch.Web.Tests.Rules;

public sealed class RulesTests(PostgresFixture postgres) : IAsyncLifetime
{
    private Installation app = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;
    private static Guid Spike => BuiltInRules.SpikeInFirewallDenies;

    public async ValueTask InitializeAsync() => app = await Installation.NewAsync(postgres);

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    [Fact]
    public async Task The_built_in_rule_carries_the_facts_of_the_reference()
    {
        var rule = (await app.Get<RuleQueries>().FindAsync(Spike, Stop))!.Rule;

        Assert.Equal("eaa77d63-9679-4ce3-be25-3ba8b795e5fa", rule.Id.ToString());
        Assert.Equal(
            ("Spike in Firewall Denies", "low", 21, 75, "now-30m", "15m"),
            (rule.Name, rule.Severity, rule.RiskScore, rule.Threshold, rule.From, rule.Interval)
        );
        Assert.Equal(["high_count_network_denies", "high_count_network_denies_by_firewall"], rule.JobIds);
        Assert.Equal(
            ["TA0011 T1071", "TA0010 T1041", "TA0007 T1018 T1046", "TA0043 T1590 T1595", "TA0040 T1498 T1499"],
            rule.Threats.Select(threat => $"{threat.TacticId} {string.Join(' ', threat.Techniques.Select(t => t.Id))}")
        );
        Assert.True(rule.IsEnabled);
        Assert.True(rule.AlertsFor(DateTimeOffset.UtcNow.AddDays(-30)));
        Assert.Contains("Elastic Defend", rule.Setup, StringComparison.Ordinal);
        Assert.NotEmpty(rule.Note);
    }

    [Fact]
    public async Task Seeding_again_adds_nothing_and_leaves_what_people_set()
    {
        await app.Get<RuleActions>().SwitchAsync(Spike, on: false, "too loud", Installation.Ana, Stop);

        await RulesSetup.SeedAsync(app.Get<IDbContextFactory<DenywatchDb>>(), TimeProvider.System, Stop);

        await using var db = await app.DbAsync();
        Assert.Equal(BuiltInRules.All().Count(), await db.Rules.CountAsync(Stop));
        Assert.Equal(BuiltInJobs.All().Count(), await db.Jobs.CountAsync(Stop));
        Assert.False((await db.Rules.SingleAsync(rule => rule.Id == Spike, Stop)).IsEnabled);
    }

    [Fact]
    public async Task Of_two_people_who_switch_at_once_one_wins_and_one_entry_says_why()
    {
        var actions = app.Get<RuleActions>();

        var results = await Task.WhenAll(
            actions.SwitchAsync(Spike, on: false, "first", Installation.Ana, Stop),
            actions.SwitchAsync(Spike, on: false, "second", Installation.Ben, Stop)
        );

        Assert.Equal([Outcome.Done, Outcome.Refused], results.Select(result => result.Outcome).Order());
        await using var db = await app.DbAsync();
        Assert.Equal(1, await db.Audit.CountAsync(entry => entry.Deed == "switch off", Stop));
    }

    [Theory]
    [InlineData(AccountRole.Viewer, "because", Outcome.Forbidden)]
    [InlineData(AccountRole.Analyst, " ", Outcome.Refused)]
    [InlineData(AccountRole.Analyst, "because", Outcome.Done)]
    public async Task A_rule_is_switched_by_an_analyst_with_a_reason(AccountRole role, string reason, Outcome expected)
    {
        var result = await app.Get<RuleActions>()
            .SwitchAsync(Spike, on: false, reason, new(null, "someone", role), Stop);

        Assert.Equal(expected, result.Outcome);
    }

    [Fact]
    public void A_bucket_of_the_time_a_rule_was_off_says_so()
    {
        var rule = BuiltInRules.All().First();
        rule.Switch(on: true, Some.Start);

        Assert.Null(RuleQueries.WhyNot(rule, Some.Start));
        Assert.Equal(
            "No alert: the rule was off; it was switched on 3 Nov 14:00 UTC, after this bucket had begun.",
            RuleQueries.WhyNot(rule, Some.Start.AddMinutes(-15))
        );

        rule.Switch(on: false, Some.Start.AddHours(1));
        Assert.Equal(
            "No alert: the rule is off since 3 Nov 15:00 UTC.",
            RuleQueries.WhyNot(rule, Some.Start.AddHours(2))
        );
    }

    [Fact]
    public async Task The_list_tells_the_state_of_the_jobs_in_words()
    {
        var queries = app.Get<RuleQueries>();
        var all = await queries.ListAsync(Stop);
        var empty = Assert.Single(all, rule => rule.IsEnabled);
        Assert.Equal(Spike, empty.Id);
        Assert.All(
            all.Where(rule => !rule.IsEnabled).SelectMany(rule => rule.Jobs).Where(job => job.HasOwnCounts),
            job => Assert.Equal("closed", RuleWords.State(job))
        );
        Assert.Equal("opened, feed never had data", RuleWords.State(empty.Jobs[0]));

        await app.SourceAsync(DateTimeOffset.UtcNow);
        await app.LookedAsync(TimeSpan.Zero);
        var series = await app.SeriesAsync();
        var bucket = DateTimeOffset.UtcNow.AddMinutes(-30);
        await using (var connection = await app.Source.OpenConnectionAsync(Stop))
        {
            await connection.ExecuteAsync(
                """
                INSERT INTO records (series_id, bucket, actual, typical, lower, upper, probability, score, initial_score, is_learning)
                VALUES (@series, @bucket, 10, 9, 3, 20, 0.4, 0, 0, true)
                """,
                Stop,
                ("series", series),
                ("bucket", bucket)
            );
        }

        var state = (await app.Get<JobQueries>().FactsAsync(Stop))[0];
        Assert.Equal("learning", RuleWords.State(state));
        var rows = await queries.SeriesAsync([BuiltInJobs.Total], Stop);
        Assert.Equal(("all firewalls", 0, 10d), (rows[0].Name, rows[0].Comparable, rows[0].Actual));
        var run = Assert.Single(await queries.RunsAsync(Spike, [BuiltInJobs.Total], 20, Stop));
        Assert.Null(run.AlertId);
    }
}
