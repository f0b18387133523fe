using Denywatch.Storage.Entities;
using Denywatch.Testing;
using Denywatch.Web.Features.Alerts;
using Denywatch.Web.Features.Rules;

namespace Denywatch.Web.Tests.Alerts;

public sealed class AlertQueriesTests(PostgresFixture postgres) : IAsyncLifetime
{
    private Installation app = null!;
    private AlertQueries queries = null!;
    private int series;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        app = await Installation.NewAsync(postgres);
        queries = app.Get<AlertQueries>();
        series = await app.SeriesAsync();
    }

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    [Fact]
    public async Task The_most_important_stands_first_and_closed_ones_are_left_out()
    {
        var low = await app.AlertAsync(series, a => (a.Severity, a.SeverityRank) = ("low", 0));
        var high = await app.AlertAsync(series, a => a.PeakScore = 80);
        var higher = await app.AlertAsync(series, a => a.PeakScore = 99);
        var closed = await app.AlertAsync(series, a => a.Close(CloseReason.TruePositive, "ana", Some.Start));

        var list = await queries.ListAsync(new(), "ana", Stop);

        Assert.Equal([higher.Id, high.Id, low.Id], list.Ids);
        Assert.DoesNotContain(closed.Id, list.Ids);
        Assert.False(list.HasMore);
    }

    [Theory]
    [InlineData("10.2.3.4")]
    [InlineData("HORIZONTAL")]
    [InlineData("fw-edge-1")]
    public async Task Text_finds_who_and_what_and_where(string text)
    {
        var scan = await app.AlertAsync(series);

        Assert.Equal([scan.Id], (await queries.ListAsync(new(Text: text), "ana", Stop)).Ids);
        Assert.Empty((await queries.ListAsync(new(Text: "%%"), "ana", Stop)).Ids);
        Assert.Empty((await queries.ListAsync(new(Text: "10_2"), "ana", Stop)).Ids);
    }

    [Fact]
    public async Task Filters_narrow_by_holder_cause_severity_firewall_and_rule()
    {
        var scan = await app.AlertAsync(series, a => a.Acknowledge("ana", Some.Start));
        await app.AlertAsync(series, a => (a.Cause, a.Severity, a.Evidence) = ("flood", "low", "{}"));

        AlertsView[] views =
        [
            new(Who: AlertHolder.Mine),
            new(Cause: "horizontal scan"),
            new(Severity: "high"),
            new(Firewall: "fw-edge-1"),
            new(Status: AlertScope.Acknowledged, Rule: BuiltInRules.SpikeInFirewallDenies),
        ];

        foreach (var view in views)
            Assert.Equal([scan.Id], (await queries.ListAsync(view, "ana", Stop)).Ids);
    }

    [Fact]
    public async Task A_snoozed_alert_is_out_of_the_queue_and_in_a_list_of_its_own()
    {
        var snoozed = await app.AlertAsync(
            series,
            a => a.TakeOut(new(Some.Start.AddYears(1), SnoozeEnd.Time, null, "ana"))
        );
        var open = await app.AlertAsync(series);

        Assert.Equal([open.Id], (await queries.ListAsync(AlertsView.Queue, "ana", Stop)).Ids);
        Assert.Equal([snoozed.Id], (await queries.ListAsync(new(AlertScope.Snoozed), "ana", Stop)).Ids);
        Assert.Equal(
            (1, 1),
            await queries.CountsAsync("ana", Stop) is var counts ? (counts.Open, counts.Snoozed) : default
        );
    }

    [Theory]
    [InlineData(AlertGrouping.Cause, "flood", "horizontal scan")]
    [InlineData(AlertGrouping.Severity, "low", "high")]
    [InlineData(AlertGrouping.Source, null, "10.2.3.4")]
    [InlineData(AlertGrouping.Assignee, "ana", null)]
    public async Task Groups_count_what_has_something_in_common(AlertGrouping by, string? one, string? two)
    {
        await app.AlertAsync(series);
        await app.AlertAsync(series);
        await app.AlertAsync(
            series,
            a =>
            {
                (a.Cause, a.Severity, a.Evidence, a.Excess) = ("flood", "low", "{}", 7);
                a.Acknowledge("ana", Some.Start);
            }
        );

        var groups = await queries.GroupsAsync(new(Group: by), "ana", Stop);

        Assert.Equal([(two ?? "", 2, 2), (one ?? "", 1, 0)], groups.Select(g => (g.Key, g.Alerts, g.Open)));
        Assert.Equal(7, groups[1].Excess);
    }

    [Theory]
    [InlineData(AlertSort.Important)]
    [InlineData(AlertSort.Newest)]
    [InlineData(AlertSort.Oldest)]
    [InlineData(AlertSort.Excess)]
    public async Task Pages_by_key_list_every_alert_once_in_the_order_of_the_list(AlertSort sort)
    {
        for (var i = 0; i < 7; i++)
        {
            var n = i;
            await app.AlertAsync(
                series,
                a =>
                {
                    a.StartedAt = Some.Start.AddMinutes(15 * (n % 3));
                    a.SeverityRank = n % 2;
                    a.Excess = n % 4;
                }
            );
        }

        var view = new AlertsView(Sort: sort);
        var all = new List<long>();
        AlertSlice page;
        do
        {
            page = await queries.PageAsync(view, "ana", 3, Stop);
            all.AddRange(page.Alerts.Select(row => row.Id));
            view = view with { After = page.Next };
        } while (page.Next is not null);

        Assert.Equal((await queries.ListAsync(new(Sort: sort), "ana", Stop)).Ids, all);
        Assert.Equal(7, all.Count);
    }

    [Fact]
    public async Task What_comes_after_the_list_or_comes_back_is_counted_as_new()
    {
        var snoozed = await app.AlertAsync(
            series,
            a => a.TakeOut(new(Some.Start.AddYears(1), SnoozeEnd.Time, null, "ana"))
        );
        await app.AlertAsync(series);
        var list = await queries.ListAsync(new(), "ana", Stop);

        await app.AlertAsync(series);
        await app.Get<AlertActions>().BringBackAsync([snoozed.Id], null, Installation.Ana, Stop);

        Assert.Equal(2, list.NewIn(await queries.ListAsync(new(), "ana", Stop)));
        Assert.Equal(0, list.NewIn(list));
    }

    [Fact]
    public async Task The_head_says_how_many_are_open_mine_and_how_old()
    {
        Assert.Equal("No open alerts.", AlertWords.Headline(await queries.CountsAsync("ana", Stop), Some.Start));

        await app.AlertAsync(series, a => a.StartedAt = Some.Start.AddMinutes(-12));
        await app.AlertAsync(series);
        await app.AlertAsync(series, a => a.Acknowledge("ana", Some.Start));

        Assert.Equal(
            "2 open, 1 acknowledged, 1 mine, oldest 12 min.",
            AlertWords.Headline(await queries.CountsAsync("ana", Stop), Some.Start)
        );
    }

    [Fact]
    public async Task Like_alerts_are_those_of_the_same_source_and_cause_with_their_verdicts()
    {
        var before = await app.AlertAsync(
            series,
            a =>
            {
                a.StartedAt = Some.Start.AddDays(-3);
                a.Close(CloseReason.BenignPositive, "ana", Some.Start);
            }
        );
        await app.AlertAsync(
            series,
            a =>
            {
                a.StartedAt = Some.Start.AddDays(-2);
                a.Evidence = Some.Scan("10.7.7.7").ToJson();
            }
        );
        var alert = await app.AlertAsync(series);

        var similar = await queries.SimilarAsync(alert, Stop);

        Assert.Equal(before.Id, Assert.Single(similar.Newest).Id);
        Assert.Equal((CloseReason.BenignPositive, 1), Assert.Single(similar.Verdicts));
    }

    [Fact]
    public async Task An_alert_comes_with_its_rule_series_evidence_and_stream()
    {
        var alert = await app.AlertAsync(series);
        await app.Get<AlertActions>().AnnotateAsync([alert.Id], "first", Installation.Ana, Stop);

        var detail = await queries.FindAsync(alert.Id, Stop);

        Assert.NotNull(detail);
        Assert.Equal("Spike in Firewall Denies", detail.RuleName);
        Assert.Equal(BuiltInJobs.Total, detail.Series.JobId);
        Assert.Equal("10.2.3.4", detail.Evidence!.Excess.Shape.TopSource);
        Assert.Equal("first", Assert.Single(detail.Alert.Notes).Text);
        Assert.Empty(await queries.SamplesAsync(detail, 5, Stop));
        Assert.Null(await queries.FindAsync(alert.Id + 1, Stop));
    }
}
