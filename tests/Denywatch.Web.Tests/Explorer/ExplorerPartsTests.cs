using Bunit;
using Denywatch.Alerting;
using Denywatch.Detection;
using Denywatch.Web.Features.Explorer;
using Denywatch.Web.Features.Pivots;
using Denywatch.Web.Features.Scoring;
using Denywatch.Web.Ui;
using Denywatch.Web.Ui.Charts;

namespace Denywatch.Web.Tests.Explorer;

/// <summary>The parts of the explorer's page, given values.</summary>
public sealed class ExplorerPartsTests : PageTest
{
    private static readonly ExplorerView view = new()
    {
        Filters =
        [
            ExplorerFilter.Of(FilterField.Firewall, "fw-edge-1")!,
            ExplorerFilter.Of(FilterField.Rule, "deny all", isExcluded: true)!,
        ],
    };

    private static ValueMenu Menu(params PivotAddress[] pivots) =>
        new(view, pivots, (Some.Start, Some.Start.AddMinutes(15)));

    [Fact]
    public void A_chip_goes_away_with_one_press_and_turns_round_with_another()
    {
        List<ExplorerView> asked = [];
        var bar = Render<ExplorerBar>(parts => parts.Add(p => p.View, view).Add(p => p.OnChange, asked.Add));

        bar.Find("[aria-label='Remove filter firewall fw-edge-1']").Click();
        bar.Find("[aria-label='Excluded firewall rule deny all: turn round']").Click();

        Assert.Equal("/explorer?not=rule%3Adeny%20all", asked[0].ToUrl());
        Assert.Equal("/explorer?only=firewall%3Afw-edge-1&only=rule%3Adeny%20all", asked[1].ToUrl());
    }

    [Fact]
    public void A_filter_that_means_nothing_says_how_it_is_written()
    {
        List<ExplorerView> asked = [];
        var bar = Render<ExplorerBar>(parts => parts.Add(p => p.View, new()).Add(p => p.OnChange, asked.Add));
        bar.Find("[aria-label='Add a filter']").Click();

        bar.Find(".filter-form input").Input("10.2.3.999");
        bar.Find(".filter-form").Submit();
        Assert.Equal("Write it like 10.2.3.4 or 10.2.0.0/16.", bar.Find("[role=alert]").TextContent);
        Assert.Empty(asked);

        bar.Find(".filter-form input").Input("10.2.3.9");
        bar.FindAll(".filter-form button")[1].Click();
        bar.Find(".filter-form").Submit();
        Assert.Equal("/explorer?not=source%3A10.2.3.9", Assert.Single(asked).ToUrl());
    }

    [Fact]
    public void Other_lanes_take_the_lane_of_a_chosen_cell_away_and_keep_its_time()
    {
        var cell = new ExplorerCell(Some.Start, Some.Start.AddMinutes(15), "fw-edge-1");

        var by = (view with { Chosen = cell, LanePage = 2 }).By(ViewBy.Port);

        Assert.Equal((cell with { Lane = null }, 0, ViewBy.Port), (by.Chosen, by.LanePage, by.ViewBy));
    }

    [Fact]
    public void A_values_menu_leads_to_the_same_view_with_one_thing_changed_and_out()
    {
        var kibana = new PivotAddress(Pivot.All[0], "https://kibana.example.com");

        var entries = Menu(kibana).Entries(Dimension.Port, "445");

        Assert.Equal(
            [
                "Only this",
                "Exclude",
                "Lanes by port",
                "Its own timeline",
                "Alerts with it",
                "Make an exception",
                "Look in Kibana",
            ],
            entries.Select(entry => entry.Text)
        );
        Assert.Equal(view.With(ExplorerFilter.Of(FilterField.Port, "445")!).ToUrl(), entries[0].Href);
        Assert.Equal("/explorer?only=port%3A445", entries[3].Href);
        Assert.StartsWith("https://kibana.example.com/app/discover", entries[6].Href, StringComparison.Ordinal);
        Assert.Empty(Menu().Entries(Dimension.Source, Attribution.Absent));
    }

    [Fact]
    public void The_panel_tells_who_how_odd_and_what_it_most_likely_is()
    {
        var panel = Panel(Detail(96));

        Assert.Equal("Tue 3 Nov 14:00 – 14:15", panel.Find("#bucket-head").TextContent);
        Assert.Contains("10.2.3.4", panel.Find("[aria-labelledby=excess-head]").TextContent, StringComparison.Ordinal);
        Assert.NotEmpty(panel.FindAll(".share-new"));
        Assert.Contains("spread", panel.Find(".basis").TextContent, StringComparison.Ordinal);
        Assert.Equal("horizontal scan", panel.Find(".cause strong").TextContent);
        Assert.Equal("960", panel.Find("table.matrix td").TextContent);
        Assert.Equal("raw line", panel.Find(".raw code").TextContent);
        Assert.Contains("worst in view", panel.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_dimension_is_one_press_away()
    {
        var panel = Panel(Detail(96));

        panel.FindAll(".pills button").Single(button => button.TextContent == "port").Click();

        Assert.Equal("445", panel.Find("[aria-labelledby=excess-head] .value").TextContent);
    }

    [Fact]
    public void What_is_within_the_usual_has_no_cause()
    {
        var usual = Detail(0.2) with { Typical = 1_000 };
        var panel = Panel(usual);

        Assert.Empty(panel.FindAll(".cause"));
        Assert.EndsWith(
            ": 960 denies, 1,000 expected (1.0x): within what is usual.",
            ExplorerWords.Sentence(null, new(Some.Start, Some.Start.AddMinutes(15)), usual, TimeZoneInfo.Utc),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_panel_that_could_not_be_read_says_so_and_tries_again()
    {
        var asked = 0;
        var panel = Render<BucketPanel>(parts =>
            parts
                .Add(p => p.Cell, new ExplorerCell(Some.Start, Some.Start.AddMinutes(15)))
                .Add(p => p.Menu, Menu())
                .Add(p => p.FailedSince, Now)
                .Add(p => p.OnRetry, () => asked++)
        );

        panel.Find(".failed button").Click();

        Assert.Equal(1, asked);
    }

    [Fact]
    public void Of_one_incident_the_firewall_is_told_and_not_the_sum_again()
    {
        TimelinePoint Point(int quarter, double score) => new(At(quarter), 900, 300, 200, 400, score, PointState.Final);
        TimelineLane edge = new(
            "fw-edge-1",
            "fw-edge-1",
            [new(At(4), 96, 800, 60), new(At(5), 99, 900, 60), new(At(6), 40, 200, 60)]
        );
        var answer = Answer([Point(0, 1), Point(4, 80), Point(5, 85), Point(20, 60)], [edge]);

        var top = TopInView.Of(answer, Band.Warning);

        Assert.Equal(
            [("fw-edge-1", At(5), 99), (null, At(20), 60)],
            top.Select(entry => (entry.Lane, entry.Peak.From, entry.Score))
        );
        Assert.Equal(["fw-edge-1"], TopInView.Of(answer, Band.Critical).Select(entry => entry.Lane));
    }

    [Fact]
    public void The_browser_gets_every_bucket_once_and_events_as_they_are_drawn()
    {
        var events = new ExplorerEvents(
            [new(7, "Horizontal scan", "high", 96, At(4), null)],
            [],
            [new(5, "weekly scan", "source 10.2.3.4", At(2), At(3), true)],
            [new(3, At(1), null, "drill", "ana")],
            [],
            [],
            [],
            [],
            [new(At(2), "denies", "fw", ModelEventKind.LevelBack, "Counts are back.")]
        );
        var answer = Answer(
            [new(At(0), 10, 9, 5, 14, 0, PointState.Final), new(At(4), 90, 9, 5, 14, 96, PointState.Final)],
            [new("fw", "fw", [])]
        ) with
        {
            Events = events,
            MultiBucket = new HashSet<DateTimeOffset> { At(4) },
        };

        var chart = ExplorerDrawing.Of(answer, new(), (At(0), At(8)), At(8));
        using var wire = System.Text.Json.JsonSerializer.SerializeToDocument(chart.Wire());
        var root = wire.RootElement;

        Assert.Equal(8, root.GetProperty("line").GetProperty("length").GetInt32());
        Assert.Equal(
            ["overall", "fw"],
            root.GetProperty("line")
                .GetProperty("lanes")
                .EnumerateArray()
                .Select(lane => lane.GetProperty("title").GetString())
        );
        Assert.Equal("[4]", root.GetProperty("multi").GetRawText());
        Assert.Equal(
            ["alert", "window", "note", "noticed"],
            root.GetProperty("events").EnumerateArray().Select(lane => lane.GetProperty("kind").GetString())
        );
        var window = root.GetProperty("events")[1].GetProperty("items")[0];
        Assert.Equal(
            ("/rules/windows/5", "Maintenance window weekly scan, source 10.2.3.4: broken, its traffic counts."),
            (window.GetProperty("href").GetString(), window.GetProperty("text").GetString())
        );
        var alert = root.GetProperty("events")[0].GetProperty("items")[0];
        Assert.Equal(
            ("/alerts/7", At(8).ToUnixTimeMilliseconds(), 4),
            (
                alert.GetProperty("href").GetString(),
                alert.GetProperty("to").GetInt64(),
                alert.GetProperty("band").GetInt32()
            )
        );
    }

    [Fact]
    public void A_bucket_without_an_alert_says_why_by_each_rule_decisive_reason_first()
    {
        var rule = Guid.NewGuid();
        WhyNotReason score = new(WhyNotKind.Score, "Score 62, the rule asks for 75.");
        WhyNotReason rescored = new(WhyNotKind.Rescored, "First scored 91.");
        var part = WhyNot(
            new(rule, "Spike", 7, IsTold: false, [score, rescored]),
            new(Guid.NewGuid(), "Told", 8, true, [])
        );

        Assert.Equal("Why it did not alert", part.Find("h2").TextContent);
        Assert.Equal("Spike", part.Find($"h3 a[href='/rules/{rule}']").TextContent);
        Assert.Equal(
            ["Score 62, the rule asks for 75.", "First scored 91.", "Alert #7 told of it until then."],
            part.FindAll("li").Select(line => line.TextContent)
        );
        Assert.DoesNotContain("Told", part.Find("h3").TextContent, StringComparison.Ordinal);
        Assert.Empty(part.FindAll(".basis"));
    }

    [Fact]
    public void An_alert_that_stands_needs_no_excuse_unless_nobody_was_told()
    {
        WhyNotReason late = new(WhyNotKind.FoundLate, "Found late.");

        Assert.Empty(WhyNot(new RuleWhyNot(Guid.NewGuid(), "Spike", 7, IsTold: true, [])).Markup.Trim());
        Assert.Equal(
            "Why nobody was told",
            WhyNot(new RuleWhyNot(Guid.NewGuid(), "Spike", 7, IsTold: true, [late])).Find("h2").TextContent
        );
    }

    private IRenderedComponent<WhyNoAlert> WhyNot(params RuleWhyNot[] rules) =>
        Render<WhyNoAlert>(parts =>
            parts
                .Add(p => p.Answer, new(1, Some.Start, TimeSpan.FromMinutes(15), null, false, rules))
                .Add(p => p.From, Some.Start)
        );

    private IRenderedComponent<BucketPanel> Panel(BucketDetail detail) =>
        Render<BucketPanel>(parts =>
            parts
                .Add(p => p.Cell, new ExplorerCell(detail.From, detail.To))
                .Add(p => p.Detail, detail)
                .Add(p => p.Menu, Menu())
        );

    private static DateTimeOffset At(int quarter) => Some.Start.AddMinutes(15 * quarter);

    private static ExplorerTimeline Answer(IReadOnlyList<TimelinePoint> points, IReadOnlyList<TimelineLane> lanes) =>
        new(
            At(0),
            At(8),
            TimeSpan.FromMinutes(15),
            1,
            points,
            new HashSet<DateTimeOffset>(),
            lanes,
            lanes.Count,
            [],
            ExplorerEvents.None,
            BandBasis.Model,
            null
        );

    private static BucketDetail Detail(double score)
    {
        var (excess, finding) = (Some.Scan().Excess, Some.Scan().Finding);
        return new(
            Some.Start,
            Some.Start.AddMinutes(15),
            1,
            new(Some.Start, 960, 60, 40, 90, score, PointState.Final),
            960,
            60,
            16,
            Sentences.Summary(excess, finding),
            excess,
            finding,
            Some.Start,
            Some.Start.AddMinutes(15),
            new(
                ["10.2.3.4"],
                ["445"],
                [
                    [960],
                ]
            ),
            new(
                ["10.2.3.4"],
                ["10.2.9.1"],
                [
                    [8],
                ]
            ),
            ["raw line"]
        );
    }
}
