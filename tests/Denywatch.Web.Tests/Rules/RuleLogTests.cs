using Denywatch.Detection;
using Denywatch.Events;
using Denywatch.Storage;
using Denywatch.Testing;
using Denywatch.Web.Features.Retention;
using Denywatch.Web.Features.Rules;
using Denywatch.Web.Tests.Scoring;
using Microsoft.Extensions.Logging.Abstractions;

namespace Denywatch.Web.Tests.Rules;

/// <summary>What each run of a rule read, found, raised and took.</summary>
public sealed class RuleLogTests(PostgresFixture postgres) : IAsyncLifetime
{
    private static readonly TimeSpan Span = TimeSpan.FromMinutes(15);
    private readonly DateTimeOffset open = CountedSpan.StartOf(DateTimeOffset.UtcNow, Span);
    private Worker node = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        node = await Worker.NewAsync(postgres, open.AddMinutes(6));
        await node.DenyAsync(open.AddDays(-28), open, Steady);
        await node.LookAsync();
    }

    public async ValueTask DisposeAsync() => await node.DisposeAsync();

    [Fact]
    public async Task A_round_a_look_that_raises_and_a_re_score_leave_a_line_each_and_a_quiet_look_none()
    {
        await node.CloseAsync();
        await node.LookAsync();
        var closed = (await LogAsync()).Runs;
        await ScanAsync(open);
        await node.LookAsync();
        await node.LookAsync();
        var looked = (await LogAsync()).Runs;
        await ScanAsync(open - (30 * Span));
        await node.LookAsync();
        await node.CloseAsync();
        var all = await LogAsync();

        Assert.Equal([RunKind.Close], closed.Select(run => run.Kind).Distinct());
        Assert.Equal(2, closed.Sum(run => run.Counts.Series));
        var look = Assert.Single(looked, run => run.Kind == RunKind.Look);
        Assert.Equal(new RunCounts(2, 2, 2, 2, 0, 0), look.Counts with { Took = default });
        var again = all.Runs.Where(run => run.Kind == RunKind.Rescore).ToList();
        Assert.Equal(2, again.Sum(run => run.Counts.Raised));
        Assert.All(all.Runs, run => Assert.True(run.Counts.Took > TimeSpan.Zero && run.Problem is null));
        Assert.Equal((all.Runs.Count, 0), (all.DayRuns, all.DayFailed));
        Assert.Contains("4 alerts raised", RuleWords.LogSentence(all), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_that_fails_says_why_once_an_hour()
    {
        var round = new RuleRound();
        round.Fail(BuiltInJobs.Total, "its state cannot be read");
        await using var connection = await node.Source.OpenConnectionAsync(Stop);

        await RuleRunStore.AppendAsync(connection, round, Stop);
        await RuleRunStore.AppendAsync(connection, round, Stop);

        var log = await LogAsync();
        Assert.Equal("its state cannot be read", Assert.Single(log.Runs).Problem);
        Assert.Equal(1, log.DayFailed);
    }

    [Fact]
    public async Task Lines_are_kept_for_thirty_days()
    {
        await node.CloseAsync();
        await node.RunAsync("UPDATE rule_runs SET at = now() - interval '31 days' WHERE id = 1");
        var before = await node.AskAsync<long>("SELECT count(*) FROM rule_runs");

        await new RetentionTask(
            new Partitions(node.Source),
            node.Source,
            new(),
            node.Get<TimeProvider>(),
            NullLogger<RetentionTask>.Instance
        ).RunAsync(Stop);

        Assert.Equal(before - 1, await node.AskAsync<long>("SELECT count(*) FROM rule_runs"));
    }

    private Task<RuleLog> LogAsync() => node.Get<RuleQueries>().LogAsync(BuiltInRules.SpikeInFirewallDenies, 100, Stop);

    private Task ScanAsync(DateTimeOffset bucket) =>
        node.DenyAsync(bucket, bucket + DenyFlow.SliceSpan, _ => 3000, source: "198.51.100.66", port: 445);

    private static int Steady(DateTimeOffset slice) =>
        30 + (int)(slice.UtcTicks / DenyFlow.SliceSpan.Ticks * 7919 % 11);
}
