using Denywatch.Events;
using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Denywatch.Testing;
using Denywatch.Web.Features.Alerts;
using Denywatch.Web.Features.Exceptions;
using Denywatch.Web.Features.Jobs;
using Denywatch.Web.Features.Rules;
using Denywatch.Web.Tests.Scoring;
using Microsoft.EntityFrameworkCore;
using Outcome = Denywatch.Web.Features.Accounts.Outcome;

namespace Denywatch.Web.Tests.Jobs;

/// <summary>Jobs whose series are more than a firewall.</summary>
public sealed class OwnCountsTests(PostgresFixture postgres) : IAsyncLifetime
{
    private static readonly TimeSpan Span = TimeSpan.FromMinutes(15);
    private Worker node = null!;
    private DateTimeOffset now;
    private DateTimeOffset open;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        now = DateTimeOffset.UtcNow;
        node = await Worker.NewAsync(postgres, now);
        open = new(now.UtcTicks - (now.UtcTicks % Span.Ticks), TimeSpan.Zero);
    }

    public async ValueTask DisposeAsync() => await node.DisposeAsync();

    [Fact]
    public async Task Switching_a_rule_on_opens_its_job_which_counts_and_learns_what_is_stored_and_tells_of_one_value()
    {
        await DenyMonthAsync();
        Assert.False((await JobAsync(BuiltInJobs.ByDestinationPort)).IsOpen);

        await SwitchOnAsync(BuiltInJobs.ByDestinationPort);
        await node.HistoryAsync();
        await node.CloseAsync();
        await node.LookAsync();
        Assert.Equal(["22", "443"], await PartitionsAsync(BuiltInJobs.ByDestinationPort));

        // On one port nine times as many as usual, and in the sum of both no more than on any day.
        await node.DenyAsync(open, open + DenyFlow.SliceSpan, _ => 90, port: 22, source: "203.0.113.9");
        await node.LookAsync();
        await node.LookAsync();

        var alert = Assert.Single(await AlertsAsync());
        Assert.Equal(["Spike in Firewall Denies by Destination Port: destination port 22"], alert.Matches);
        Assert.Equal(90, alert.Actual);
        Assert.Contains("203.0.113.9", alert.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_counted_day_by_day_is_what_would_have_been_counted_live()
    {
        await SwitchOnAsync(BuiltInJobs.ByFirewallRule);
        await node.DenyAsync(now.AddDays(-2), open, Busy);
        await node.LookAsync();
        await node.Get<RollupStore>().RecomputeAsync(Stop, rests: false);
        await node.HistoryAsync();
        await node.DenyAsync(now.AddDays(-3), open, Busy, port: 23);
        await node.LookAsync();
        var live = await CountsAsync();

        await node.RunAsync("UPDATE series SET counted_since = NULL WHERE own_counts; DELETE FROM series_counts");
        await node.HistoryAsync();

        Assert.NotEmpty(live);
        Assert.Equal(live, await CountsAsync());
    }

    [Fact]
    public async Task Late_events_and_exceptions_change_the_past_of_the_series_that_they_belong_to_and_of_no_other()
    {
        await DenyMonthAsync();
        await SwitchOnAsync(BuiltInJobs.ByDestinationPort);
        await node.HistoryAsync();
        await node.CloseAsync();

        var late = open.AddDays(-2);
        await node.DenyAsync(late, late + DenyFlow.SliceSpan, _ => 5, port: 22);
        await node.LookAsync();
        Assert.Equal(["", "22", "fw-1"], await ToRescoreAsync());

        await node.CloseAsync();
        Assert.Equal(35, await ActualAsync("22", late));
        Assert.Empty(await ToRescoreAsync());
    }

    [Fact]
    public async Task A_preview_of_an_exception_is_what_happens_to_series_of_their_own()
    {
        await DenyMonthAsync();
        await SwitchOnAsync(BuiltInJobs.ByDestinationPort);
        await node.HistoryAsync();
        var spike = open.AddHours(-12);
        await node.DenyAsync(spike, spike + DenyFlow.SliceSpan, _ => 90, port: 22, source: "203.0.113.9");
        await node.LookAsync();
        await node.CloseAsync();
        var alert = Assert.Single(await AlertsAsync());

        var exception = new ExceptionDraft(
            new() { Sources = ["203.0.113.9"] },
            "eve",
            "own scanner",
            now.AddDays(-3),
            now.AddDays(30)
        );
        var preview = await node.Get<ExceptionPreview>().OfAsync(new(null, exception), ct: Stop);
        Assert.Equal(alert.Id, Assert.Single(preview.Alerts).AlertId);

        await node.Get<ExceptionActions>().AddAsync(exception, Installation.Eve, Stop);
        await node.LookAsync();
        await node.CloseAsync();
        Assert.Equal(CloseReason.Rescored, Assert.Single(await AlertsAsync()).CloseReason);
    }

    [Fact]
    public async Task A_confirmed_incident_of_a_series_of_its_own_is_not_learnt_as_normal_until_it_is_taken_back()
    {
        await DenyMonthAsync();
        await SwitchOnAsync(BuiltInJobs.ByDestinationPort);
        await node.HistoryAsync();
        await node.CloseAsync();
        await node.DenyAsync(open.AddHours(-60), open.AddHours(-4), _ => 90, port: 22, source: "203.0.113.9");
        await node.LookAsync();
        await node.CloseAsync();
        var alerts = await AlertsAsync();
        Assert.NotEmpty(alerts);
        var learnt = await UntaughtAsync();

        var actions = node.Get<AlertActions>();
        foreach (var alert in alerts)
            await actions.CloseAsync([alert.Id], new(CloseReason.TruePositive, "a worm"), Installation.Ana, Stop);
        await node.LookAsync();
        await node.CloseAsync();
        var kept = await UntaughtAsync();
        Assert.True(kept > learnt, $"{kept} buckets after the verdict, {learnt} before");

        foreach (var alert in alerts)
            await actions.ReopenAsync([alert.Id], "not sure", Installation.Ana, Stop);
        await node.LookAsync();
        await node.CloseAsync();
        Assert.Equal(learnt, await UntaughtAsync());
    }

    [Fact]
    public async Task A_stopped_count_of_what_is_stored_begins_again_when_the_job_is_started()
    {
        await DenyMonthAsync();
        await SwitchOnAsync(BuiltInJobs.ByDestinationPort);
        await node.RunAsync($"UPDATE jobs SET stopped_at = now() WHERE id = '{BuiltInJobs.ByDestinationPort}'");
        await node.HistoryAsync();
        Assert.Equal(0, await node.AskAsync<long>("SELECT count(*) FROM series_counts"));

        await node.Get<JobActions>().StartAsync(BuiltInJobs.ByDestinationPort, "go on", Installation.Eve, Stop);
        await node.HistoryAsync();
        Assert.Equal(
            0,
            await node.AskAsync<long>("SELECT count(*) FROM series WHERE own_counts AND counted_since IS NULL")
        );
        Assert.NotEqual(0, await node.AskAsync<long>("SELECT count(*) FROM series_counts"));
    }

    /// <summary>Four weeks of two ports; one is busy and swings widely, the other calm.</summary>
    private async Task DenyMonthAsync()
    {
        await node.DenyAsync(now.AddDays(-28), open, Busy);
        await node.DenyAsync(now.AddDays(-28), open, _ => 10, port: 22);
        await node.LookAsync();
        await node.Get<RollupStore>().RecomputeAsync(Stop, rests: false);
        await node.CloseAsync();
    }

    private static int Busy(DateTimeOffset slice) => 200 + (int)(slice.ToUnixTimeSeconds() / 300 * 7919 % 200);

    private async Task SwitchOnAsync(string job)
    {
        await using var db = await node.DbAsync();
        var rule = await db.Rules.SingleAsync(r => r.JobIds.Length == 1 && r.JobIds.Contains(job), Stop);
        var result = await node.Get<RuleActions>().SwitchAsync(rule.Id, on: true, "a test", Installation.Ana, Stop);
        Assert.Equal(Outcome.Done, result.Outcome);
        Assert.True((await JobAsync(job)).IsOpen);
        // A rule never alerts for the time it was off; these tests ask about just that.
        await node.RunAsync("UPDATE rules SET switched_at = '1970-01-01Z'");
    }

    private async Task<JobFacts> JobAsync(string id) =>
        (await node.Get<JobQueries>().FactsAsync(Stop)).Single(job => job.JobId == id);

    private async Task<List<Alert>> AlertsAsync()
    {
        await using var db = await node.DbAsync();
        return await db.Alerts.AsNoTracking().ToListAsync(Stop);
    }

    private async Task<List<string>> PartitionsAsync(string job)
    {
        await using var db = await node.DbAsync();
        return await db.Series.Where(s => s.JobId == job).Select(s => s.Partition).Order().ToListAsync(Stop);
    }

    private async Task<List<string>> ToRescoreAsync()
    {
        await using var db = await node.DbAsync();
        return await db.Series.Where(s => s.RescoreFrom != null).Select(s => s.Partition).Order().ToListAsync(Stop);
    }

    private async Task<List<(string, DateTimeOffset, long)>> CountsAsync()
    {
        await using var connection = await node.Source.OpenConnectionAsync(Stop);
        return await connection.RowsAsync(
            "SELECT s.job_id || s.partition, k.at, k.count FROM series_counts k JOIN series s ON s.id = k.series_id ORDER BY 1, 2",
            row => (row.GetString(0), row.Time(1), row.GetInt64(2)),
            Stop
        );
    }

    /// <summary>Buckets of the incident in which the model did not expect it yet.</summary>
    private Task<long> UntaughtAsync() =>
        node.AskAsync<long>(
            $"SELECT count(*) FROM records r JOIN series s ON s.id = r.series_id WHERE s.partition = '22' AND bucket >= '{open.AddHours(-60):O}' AND typical < 60"
        )!;

    private Task<double> ActualAsync(string partition, DateTimeOffset at) =>
        node.AskAsync<double>(
            $"SELECT actual FROM records r JOIN series s ON s.id = r.series_id WHERE s.partition = '{partition}' AND bucket = date_bin('15 minutes', '{at:O}'::timestamptz, 'epoch')"
        )!;
}
