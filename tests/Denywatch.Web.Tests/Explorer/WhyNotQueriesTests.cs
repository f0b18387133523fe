using Denywatch.Alerting;
using Denywatch.Detection;
using Denywatch.Events;
using Denywatch.Events.Exceptions;
using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Denywatch.Testing;
using Denywatch.Web.Features.Accounts;
using Denywatch.Web.Features.Exceptions;
using Denywatch.Web.Features.Explorer;
using Denywatch.Web.Features.Rules;
using Denywatch.Web.Tests.Scoring;
using Microsoft.EntityFrameworkCore;
using Outcome = Denywatch.Web.Features.Accounts.Outcome;

namespace Denywatch.Web.Tests.Explorer;

/// <summary>"Why did it not alert?", asked of buckets that were really scored.</summary>
public sealed class WhyNotQueriesTests(PostgresFixture postgres) : IAsyncLifetime
{
    private const string Scanner = "10.20.0.9";

    private static readonly TimeSpan Span = TimeSpan.FromMinutes(15);
    private static readonly Actor Engineer = new(null, "ada", AccountRole.Engineer);
    private Worker node = null!;
    private DateTimeOffset now;
    private DateTimeOffset open;
    private DateTimeOffset first;
    private int total;
    private int firewall;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Ten quiet days of two firewalls, scored.</summary>
    public async ValueTask InitializeAsync()
    {
        now = DateTimeOffset.UtcNow;
        node = await Worker.NewAsync(postgres, now);
        open = CountedSpan.StartOf(now, Span);
        first = open.AddDays(-10);
        await node.DenyAsync(first, open, Steady);
        await node.DenyAsync(first, open, Steady, "fw-2");
        await ScoreAsync();
        total = await node.AskAsync<int>("SELECT id FROM series WHERE firewall_id IS NULL");
        firewall = await node.AskAsync<int>("SELECT id FROM series WHERE partition = 'fw-1'");
    }

    public async ValueTask DisposeAsync() => await node.DisposeAsync();

    [Fact]
    public async Task As_many_denies_as_are_said_to_be_missing_make_the_alert_and_one_fewer_does_not()
    {
        var bucket = open - (6 * Span);
        foreach (var series in new[] { total, firewall })
        {
            var reason = Assert.Single(await ReasonsAsync(series, bucket));
            Assert.Equal((WhyNotKind.Score, 75), (reason.Kind, reason.Asked));
            Assert.InRange(reason.More!.Value, 5, 1000);
        }

        var more = (await ReasonsAsync(firewall, bucket))[0].More!.Value;
        await DenyAsync(bucket, (int)more - 1);
        var left = Assert.Single(await ReasonsAsync(firewall, bucket));
        await DenyAsync(bucket, 1);

        Assert.Equal((WhyNotKind.Score, 1L), (left.Kind, left.More));
        Assert.InRange(left.Reached!.Value, 25, 74.999);
        Assert.EndsWith(
            ", the rule asks for 75: 1 more deny would have crossed.",
            left.Sentence,
            StringComparison.Ordinal
        );
        var told = await RuleAsync(firewall, bucket);
        Assert.True(told is { IsTold: true, AlertId: not null });
        Assert.Empty(told.Reasons);
    }

    [Fact]
    public async Task A_spike_that_is_too_small_for_the_rule_is_short_of_floor_and_excess()
    {
        await node.RunAsync("UPDATE rules SET floor = 10000, minimum_excess = 5000");
        var bucket = open - (6 * Span);
        await DenyAsync(bucket, 900);

        var reasons = await ReasonsAsync(firewall, bucket);

        var record = (await node.Get<WhyNotQueries>().OfAsync(firewall, bucket, Stop))!.Record!.Value;
        Assert.Equal([WhyNotKind.Floor, WhyNotKind.Excess], reasons.Select(reason => reason.Kind));
        Assert.Equal(10000 - (long)record.Actual!, reasons[0].More);
        Assert.Equal(record.Actual - record.Typical, reasons[1].Reached);
    }

    [Fact]
    public async Task A_rule_that_was_off_at_the_buckets_time_says_since_when_by_whom_and_why()
    {
        var bucket = open - (8 * Span);
        await SwitchAsync(on: false, bucket.AddMinutes(-20), "pen test");
        await SwitchAsync(on: true, bucket.AddMinutes(50), "pen test is over");
        await DenyAsync(bucket, 900);
        await DenyAsync(bucket.AddHours(1), 900);

        var reason = Assert.Single(await ReasonsAsync(firewall, bucket));

        Assert.Equal(WhyNotKind.RuleOff, reason.Kind);
        Assert.EndsWith(", switched off by ada: pen test.", reason.Sentence, StringComparison.Ordinal);
        Assert.True((await RuleAsync(firewall, bucket.AddHours(1))).IsTold);
    }

    [Fact]
    public async Task What_was_excepted_says_by_what_and_what_the_score_would_have_been()
    {
        var bucket = open - (6 * Span);
        await DenyAsync(bucket, 1204, Scanner);
        var (score, told) = (
            await node.AskAsync<double>(
                $"SELECT score FROM records WHERE series_id = {firewall} AND bucket = '{bucket:O}'"
            ),
            await RuleAsync(firewall, bucket)
        );
        var saved = await node.Get<ExceptionActions>()
            .AddAsync(
                new(new() { Sources = [Scanner] }, "ada", "nightly scanner", first, open.AddDays(3)),
                Engineer,
                Stop
            );
        await ScoreAsync();

        var silenced = await RuleAsync(firewall, bucket);

        Assert.Equal(Outcome.Done, saved.Outcome);
        Assert.True(told.IsTold);
        Assert.Equal((false, told.AlertId), (silenced.IsTold, silenced.AlertId));
        Assert.Equal(
            [WhyNotKind.Subtracted, WhyNotKind.Score, WhyNotKind.Rescored],
            silenced.Reasons.Select(reason => reason.Kind)
        );
        Assert.Equal(
            $"1,204 denies were left out by exception {saved.Id} (nightly scanner); with them the score would have been {Math.Floor(score)}.",
            silenced.Reasons[0].Sentence
        );
        Assert.Contains("because of exception", silenced.Reasons[2].Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task In_its_first_day_a_series_is_learning_and_before_it_there_is_nothing()
    {
        var learning = Assert.Single(await ReasonsAsync(total, first.AddHours(5)));
        var before = Assert.Single(await ReasonsAsync(total, first - Span));

        Assert.Equal((WhyNotKind.Learning, 12), (learning.Kind, learning.Asked));
        Assert.InRange(learning.Reached!.Value, 0, 11);
        Assert.Equal(WhyNotKind.Unscored, before.Kind);
        Assert.StartsWith("Nothing was counted yet", before.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_bucket_says_whether_the_source_was_silent_or_intake_down()
    {
        await using var quiet = await Worker.NewAsync(postgres, now);
        var silent = open - (6 * Span);
        await quiet.DenyAsync(first, silent, Steady);
        await quiet.DenyAsync(silent + Span, open, Steady);
        var down = open - (3 * Span);
        await quiet.RunAsync(
            $"""INSERT INTO intake_gaps ("from", "to", reason, lines_at_risk) VALUES ('{down.AddMinutes(2):O}', '{down.AddMinutes(12):O}', 'stopped', 0)"""
        );
        await quiet.RunAsync($"DELETE FROM flows WHERE slice >= '{down:O}' AND slice < '{down.AddMinutes(10):O}'");
        await quiet.RunAsync(
            $"DELETE FROM recent_flows WHERE slice >= '{down:O}' AND slice < '{down.AddMinutes(10):O}'"
        );
        await quiet.LookAsync();
        await quiet.CloseAsync();
        var series = await quiet.AskAsync<int>("SELECT id FROM series WHERE partition = 'fw-1'");

        var silence = (await quiet.Get<WhyNotQueries>().OfAsync(series, silent, Stop))!.Rules[0].Reasons[0];
        var gap = (await quiet.Get<WhyNotQueries>().OfAsync(series, down, Stop))!.Rules[0].Reasons[0];

        var after = (await quiet.Get<ScoreQueries>().OfAsync(series, down + Span, Stop))!;
        Assert.Equal(
            await quiet.AskAsync<double>(
                $"SELECT typical FROM records WHERE series_id = {series} AND bucket = '{down + Span:O}'"
            ),
            after.Explanation.Record.Typical,
            1e-9
        );
        Assert.Equal(
            $"Missing, not zero: no line of any verdict came from fw-1 since {silent:d MMM HH:mm} UTC until {silent + Span:d MMM HH:mm} UTC.",
            silence.Sentence
        );
        Assert.Equal(
            $"Missing, not zero: no node took events in from {down.AddMinutes(2):d MMM HH:mm} UTC to {down.AddMinutes(12):d MMM HH:mm} UTC, 66 % of the bucket.",
            gap.Sentence
        );
    }

    [Fact]
    public async Task What_was_found_when_the_past_was_learnt_is_a_finding_and_late_data_an_alert_that_told_nobody()
    {
        await using var imported = await Worker.NewAsync(postgres, now);
        var spike = open.AddDays(-3);
        await imported.DenyAsync(
            first,
            open,
            slice => Steady(slice) + (slice >= spike && slice < spike + Span ? 900 : 0)
        );
        await imported.LookAsync();
        await imported.CloseAsync();
        var series = await imported.AskAsync<int>("SELECT id FROM series WHERE firewall_id IS NULL");

        await DenyAsync(spike, 2700);
        var late = await RuleAsync(total, spike);

        var finding = (await imported.Get<WhyNotQueries>().OfAsync(series, spike, Stop))!.Rules[0];
        Assert.Equal(WhyNotKind.Finding, Assert.Single(finding.Reasons).Kind);
        Assert.False(finding.IsTold);
        Assert.True(late.IsTold);
        Assert.Equal(WhyNotKind.FoundLate, Assert.Single(late.Reasons).Kind);
    }

    [Fact]
    public async Task An_open_bucket_says_how_many_denies_are_left_and_they_raise_the_alert()
    {
        await node.LookAsync();
        var reason = Assert.Single(await ReasonsAsync(firewall, open));
        Assert.EndsWith("denies cross.", reason.Sentence, StringComparison.Ordinal);

        await node.DenyAsync(open, open + DenyFlow.SliceSpan, _ => (int)reason.More! - 1);
        await node.LookAsync();
        var left = Assert.Single(await ReasonsAsync(firewall, open));
        await node.DenyAsync(open, open + DenyFlow.SliceSpan, _ => 1);
        await node.LookAsync();

        Assert.EndsWith(": 1 more deny crosses.", left.Sentence, StringComparison.Ordinal);
        Assert.True((await RuleAsync(firewall, open)).IsTold);
    }

    [Fact]
    public async Task A_series_that_does_not_exist_has_no_answer() =>
        Assert.Null(await node.Get<WhyNotQueries>().OfAsync(99, open, Stop));

    private async Task<RuleWhyNot> RuleAsync(int series, DateTimeOffset bucket) =>
        Assert.Single((await node.Get<WhyNotQueries>().OfAsync(series, bucket, Stop))!.Rules);

    private async Task<IReadOnlyList<WhyNotReason>> ReasonsAsync(int series, DateTimeOffset bucket)
    {
        var rule = await RuleAsync(series, bucket);
        Assert.False(rule.IsTold);
        return rule.Reasons;
    }

    /// <summary>So many denies more, in the bucket's first slice, and scored.</summary>
    private async Task DenyAsync(DateTimeOffset bucket, int count, string source = "198.51.100.66")
    {
        await node.DenyAsync(bucket, bucket + DenyFlow.SliceSpan, _ => count, source: source, port: 22);
        await ScoreAsync();
    }

    private async Task SwitchAsync(bool on, DateTimeOffset at, string reason)
    {
        var actions = new RuleActions(node.Get<IDbContextFactory<DenywatchDb>>(), node.Source, new FixedClock(at));
        Assert.Equal(
            Outcome.Done,
            (await actions.SwitchAsync(BuiltInRules.SpikeInFirewallDenies, on, reason, Engineer, Stop)).Outcome
        );
    }

    private async Task ScoreAsync()
    {
        await node.LookAsync();
        await node.CloseAsync();
    }

    private static int Steady(DateTimeOffset slice) =>
        30 + (int)(slice.UtcTicks / DenyFlow.SliceSpan.Ticks * 7919 % 11);
}
