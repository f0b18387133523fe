using Denywatch.Events;
using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Denywatch.Testing;
using Denywatch.Web.Features.Scoring;
using Microsoft.EntityFrameworkCore;
using BuiltInRules = Denywatch.Web.Features.Rules.BuiltInRules;

namespace Denywatch.Web.Tests.Scoring;

public sealed class ScoringTests(PostgresFixture postgres) : IAsyncLifetime
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
    public async Task A_quiet_month_is_scored_bucket_by_bucket_and_raises_nothing()
    {
        await node.DenyAsync(now.AddDays(-28), now, Steady);
        await node.LookAsync();
        await node.CloseAsync();

        var seconds = (now - open).TotalSeconds;
        var closed = seconds >= RecordStore.ShortestSettling.TotalSeconds ? 0 : 1;
        Assert.InRange(
            await node.AskAsync<long>("SELECT count(*) FROM records WHERE series_id = 1"),
            (28 * 96) - 1 - closed,
            28 * 96
        );
        Assert.Equal(0, await node.AskAsync<long>("SELECT count(*) FROM records WHERE score >= 75"));
        Assert.Equal(0, await node.AskAsync<long>("SELECT count(*) FROM alerts"));
    }

    [Fact]
    public async Task A_spike_in_an_open_bucket_alerts_at_the_next_look_and_total_and_split_are_one_alert()
    {
        await node.DenyAsync(now.AddDays(-28), open, Steady);
        await node.LookAsync();
        await node.CloseAsync();
        await node.LookAsync();
        await CloseWhatIsMissingAsync();

        await node.DenyAsync(open, open + DenyFlow.SliceSpan, _ => 3000, source: "198.51.100.66", port: 445);
        await node.LookAsync();
        await node.LookAsync();

        var alert = Assert.Single(await AlertsAsync());
        Assert.True(alert.IsInterim);
        Assert.Equal(2, alert.Matches.Length);
        Assert.Contains("198.51.100.66", alert.Evidence, StringComparison.Ordinal);
        Assert.Equal(2, await node.AskAsync<long>("SELECT count(*) FROM episodes"));
    }

    [Fact]
    public async Task Two_nodes_that_score_at_once_score_every_bucket_once_and_raise_and_tell_every_alert_once()
    {
        await node.RunAsync(
            """
            INSERT INTO connectors (name, kind, address, minimum_rank, rule_ids, is_enabled, created_by, created_at)
            VALUES ('soc-bot', 'Webhook', 'http://127.0.0.1:9/', 0, '{}', true, 'root', now())
            """
        );
        await SpikeAsync();
        await using var other = Worker.Node(node.ConnectionString);

        await Task.WhenAll(node.CloseAsync(), other.CloseAsync(), node.CloseAsync(), other.CloseAsync());

        Assert.Equal(
            await node.AskAsync<long>("SELECT count(*) FROM records"),
            await node.AskAsync<long>("SELECT count(*) FROM (SELECT DISTINCT series_id, bucket FROM records) r")
        );
        Assert.Equal(0, await node.AskAsync<long>("SELECT count(*) FROM record_revisions"));
        Assert.Single(await AlertsAsync());
        Assert.Equal(1, await node.AskAsync<long>("SELECT count(*) FROM deliveries WHERE news = 'Opened'"));
    }

    [Fact]
    public async Task A_node_that_is_killed_while_it_holds_work_leaves_nothing_half_done_and_the_next_one_raises_the_alert_once()
    {
        await SpikeAsync();

        await using (var dying = Worker.Node(node.ConnectionString))
        {
            var scoring = dying.CloseAsync();
            // Every connection of that node breaks, as when its process is killed: first in the middle, then at once.
            for (var cut = 0; cut < 40 && !scoring.IsCompleted; cut++)
            {
                await node.RunAsync(
                    """
                    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                    WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE '%records%'
                    """
                );
                await Task.Delay(5, Stop);
            }
            await Record.ExceptionAsync(() => scoring);
        }
        await node.CloseAsync();

        Assert.Single(await AlertsAsync());
        Assert.Equal(0, await node.AskAsync<long>(Holes));
    }

    [Fact]
    public async Task After_a_stop_over_two_buckets_the_gap_is_filled_and_what_was_missed_is_raised()
    {
        await node.DenyAsync(now.AddDays(-28), open - (4 * Span), Steady);
        await node.LookAsync();
        for (var shard = 0; shard < Series.Shards; shard++)
        {
            // The node stopped an hour ago: what it had closed by then.
            foreach (var due in await node.Get<RecordStore>().DueAsync(shard, Stop))
                await node.Get<SeriesScorer>().ScoreAsync(due with { CloseUntil = open - (4 * Span) }, Stop);
        }
        var before = await node.AskAsync<long>("SELECT count(*) FROM records");
        Assert.Equal(0, await node.AskAsync<long>("SELECT count(*) FROM alerts"));

        // Meanwhile denies were stored, and nobody scored.
        await node.DenyAsync(
            open - (4 * Span),
            open - (2 * Span),
            slice => slice < open - (3 * Span) ? 3000 : Steady(slice),
            source: "198.51.100.66"
        );
        await node.DenyAsync(open - (2 * Span), open, Steady);
        await node.LookAsync();
        await node.CloseAsync();
        await node.CloseAsync();

        Assert.True(await node.AskAsync<long>("SELECT count(*) FROM records") > before);
        Assert.Equal(0, await node.AskAsync<long>(Holes));
        Assert.Single(await AlertsAsync());
    }

    [Fact]
    public async Task Late_denies_change_a_record_and_keep_what_it_said_first()
    {
        await node.DenyAsync(now.AddDays(-28), open, Steady);
        await node.LookAsync();
        await node.CloseAsync();
        var bucket = open - (8 * Span);

        await node.DenyAsync(bucket, bucket + DenyFlow.SliceSpan, _ => 5000, source: "198.51.100.66");
        await node.LookAsync();
        await node.CloseAsync();

        Assert.Equal(
            (short)1,
            await node.AskAsync<short>($"SELECT revision FROM records WHERE series_id = 1 AND bucket = '{bucket:O}'")
        );
        Assert.True(
            await node.AskAsync<double>($"SELECT score FROM records WHERE series_id = 1 AND bucket = '{bucket:O}'")
                >= 75
        );
        Assert.True(
            await node.AskAsync<double>(
                $"SELECT initial_score FROM records WHERE series_id = 1 AND bucket = '{bucket:O}'"
            ) < 75
        );
        Assert.Equal(1, await node.AskAsync<long>("SELECT count(*) FROM record_revisions WHERE series_id = 1"));
        Assert.Single(await AlertsAsync());
    }

    [Fact]
    public async Task A_rule_that_was_off_never_alerts_for_the_time_it_was_off()
    {
        await SpikeAsync();
        await using (var db = await node.DbAsync())
        {
            var rule = await db.Rules.SingleAsync(r => r.Id == BuiltInRules.SpikeInFirewallDenies, Stop);
            rule.Switch(false, now.AddDays(-2));
            rule.Switch(true, now);
            await db.SaveChangesAsync(Stop);
        }

        await node.CloseAsync();

        Assert.True(await node.AskAsync<long>("SELECT count(*) FROM records WHERE score >= 75") > 0);
        Assert.Empty(await AlertsAsync());
    }

    [Fact]
    public async Task Silence_of_a_busy_source_is_missing_and_not_zero()
    {
        await node.DenyAsync(now.AddDays(-28), open - (8 * Span), Steady);
        await node.DenyAsync(open - (4 * Span), open, Steady);
        await node.LookAsync();
        await node.CloseAsync();

        Assert.Equal(
            4,
            await node.AskAsync<long>("SELECT count(*) FROM records WHERE series_id = 1 AND actual IS NULL")
        );
    }

    private const string Holes = """
        SELECT count(*) FROM (SELECT bucket - lag(bucket) OVER (PARTITION BY series_id ORDER BY bucket) AS step FROM records) s
        WHERE step <> interval '15 minutes'
        """;

    /// <summary>A month of quiet with a spike an hour ago, counted and not yet scored.</summary>
    private async Task SpikeAsync()
    {
        var spike = open - (4 * Span);
        await node.DenyAsync(now.AddDays(-28), spike, Steady);
        await node.DenyAsync(spike, spike + Span, _ => 3000, source: "198.51.100.66", port: 445);
        await node.DenyAsync(spike + Span, open, Steady);
        await node.LookAsync();
    }

    // The last bucket may still settle: it is closed here by hand, so that the open one has its forecast.
    private async Task CloseWhatIsMissingAsync() => await node.CloseAsync();

    private static int Steady(DateTimeOffset slice) =>
        30 + (int)(slice.UtcTicks / DenyFlow.SliceSpan.Ticks * 7919 % 11);

    private async Task<List<Alert>> AlertsAsync()
    {
        await using var db = await node.DbAsync();
        return await db.Alerts.ToListAsync(Stop);
    }
}
