using Bunit;
using Denywatch.Web.Layout;
using Denywatch.Web.Ui;

namespace Denywatch.Web.Tests.Layout;

public class ShellTests : PageTest
{
    [Fact]
    public void The_rail_names_every_page_and_its_letter()
    {
        var rail = Render<Rail>();

        Assert.Equal(
            "Overview o, Explorer e, Alerts a, Rules r, Sources s, Settings t",
            string.Join(
                ", ",
                rail.FindAll("a.rail-link").Select(a => $"{a.TextContent.Trim()} {a.GetAttribute("data-go")}")
            )
        );
    }

    [Fact]
    public void The_rail_counts_open_alerts_and_quiet_sources_in_words()
    {
        var rail = Render<Rail>(p => p.Add(r => r.Counts, new RailCounts(2, 1, 0)));

        Assert.Equal("2 open, 1 mine", Assert.Single(rail.FindAll(".rail-count")).GetAttribute("aria-label"));
    }

    [Fact]
    public void The_foot_says_how_denywatch_is_and_why()
    {
        var foot = Render<Foot>(p =>
            p.Add(
                f => f.Health,
                new HealthLine(1204, TimeSpan.FromSeconds(3), Health.Degraded, "fw-branch-7 is quiet.")
            )
        );

        foot.Find("button").Click();

        Assert.Contains("1,204", foot.Find("button").TextContent, StringComparison.Ordinal);
        Assert.Contains("fw-branch-7 is quiet.", foot.Find("[role=menu]").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_not_measured_yet_is_a_dash_in_the_foot() =>
        Assert.Contains(
            "intake –/s",
            Render<Foot>(p => p.Add(f => f.Health, HealthLine.Unknown)).Find("button").TextContent,
            StringComparison.Ordinal
        );

    [Fact]
    public async Task The_last_part_that_came_has_the_key()
    {
        var pressed = "";
        var keys = new KeyMap();
        await keys.SetAsync("list", [new("j", "Next", () => Press("list")), new("Enter", "Open")]);
        await keys.SetAsync("panel", [new("j", "Next in panel", () => Press("panel"))]);

        await keys.PressAsync("j");

        Assert.Equal("panel", pressed);
        Assert.Equal(["j", "j"], keys.Pressable);

        Task Press(string who)
        {
            pressed = who;
            return Task.CompletedTask;
        }
    }

    [Fact]
    public void The_choice_of_utc_and_back_keeps_the_browsers_zone()
    {
        var viewer = In("Europe/Berlin");

        var utc = LookChange.Zone(true).Apply(viewer);

        Assert.True(utc.IsUtc);
        Assert.Equal("Europe/Berlin", LookChange.Zone(false).Apply(utc).Zone.Id);
    }
}
