using Denywatch.Alerting;
using Denywatch.Detection;
using Denywatch.Events;
using Denywatch.Storage.Entities;
using Denywatch.Testing;
using Denywatch.Web.Features.Accounts;
using Denywatch.Web.Features.Explorer;
using Denywatch.Web.Features.Rules;
using Microsoft.EntityFrameworkCore;

namespace Denywatch.Web.Tests.Scoring;

/// <summary>A rule whose excess must last.</summary>
public sealed class DurationTests(PostgresFixture postgres) : IAsyncLifetime
{
    private static readonly TimeSpan Span = TimeSpan.FromMinutes(15);
    private static readonly Actor Engineer = new(null, "ada", AccountRole.Engineer);
    private readonly DateTimeOffset open = CountedSpan.StartOf(DateTimeOffset.UtcNow, Span);
    private Worker node = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        // Six minutes into the bucket: those before it are closed, whatever the senders' lag.
        node = await Worker.NewAsync(postgres, open.AddMinutes(6));
        await node.DenyAsync(open.AddDays(-28), open, Steady);
    }

    public async ValueTask DisposeAsync() => await node.DisposeAsync();

    [Fact]
    public async Task The_open_bucket_that_completes_the_run_raises_the_alert_and_it_starts_with_the_first_of_them()
    {
        await LastingAsync(2);
        await ScanAsync(open - Span);
        await RunAsync();
        Assert.Empty(await AlertsAsync());

        await ScanAsync(open);
        await node.LookAsync();

        var alert = Assert.Single(await AlertsAsync());
        Assert.Equal((open - Span, open, true), (alert.StartedAt, alert.LastBucket, alert.IsInterim));
        Assert.Equal(2, alert.Matches.Length);
        Assert.True(alert.Excess > 5500);
    }

    [Fact]
    public async Task Closed_buckets_alert_only_where_as_many_in_a_row_are_above_the_line()
    {
        await LastingAsync(3);
        foreach (var bucket in (int[])[40, 39, 37, 20, 19, 18])
            await ScanAsync(open - (bucket * Span));
        await RunAsync();

        var alert = Assert.Single(await AlertsAsync());
        Assert.Equal((open - (20 * Span), open - (18 * Span)), (alert.StartedAt, alert.LastBucket));
    }

    [Fact]
    public async Task Late_data_that_completes_a_run_raises_what_starts_before_it()
    {
        await LastingAsync(3);
        await ScanAsync(open - (30 * Span), 5000);
        await ScanAsync(open - (28 * Span));
        await RunAsync();
        Assert.Empty(await AlertsAsync());

        await ScanAsync(open - (29 * Span));
        await RunAsync();

        var alert = Assert.Single(await AlertsAsync());
        Assert.Equal((open - (30 * Span), open - (30 * Span)), (alert.StartedAt, alert.PeakAt));
    }

    [Fact]
    public async Task An_alert_that_a_longer_duration_takes_away_comes_back_once_the_excess_has_lasted()
    {
        await ScanAsync(open - Span);
        await RunAsync();
        var raised = Assert.Single(await AlertsAsync());

        var draft = new RuleTuningDraft(75, 0, 0, "only what lasts", Duration: 2);
        await node.Get<RuleTuningActions>().SetAsync(raised.RuleId, draft, Engineer, Stop);
        var gone = Assert.Single(await AlertsAsync());
        await ScanAsync(open);
        await node.LookAsync();

        var back = Assert.Single(await AlertsAsync());
        Assert.Equal(CloseReason.Rescored, gone.CloseReason);
        Assert.Equal((AlertStatus.Open, open - Span, open), (back.Status, back.StartedAt, back.LastBucket));
    }

    [Fact]
    public async Task A_bucket_that_stood_alone_says_how_many_in_a_row_were_missing()
    {
        await LastingAsync(3);
        await ScanAsync(open - (9 * Span));
        await ScanAsync(open - (8 * Span));
        await RunAsync();

        var why = (await node.Get<WhyNotQueries>().OfAsync(1, open - (9 * Span), Stop))!;

        var reason = Assert.Single(Assert.Single(why.Rules).Reasons);
        Assert.Equal((WhyNotKind.Duration, 2, 3), (reason.Kind, reason.Reached, reason.Asked));
    }

    private async Task LastingAsync(int duration) => await node.RunAsync($"UPDATE rules SET duration = {duration}");

    private Task ScanAsync(DateTimeOffset bucket, int denies = 3000) =>
        node.DenyAsync(bucket, bucket + DenyFlow.SliceSpan, _ => denies, source: "198.51.100.66", port: 445);

    private async Task RunAsync()
    {
        await node.LookAsync();
        await node.CloseAsync();
        await node.LookAsync();
    }

    private async Task<List<Alert>> AlertsAsync()
    {
        await using var db = await node.DbAsync();
        return await db.Alerts.ToListAsync(Stop);
    }

    private static int Steady(DateTimeOffset slice) =>
        30 + (int)(slice.UtcTicks / DenyFlow.SliceSpan.Ticks * 7919 % 11);
}
