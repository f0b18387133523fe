using System.Text.Json;
using Bunit;
using Denywatch.Web.Ui.Charts;

namespace Denywatch.Web.Tests.Ui;

public class TimelineTests : PageTest
{
    private static readonly TimeSpan Quarter = TimeSpan.FromMinutes(15);
    private static readonly DateTimeOffset Start = new(2026, 11, 3, 12, 0, 0, TimeSpan.Zero);

    private static readonly TimelineModel Model = new(
        [
            new(Start, 100, 101.26, 70, 130, 0.1, PointState.Final),
            new(Start + Quarter, 4312, 610, 480, 760, 96.04, PointState.Final),
            // 12:30 was not sent at all
            new(Start + 3 * Quarter, null, 600, 470, 750, null, PointState.Missing),
            new(Start + 4 * Quarter, 80, 590, 460, 740, 0, PointState.Open),
        ],
        [new("fw-1", "fw-edge-1", [new(Start + Quarter, 91.5, 4000, 300), new(Start + 3 * Quarter, null)])],
        Quarter
    );

    [Fact]
    public void The_browser_gets_one_place_per_bucket_and_null_for_what_is_not_known()
    {
        using var wire = JsonSerializer.SerializeToDocument(Model.Wire());
        var root = wire.RootElement;

        Assert.Equal(5, root.GetProperty("length").GetInt32());
        Assert.Equal("[100,4312,null,null,80]", root.GetProperty("actual").GetRawText());
        Assert.Equal("[101.3,610,null,600,590]", root.GetProperty("typical").GetRawText());
        Assert.Equal("[0,0,-1,3,1]", root.GetProperty("state").GetRawText());
        Assert.Equal(
            "[[1,91.5,4000,300],[3,null,null,null]]",
            root.GetProperty("lanes")[0].GetProperty("cells").GetRawText()
        );
    }

    [Fact]
    public void A_week_of_quarters_is_light_enough_to_send_often()
    {
        var week = new TimelineModel(
            [
                .. Enumerable
                    .Range(0, 672)
                    .Select(i => new TimelinePoint(
                        Start + i * Quarter,
                        1000 + i,
                        1000.5,
                        800.1,
                        1300.7,
                        0.3,
                        PointState.Final
                    )),
            ],
            [],
            Quarter
        );

        Assert.InRange(JsonSerializer.Serialize(week.Wire()).Length, 1, 30_000);
    }

    [Fact]
    public void An_axis_without_points_still_has_its_length()
    {
        var empty = new TimelineModel([], [], Quarter) { From = Start.AddMinutes(7), To = Start.AddHours(24) };

        Assert.Equal(96, empty.Length);
        Assert.Equal(Start, empty.Start);
    }

    [Fact]
    public void The_summary_is_a_sentence() =>
        Assert.Equal("4,492 denies in 4 buckets of 15 min; 1 anomaly, the highest with score 96.", Model.Summary());

    [Fact]
    public void The_chart_has_a_name_and_a_legend_of_what_is_in_it()
    {
        var chart = Render<Timeline>(p => p.Add(t => t.Model, Model));

        Assert.StartsWith(Model.Summary(), chart.Find(".chart").GetAttribute("aria-label"), StringComparison.Ordinal);
        Assert.Contains("no data", chart.Find(".legend").TextContent, StringComparison.Ordinal);
        Assert.DoesNotContain("learning", chart.Find(".legend").TextContent, StringComparison.Ordinal);
        Assert.Single(chart.FindAll(".legend .band.critical"));
    }

    [Fact]
    public async Task A_pick_in_the_browser_names_bucket_and_lane()
    {
        TimelinePick? picked = null;
        var chart = Render<Timeline>(p =>
            p.Add(t => t.Model, Model).Add(t => t.OnPick, (TimelinePick pick) => picked = pick)
        );

        await chart.InvokeAsync(() => chart.Instance.Pick((Start + Quarter).ToUnixTimeMilliseconds(), "fw-1"));

        Assert.Equal(new(Start + Quarter, "fw-1"), picked);
    }

    [Fact]
    public void It_draws_again_only_when_something_changed()
    {
        var module = JSInterop.SetupModule("./js/timeline.js");
        module.Mode = JSRuntimeMode.Loose;
        var drawing = module.SetupModule("timeline", _ => true);
        drawing.Mode = JSRuntimeMode.Loose;
        var chart = Render<Timeline>(p => p.Add(t => t.Model, Model).AddCascadingValue(In("Europe/Berlin")));

        chart.Render(p => p.Add(t => t.Model, Model));
        Assert.Single(drawing.Invocations["draw"]);

        chart.Render(p => p.Add(t => t.Model, Model with { Unit = "attempts" }));
        Assert.Equal(2, drawing.Invocations["draw"].Count);
    }

    [Fact]
    public void The_same_can_be_read_as_a_table()
    {
        var chart = Render<Timeline>(p => p.Add(t => t.Model, Model));

        chart.Find("button.link-button").Click();

        var rows = chart.FindAll("tbody tr");
        Assert.Equal(4, rows.Count);
        Assert.Equal(
            "13:00 | 80 | 590 | 460 – 740 | 0 | open",
            string.Join(" | ", rows[0].Children.Select(cell => cell.TextContent.Trim()))
        );
        Assert.Equal("–", rows[1].Children[1].TextContent.Trim());
    }
}
