using Bunit;
using Denywatch.Detection;
using Denywatch.Web.Ui;

namespace Denywatch.Web.Tests.Ui;

public class ComponentTests : PageTest
{
    [Theory]
    [InlineData(Band.Warning, "circle")]
    [InlineData(Band.Minor, "path[d^='M8 1l7 7']")]
    [InlineData(Band.Major, "path[d^='M8 1l7.5 13.5']")]
    [InlineData(Band.Critical, "rect")]
    public void Every_band_has_its_own_shape_and_says_its_word(Band band, string shape)
    {
        var mark = Render<BandMark>(p => p.Add(m => m.Band, band));

        Assert.Single(mark.FindAll(shape));
        Assert.Contains(band.ToString().ToLowerInvariant(), mark.Find(".band").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void A_mark_without_its_word_has_a_name()
    {
        var mark = Render<BandMark>(p => p.Add(m => m.Band, Band.Major).Add(m => m.ShowWord, false));

        Assert.Equal("major: score 50 to 74", mark.Find("svg[role=img]").GetAttribute("aria-label"));
    }

    [Fact]
    public void A_score_never_rounds_into_the_next_band() =>
        Assert.Equal("74", Render<ScoreNumber>(p => p.Add(s => s.Score, 74.9)).Find(".num").TextContent);

    [Fact]
    public void A_score_that_is_not_known_is_not_a_zero()
    {
        var score = Render<ScoreNumber>(p =>
            p.Add(s => s.Score, null).Add(s => s.Why, "Learning: 5 of 12 comparable buckets")
        );

        Assert.Equal("–", score.Find(".score").TextContent.Trim());
        Assert.Equal("Learning: 5 of 12 comparable buckets", score.Find("[title]").GetAttribute("title"));
    }

    [Fact]
    public void A_count_shows_short_and_says_exactly_on_hover()
    {
        var count = Render<CountText>(p => p.Add(c => c.Value, 4312).Add(c => c.Unit, "denies"));

        Assert.Equal("4.3\u202fk", count.Find("span").TextContent);
        Assert.Equal("4,312 denies", count.Find("span").GetAttribute("title"));
    }

    [Fact]
    public void A_time_shows_in_the_viewers_zone_and_in_utc_on_hover()
    {
        var time = Render<TimeText>(p =>
            p.AddCascadingValue(In("America/New_York")).Add(t => t.At, Now.AddMinutes(-12)).Add(t => t.ShowAge, true)
        );

        Assert.Equal("09:08", time.Find("time").TextContent);
        Assert.EndsWith("2026-11-03 14:08:00 UTC", time.Find("time").GetAttribute("title"), StringComparison.Ordinal);
        Assert.Contains("12 min ago", time.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Severity_is_a_word_and_bars()
    {
        var chip = Render<SeverityChip>(p => p.Add(c => c.Severity, "High"));

        Assert.Equal("high", chip.Find(".severity").TextContent.Trim());
        Assert.Equal(3, chip.FindAll("rect.full").Count);
    }

    [Fact]
    public void A_lamp_says_its_reason()
    {
        var lamp = Render<Lamp>(p => p.Add(l => l.State, LampState.Quiet).Add(l => l.Reason, "No line since 10:42."));

        Assert.Equal("quiet", lamp.Find(".lamp > span").TextContent);
        Assert.Equal("No line since 10:42.", lamp.Find(".lamp").GetAttribute("title"));
    }

    [Fact]
    public void A_values_menu_exists_only_while_it_is_open()
    {
        var ran = false;
        var value = Render<ValueLink>(p =>
            p.Add(v => v.Value, "10.2.3.4")
                .Add(v => v.Kind, "source address")
                .Add(
                    v => v.Entries,
                    () =>
                        (IReadOnlyList<ValueEntry>)
                            [
                                new("Only this", Href: "/alerts?text=10.2.3.4"),
                                new(
                                    "Exclude",
                                    Run: () =>
                                    {
                                        ran = true;
                                        return Task.CompletedTask;
                                    }
                                ),
                            ]
                )
        );
        Assert.Empty(value.FindAll("[role=menu]"));

        value.Find("button.value").Click();

        Assert.Equal("source address 10.2.3.4", value.Find("button.value").GetAttribute("aria-label"));
        Assert.Equal("/alerts?text=10.2.3.4", value.Find("a[role=menuitem]").GetAttribute("href"));
        Assert.Equal(
            "Only this, Exclude, Copy",
            string.Join(", ", value.FindAll("[role=menuitem]").Select(item => item.TextContent.Trim()))
        );
        value.FindAll("button[role=menuitem]")[0].Click();
        Assert.True(ran);
    }

    [Fact]
    public void A_value_that_is_missing_is_a_dash() =>
        Assert.Equal(
            "–",
            Render<ValueLink>(p => p.Add(v => v.Value, null).Add(v => v.Kind, "port")).Find("span").TextContent
        );

    [Fact]
    public void A_raw_line_is_text_whatever_stands_in_it()
    {
        var raw = Render<RawLine>(p => p.Add(r => r.Line, "<script>alert(1)</script>\0\x1b[31m"));

        Assert.Empty(raw.FindAll("script"));
        Assert.Equal("<script>alert(1)</script>\ufffd\ufffd[31m", raw.Find("code").TextContent);
    }

    [Fact]
    public void New_items_wait_until_they_are_asked_for()
    {
        var shown = 0;
        var bar = Render<NewItemsBar>(p => p.Add(b => b.Count, 0).Add(b => b.OnShow, () => shown++));
        Assert.Empty(bar.FindAll("button"));

        bar.Render(p => p.Add(b => b.Count, 3));
        bar.Find("button").Click();

        Assert.EndsWith("3 new alerts", bar.Find("button").TextContent, StringComparison.Ordinal);
        Assert.Equal(1, shown);
    }

    [Fact]
    public void What_was_done_can_be_undone()
    {
        var undone = false;
        var bar = Render<UndoBar>(p => p.Add(b => b.Text, "2 alerts closed").Add(b => b.OnUndo, () => undone = true));

        bar.Find("button").Click();

        Assert.True(undone);
        Assert.Contains("2 alerts closed", bar.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void A_failure_says_what_and_offers_to_try_again()
    {
        var tries = 0;
        var failed = Render<FailedState>(p =>
            p.Add(f => f.What, "Alerts could not be read.").Add(f => f.OnRetry, () => tries++)
        );

        failed.Find("[role=alert] button").Click();

        Assert.Equal(1, tries);
    }

    [Fact]
    public void A_switch_asks_for_the_other_state()
    {
        bool? asked = null;
        var onOff = Render<Switch>(p =>
            p.Add(s => s.IsOn, true).Add(s => s.Label, "Rule on").Add(s => s.OnChange, (bool on) => asked = on)
        );

        onOff.Find("[role=switch][aria-checked=true]").Click();

        Assert.False(asked);
    }
}
