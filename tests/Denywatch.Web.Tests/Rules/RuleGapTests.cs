using Denywatch.Alerting;
using Denywatch.Detection;
using Denywatch.Events;
using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Denywatch.Testing;
using Denywatch.Web.Features.Accounts;
using Denywatch.Web.Features.Jobs;
using Denywatch.Web.Features.Rules;
using Denywatch.Web.Tests.Scoring;
using Microsoft.EntityFrameworkCore;
using Outcome = Denywatch.Web.Features.Accounts.Outcome;

namespace Denywatch.Web.Tests.Rules;

/// <summary>What a rule did not judge, and how it is filled.</summary>
public sealed class RuleGapTests(PostgresFixture postgres) : IAsyncLifetime
{
    private static readonly TimeSpan Span = TimeSpan.FromMinutes(15);
    private static readonly Actor Engineer = new(null, "ada", AccountRole.Engineer);
    private static readonly Guid Spike = BuiltInRules.SpikeInFirewallDenies;
    private readonly DateTimeOffset open = CountedSpan.StartOf(DateTimeOffset.UtcNow, Span);
    private Worker node = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>A quiet month; the rule was off for a day until two hours ago, and there was a spike six hours ago.</summary>
    public async ValueTask InitializeAsync()
    {
        node = await Worker.NewAsync(postgres, open.AddMinutes(6));
        await node.RunAsync(
            """
            INSERT INTO connectors (name, kind, address, minimum_rank, rule_ids, is_enabled, created_by, created_at)
            VALUES ('soc-bot', 'Webhook', 'http://127.0.0.1:9/', 0, '{}', true, 'root', now())
            """
        );
        await node.DenyAsync(open.AddDays(-28), open, Steady);
        await ScanAsync(open.AddHours(-6));
        await SwitchAsync(false, open.AddHours(-24), "too loud");
        await SwitchAsync(true, open.AddHours(-2), "fixed");
        await node.LookAsync();
        await node.CloseAsync();
    }

    public async ValueTask DisposeAsync() => await node.DisposeAsync();

    [Fact]
    public async Task A_gap_that_is_filled_raises_what_it_finds_as_found_late_and_tells_nobody()
    {
        var gap = Assert.Single((await GapsAsync()).Gaps);
        Assert.Empty(await AlertsAsync());
        Assert.Equal((open.AddHours(-24), open.AddHours(-2), GapCause.RuleOff), (gap.From, gap.To, gap.Cause));
        Assert.Equal("It was off, switched off by ana: too loud.", gap.Words);

        var asked = await FillAsync(gap);
        var waiting = (await GapsAsync()).AtWork;
        await WorkAsync();

        Assert.Equal(Outcome.Done, asked.Outcome);
        Assert.Equal(FillState.Waiting, waiting!.State);
        var alert = Assert.Single(await AlertsAsync());
        Assert.Equal((true, open.AddHours(-6)), (alert.IsFoundLate, alert.StartedAt));
        Assert.NotNull(alert.EndedAt);
        Assert.Equal(0, await node.AskAsync<long>("SELECT count(*) FROM deliveries"));
        var after = await GapsAsync();
        Assert.Empty(after.Gaps);
        var fill = Assert.Single(after.Fills);
        Assert.Equal((FillState.Done, 2, 2, 2), (fill.State, fill.Series, fill.Done, fill.Raised));
        var log = await node.Get<RuleQueries>().LogAsync(Spike, 10, Stop);
        Assert.Equal(2, Assert.Single(log.Runs, run => run.Kind == RunKind.Fill).Counts.Raised);
        await using var db = await node.DbAsync();
        var entry = await db.Audit.SingleAsync(e => e.Deed == "fill gap", Stop);
        Assert.Equal(("ada", "we were blind"), (entry.Actor, entry.Why));
    }

    [Fact]
    public async Task Filling_it_twice_by_workers_that_meet_finds_everything_once()
    {
        await FillAsync((await GapsAsync()).Gaps[0]);

        await Task.WhenAll(WorkAsync(), WorkAsync(), WorkAsync());

        Assert.Single(await AlertsAsync());
        Assert.Equal(2, Assert.Single((await GapsAsync()).Fills).Done);
    }

    [Fact]
    public async Task A_fill_that_is_cancelled_stops_and_its_gap_stays()
    {
        var actions = node.Get<RuleGapActions>();
        await FillAsync((await GapsAsync()).Gaps[0]);
        var second = await FillAsync((await GapsAsync()).Gaps[0]);

        var cancelled = await actions.CancelAsync(Spike, "wrong day", Engineer, Stop);
        await WorkAsync();

        Assert.Equal((Outcome.Refused, Outcome.Done), (second.Outcome, cancelled.Outcome));
        Assert.Empty(await AlertsAsync());
        var list = await GapsAsync();
        Assert.Single(list.Gaps);
        Assert.Equal(FillState.Cancelled, Assert.Single(list.Fills).State);
        Assert.Equal(Outcome.Refused, (await actions.CancelAsync(Spike, null, Engineer, Stop)).Outcome);
    }

    [Fact]
    public async Task Buckets_without_a_result_are_scored_when_their_gap_is_filled()
    {
        await node.RunAsync(
            $"DELETE FROM records WHERE bucket >= '{open.AddHours(-50):O}' AND bucket < '{open.AddHours(-48):O}'"
        );

        var hole = Assert.Single((await GapsAsync()).Gaps, gap => gap.Cause == GapCause.NotScored);
        await FillAsync(hole);
        await WorkAsync();

        Assert.Equal((open.AddHours(-50), open.AddHours(-48)), (hole.From, hole.To));
        Assert.Equal("Its buckets have no result for 2 series.", hole.Words);
        Assert.DoesNotContain((await GapsAsync()).Gaps, gap => gap.Cause == GapCause.NotScored);
        Assert.Equal(
            16,
            await node.AskAsync<long>(
                $"SELECT count(*) FROM records WHERE bucket >= '{open.AddHours(-50):O}' AND bucket < '{open.AddHours(-48):O}'"
            )
        );
    }

    [Fact]
    public async Task A_stopped_feed_and_an_intake_that_was_down_say_what_can_be_done()
    {
        await node.Get<JobActions>().StopAsync(BuiltInJobs.Total, "new core switch", Engineer, Stop);
        await node.RunAsync("UPDATE series SET next_bucket = next_bucket - interval '1 hour' WHERE id = 1");
        await node.RunAsync(
            """
            INSERT INTO intake_gaps ("from", "to", reason)
            VALUES (now() - interval '3 days', now() - interval '71 hours', 'killed'),
                   (now() - interval '9 days', now() - interval '9 days' + interval '20 seconds', 'stopped')
            """
        );

        var gaps = (await GapsAsync()).Gaps;

        var stopped = Assert.Single(gaps, gap => gap.Cause == GapCause.FeedStopped);
        Assert.Contains("by ada: new core switch", stopped.Words, StringComparison.Ordinal);
        var down = Assert.Single(gaps, gap => gap.Cause == GapCause.IntakeDown);
        Assert.Contains("Import the logs", down.NextStep, StringComparison.Ordinal);
        Assert.Equal(Outcome.Refused, (await FillAsync(down)).Outcome);
    }

    [Theory]
    [InlineData(AccountRole.Viewer)]
    [InlineData(AccountRole.Analyst)]
    public async Task Only_an_engineer_fills_gaps(AccountRole role)
    {
        var (gap, actor) = ((await GapsAsync()).Gaps[0], Engineer with { Role = role });
        var actions = node.Get<RuleGapActions>();

        var filled = await actions.FillAsync(Spike, new(gap.From, gap.To, "a try"), actor, Stop);

        Assert.Equal(Outcome.Forbidden, filled.Outcome);
        Assert.Equal(Outcome.Forbidden, (await actions.CancelAsync(Spike, null, actor, Stop)).Outcome);
        Assert.Empty((await GapsAsync()).Fills);
    }

    [Fact]
    public void A_gap_that_is_filled_in_part_is_what_is_left_of_it()
    {
        var gap = new RuleGap(open, open + (8 * Span), GapCause.RuleOff, "off");

        var left = RuleGaps.Without([gap], [(open - Span, open + Span), (open + (3 * Span), open + (4 * Span))]);

        Assert.Equal(
            [(open + Span, open + (3 * Span)), (open + (4 * Span), open + (8 * Span))],
            left.Select(part => (part.From, part.To))
        );
    }

    [Fact]
    public void A_rule_that_was_never_on_judged_nothing_at_all()
    {
        var never = RuleGaps.Off([new(DateTimeOffset.MinValue, false)], open.AddDays(-30), open, Span);

        Assert.Equal((open.AddDays(-30), open), (Assert.Single(never).From, Assert.Single(never).To));
        Assert.Empty(RuleGaps.Off([new(DateTimeOffset.UnixEpoch, true)], open.AddDays(-30), open, Span));
    }

    private async Task<RuleGapList> GapsAsync() => (await node.Get<RuleGapQueries>().OfAsync(Spike, Stop))!;

    private Task<DeedResult> FillAsync(RuleGap gap) =>
        node.Get<RuleGapActions>().FillAsync(Spike, new(gap.From, gap.To, "we were blind"), Engineer, Stop);

    private Task WorkAsync() => node.Get<FillTask>().RunAsync(Stop);

    private Task ScanAsync(DateTimeOffset bucket) =>
        node.DenyAsync(bucket, bucket + DenyFlow.SliceSpan, _ => 3000, source: "198.51.100.66", port: 445);

    private async Task SwitchAsync(bool on, DateTimeOffset at, string why)
    {
        await using var other = Worker.Node(node.ConnectionString, new FixedClock(at));
        await other.Get<RuleActions>().SwitchAsync(Spike, on, why, Engineer with { Name = "ana" }, Stop);
    }

    private async Task<List<Alert>> AlertsAsync()
    {
        await using var db = await node.DbAsync();
        return await db.Alerts.ToListAsync(Stop);
    }

    private static int Steady(DateTimeOffset slice) =>
        30 + (int)(slice.UtcTicks / DenyFlow.SliceSpan.Ticks * 7919 % 11);
}
