using Denywatch.Detection;
using Denywatch.Events.Exceptions;
using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Denywatch.Testing;
using Denywatch.Web.Features.Accounts;
using Denywatch.Web.Features.Alerts;
using Denywatch.Web.Features.Exceptions;
using Denywatch.Web.Features.Scoring;
using Denywatch.Web.Tests.Scoring;
using Microsoft.EntityFrameworkCore;
using Outcome = Denywatch.Web.Features.Accounts.Outcome;

namespace Denywatch.Web.Tests.Alerts;

/// <summary>A confirmed incident leaves the baseline, and comes back exactly.</summary>
public sealed class BaselineTests(PostgresFixture postgres) : IAsyncLifetime
{
    private const string Attacker = "198.51.100.66";

    private static readonly TimeSpan Span = TimeSpan.FromMinutes(15);
    private static readonly Actor Analyst = new(null, "ana", AccountRole.Analyst);
    private static readonly Actor Engineer = new(null, "ada", AccountRole.Engineer);
    private Worker node = null!;
    private DateTimeOffset now;
    private DateTimeOffset open;
    private DateTimeOffset flood;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>A month of two firewalls with a flood of two hours, eight days ago.</summary>
    public async ValueTask InitializeAsync()
    {
        now = DateTimeOffset.UtcNow;
        node = await Worker.NewAsync(postgres, now);
        open = CountedSpan.StartOf(now, Span);
        flood = open.AddDays(-8);
        await FillAsync(node, withFlood: true);
    }

    public async ValueTask DisposeAsync() => await node.DisposeAsync();

    [Fact]
    public async Task After_a_confirmed_flood_the_same_hour_a_week_later_is_expected_as_if_it_had_never_been()
    {
        await using var quiet = await Worker.NewAsync(postgres, now);
        await FillAsync(quiet, withFlood: false);
        Assert.NotEqual(await TypicalsAsync(quiet, ""), await TypicalsAsync(node, ""));

        await CloseAsync(node, CloseReason.TruePositive);

        foreach (var firewall in new[] { "", "fw-1", "fw-2" })
            Assert.Equal(await TypicalsAsync(quiet, firewall), await TypicalsAsync(node, firewall));
        Assert.Equal(
            await node.AskAsync<long>("SELECT sum(actual)::bigint FROM records"),
            await quiet.AskAsync<long>("SELECT sum(actual)::bigint FROM records") + 2 * 24 * 1500
        );
        Assert.NotEqual(0, await RevisionsAsync("confirmed incident #"));
        Assert.Contains(
            "Its excess of 36,000 denies is not learnt as normal any more.",
            await NotesAsync(node),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Reopening_and_undo_restore_the_exact_past()
    {
        var (records, alerts) = (await RecordsAsync(), await AlertsAsync());

        var closed = await CloseAsync(node, CloseReason.TruePositive);
        var confirmed = await RecordsAsync();
        await ActAsync(node, actions => actions.UndoAsync(closed, Analyst, Stop));
        Assert.Equal(records, await RecordsAsync());
        Assert.Equal(alerts, await AlertsAsync());

        await CloseAsync(node, CloseReason.TruePositive);
        Assert.Equal(confirmed, await RecordsAsync());
        var takenBack = await RevisionsAsync("taken back");
        await ActAsync(node, actions => actions.ReopenAsync([closed[0].Id], null, Analyst, Stop));

        Assert.NotEqual(confirmed, records);
        Assert.Equal(records, await RecordsAsync());
        Assert.Equal(alerts, await AlertsAsync());
        Assert.Equal(0, await node.AskAsync<long>("SELECT count(*) FROM confirmed_excess"));
        Assert.True(await RevisionsAsync("taken back") > takenBack);
    }

    [Theory]
    [InlineData(CloseReason.FalsePositive)]
    [InlineData(CloseReason.BenignPositive)]
    public async Task Any_other_verdict_teaches_as_before(CloseReason reason)
    {
        var records = await RecordsAsync();

        await CloseAsync(node, reason);

        Assert.Equal(records, await RecordsAsync());
        Assert.Equal(0, await node.AskAsync<long>("SELECT count(*) FROM record_revisions"));
    }

    [Fact]
    public async Task Of_two_confirmed_alerts_that_overlap_no_deny_is_taken_twice_and_either_may_go_first()
    {
        var first = (await CloseAsync(node, CloseReason.TruePositive))[0].Id;
        // A second alert of the same flows and of those to another port beside them.
        await node.DenyAsync(flood, flood.AddHours(1), _ => 700, source: "198.51.100.67", port: 23);
        await ScoreAsync(node);
        var second = await TwinAsync(first);
        var counted = await node.AskAsync<long>(
            $"SELECT sum(count)::bigint FROM counts WHERE span = 5 AND at >= '{flood:O}' AND at < '{flood.AddHours(2):O}'"
        );

        await ActAsync(node, a => a.CloseAsync([second], new(CloseReason.TruePositive), Analyst, Stop));
        var (both, ofFirst, ofSecond) = (await ExcessAsync(), await ExcessAsync(first), await ExcessAsync(second));
        await ActAsync(node, a => a.ReopenAsync([first], null, Analyst, Stop));
        var alone = await ExcessAsync(second);
        await ActAsync(node, a => a.CloseAsync([first], new(CloseReason.TruePositive), Analyst, Stop));

        Assert.Equal((24 * 1500, 12 * 700), (ofFirst, ofSecond));
        Assert.Equal(24 * 1500 + 12 * 700, alone);
        Assert.True(both < counted);
        Assert.Equal(
            0,
            await node.AskAsync<long>(
                """
                SELECT count(*) FROM (SELECT slice, firewall_id, sum(excess) AS excess FROM confirmed_excess GROUP BY 1, 2) x
                JOIN counts c ON c.span = 5 AND c.at = x.slice AND c.firewall_id = x.firewall_id WHERE x.excess > c.count + 1e-6
                """
            )
        );
        Assert.Equal((ofFirst, ofSecond), (await ExcessAsync(first), await ExcessAsync(second)));
    }

    [Fact]
    public async Task Late_events_and_exceptions_change_what_is_kept_out_with_the_counts()
    {
        await CloseAsync(node, CloseReason.TruePositive);
        var (records, excess) = (await RecordsAsync(), await ExcessAsync());
        var draft = new ExceptionDraft(
            new() { Sources = [Attacker] },
            "ada",
            "it was ours",
            open.AddDays(-27),
            open.AddDays(3),
            LossReason: "it was ours"
        );
        var preview = await node.Get<ExceptionPreview>().OfAsync(new(null, draft), ct: Stop);

        var added = await node.Get<ExceptionActions>().AddAsync(draft, Engineer, Stop);
        await ScoreAsync(node);
        Assert.Equal(0, await ExcessAsync());
        Assert.Equal(24 * 1500, preview.Denies);
        var line = await node.AskAsync<double>(
            $"SELECT sum(typical) FROM records WHERE series_id = (SELECT id FROM series WHERE firewall_id IS NULL) AND bucket >= '{preview.Line[0].At:O}'"
        );
        Assert.Equal(line, preview.Line.Sum(point => point.Typical), 0.5);

        await node.Get<ExceptionActions>().RemoveAsync(added.Id!.Value, "it was not", Engineer, Stop);
        await ScoreAsync(node);
        Assert.Equal(excess, await ExcessAsync());
        Assert.Equal(records, await RecordsAsync());

        await node.DenyAsync(flood, flood + Span, _ => 500, source: Attacker, port: 22);
        await ScoreAsync(node);
        Assert.Equal(excess + 3 * 500, await ExcessAsync());
    }

    [Fact]
    public async Task What_machines_do_to_a_confirmed_alert_is_followed()
    {
        await CloseAsync(node, CloseReason.TruePositive);
        var excess = await ExcessAsync();

        await node.DenyAsync(flood.AddHours(2), flood.AddHours(3), _ => 1500, source: Attacker, port: 22);
        await ScoreAsync(node);
        await ScoreAsync(node);
        var longer = await ExcessAsync();
        await node.RunAsync(
            "UPDATE alerts SET status = 'Open', close_reason = NULL WHERE close_reason = 'TruePositive'"
        );
        await ScoreAsync(node);

        Assert.Equal(excess + 12 * 1500, longer);
        Assert.Equal(0, await ExcessAsync());
    }

    [Fact]
    public async Task Verdicts_and_scoring_at_the_same_time_do_not_stop_each_other()
    {
        var alert = await FloodAlertAsync(node);
        var actions = node.Get<AlertActions>();
        List<Outcome> outcomes = [];

        await Task.WhenAll(DecideAsync(), CountAsync());
        await ScoreAsync(node);

        Assert.All(outcomes, outcome => Assert.Equal(Outcome.Done, outcome));
        Assert.Equal(0, await ExcessAsync());
        Assert.Equal(0, await node.AskAsync<long>("SELECT count(*) FROM jobs WHERE problem IS NOT NULL"));
        Assert.Equal(0, await node.AskAsync<long>("SELECT count(*) FROM series WHERE rescore_from IS NOT NULL"));

        async Task DecideAsync()
        {
            for (var round = 0; round < 8; round++)
            {
                outcomes.Add((await actions.CloseAsync([alert], new(CloseReason.TruePositive), Analyst, Stop)).Outcome);
                outcomes.Add((await actions.ReopenAsync([alert], null, Analyst, Stop)).Outcome);
            }
        }

        async Task CountAsync()
        {
            for (var round = 0; round < 4; round++)
            {
                await node.DenyAsync(flood, flood + Span, _ => 50, source: Attacker, port: 22);
                await ScoreAsync(node);
            }
        }
    }

    [Fact]
    public async Task Where_flows_are_no_longer_kept_it_says_that_the_baseline_stays()
    {
        await node.RunAsync($"DELETE FROM recent_flows WHERE slice < '{flood.AddDays(1):O}'");
        await node.RunAsync($"DELETE FROM flows WHERE slice < '{flood.AddDays(1):O}'");
        var records = await RecordsAsync();

        await CloseAsync(node, CloseReason.TruePositive);

        Assert.Equal(records, await RecordsAsync());
        Assert.Contains("stays learnt, unadjusted", await NotesAsync(node), StringComparison.Ordinal);
    }

    private async Task FillAsync(Worker worker, bool withFlood)
    {
        await worker.DenyAsync(open.AddDays(-28), open, Steady);
        await worker.DenyAsync(open.AddDays(-28), open, Steady, "fw-2");
        if (withFlood)
            await worker.DenyAsync(flood, flood.AddHours(2), _ => 1500, source: Attacker, port: 22);
        await worker.LookAsync();
        // As it was live: the alert is there, however long ago.
        foreach (var shard in Enumerable.Range(0, Series.Shards))
        {
            foreach (var series in await worker.Get<RecordStore>().DueAsync(shard, Stop))
                await worker.Get<SeriesScorer>().ScoreAsync(series, Stop, asIfLive: true);
        }
    }

    private async Task<IReadOnlyList<AlertChange>> CloseAsync(Worker worker, CloseReason reason)
    {
        var alert = await FloodAlertAsync(worker);
        return await ActAsync(worker, actions => actions.CloseAsync([alert], new(reason), Analyst, Stop));
    }

    private async Task<long> FloodAlertAsync(Worker worker)
    {
        await using var db = await worker.DbAsync();
        return (await db.Alerts.SingleAsync(a => a.StartedAt <= flood && a.LastBucket >= flood && !a.IsStorm, Stop)).Id;
    }

    private static async Task<IReadOnlyList<AlertChange>> ActAsync(
        Worker worker,
        Func<AlertActions, Task<AlertResult>> deed
    )
    {
        var result = await deed(worker.Get<AlertActions>());
        Assert.Equal(Outcome.Done, result.Outcome);
        await ScoreAsync(worker);
        return result.Changes;
    }

    /// <summary>The same alert once more, of two ports.</summary>
    private async Task<long> TwinAsync(long alert)
    {
        await using var db = await node.DbAsync();
        var first = await db.Alerts.AsNoTracking().SingleAsync(a => a.Id == alert, Stop);
        var evidence = AlertEvidence.Read(first.Evidence)!;
        var twin = Some.Alert(
            first.SeriesId,
            evidence with
            {
                Carriers = new(Denywatch.Alerting.Dimension.Port, ["22", "23"]),
            }
        );
        (twin.StartedAt, twin.LastBucket) = (first.StartedAt, first.LastBucket);
        db.Alerts.Add(twin);
        await db.SaveChangesAsync(Stop);
        return twin.Id;
    }

    private static async Task ScoreAsync(Worker worker)
    {
        await worker.LookAsync();
        await worker.CloseAsync();
    }

    private Task<string?> TypicalsAsync(Worker worker, string firewall) =>
        worker.AskAsync<string>(
            $"""
            SELECT string_agg(concat_ws('|', r.bucket, round(r.typical::numeric, 3), round(r.upper::numeric, 3), r.actual), ',' ORDER BY r.bucket)
            FROM records r JOIN series s ON s.id = r.series_id
            WHERE s.partition = '{firewall}' AND r.bucket >= '{flood.AddDays(7):O}' AND r.bucket < '{flood.AddDays(
                7
            ).AddHours(2):O}'
            """
        );

    private async Task<double> ExcessAsync(long? alert = null) =>
        Math.Round(
            await node.AskAsync<double>(
                $"SELECT coalesce(sum(excess), 0) FROM confirmed_excess WHERE {(alert is null ? "true" : $"alert_id = {alert}")}"
            )
        );

    private Task<long> RevisionsAsync(string reason) =>
        node.AskAsync<long>($"SELECT count(*) FROM record_revisions WHERE reason LIKE '%{reason}%'");

    private static async Task<string> NotesAsync(Worker worker) =>
        await worker.AskAsync<string>("SELECT string_agg(text, E'\\n') FROM alert_notes") ?? "";

    private async Task<List<string>> AlertsAsync()
    {
        await using var db = await node.DbAsync();
        var alerts = await db.Alerts.OrderBy(alert => alert.Id).ToListAsync(Stop);
        return alerts.ConvertAll(a =>
            $"{a.Id} {a.Status} {a.CloseReason} {a.StartedAt:O} {a.LastBucket:O} {a.Actual:0} {a.Typical:0.00} {a.PeakScore:0.0} {a.Excess:0} {a.EndedAt:O} {a.Title}"
        );
    }

    private Task<string?> RecordsAsync() =>
        node.AskAsync<string>(
            """
            SELECT md5(string_agg(concat_ws('|', series_id, bucket, actual, typical, lower, upper, score, is_learning), ','
                       ORDER BY series_id, bucket)) FROM records
            """
        );

    private static int Steady(DateTimeOffset slice) =>
        30 + (int)(slice.UtcTicks / Events.DenyFlow.SliceSpan.Ticks * 7919 % 11);
}
