using System.Globalization;
using Bunit;
using Denywatch.Events.Exceptions;
using Denywatch.Events.Maintenance;
using Denywatch.Web.Features.Explorer;
using Denywatch.Web.Features.Windows;

namespace Denywatch.Web.Tests.Windows;

public sealed class WindowPartsTests : PageTest
{
    private static readonly TimeZoneInfo Berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");

    [Theory]
    [InlineData(
        "?only=source:10.2.3.4&name=weekly+scan&start=2026-11-24T02:00&minutes=90&tz=Europe%2FBerlin&rrule=FREQ%3DWEEKLY%3BBYDAY%3DTU"
    )]
    [InlineData("?only=port:445&days=30&from=now&alert=12&start=2026-11-24T02:00")]
    [InlineData("")]
    public void A_form_opened_from_its_address_is_the_same_form(string query)
    {
        var view = WindowView.Parse(query);

        var again = WindowView.Parse(new Uri($"http://here{view.ToUrl()}").Query);

        Assert.Equal(view.ToUrl(), again.ToUrl());
        Assert.Equal(view.Schedule(default, "Etc/UTC").ToString(), again.Schedule(default, "Etc/UTC").ToString());
        Assert.Equal(view.Traffic.Scope.ToString(), again.Traffic.Scope.ToString());
    }

    [Fact]
    public void What_makes_no_sense_in_an_address_is_left_out()
    {
        var view = WindowView.Parse("?start=soon&minutes=-3&days=x");

        Assert.Equal((null, WindowView.FirstMinutes, 366), (view.Start, view.Minutes, view.Traffic.Days));
    }

    [Theory]
    [InlineData("2026-11-24T02:00", Repeats.Weekly, "FREQ=WEEKLY;BYDAY=TU", "every Tuesday")]
    [InlineData(
        "2026-11-24T02:00",
        Repeats.MonthlyOnWeekday,
        "FREQ=MONTHLY;BYDAY=4TU",
        "every fourth Tuesday of the month"
    )]
    [InlineData(
        "2026-11-30T02:00",
        Repeats.MonthlyOnWeekday,
        "FREQ=MONTHLY;BYDAY=-1MO",
        "every last Monday of the month"
    )]
    [InlineData("2026-11-24T02:00", Repeats.MonthlyOnDay, "FREQ=MONTHLY;BYMONTHDAY=24", "every month on day 24")]
    public void What_the_form_offers_is_a_rule_and_is_found_again_by_it(
        string at,
        Repeats repeats,
        string rule,
        string words
    )
    {
        var start = DateTime.Parse(at, CultureInfo.InvariantCulture);

        Assert.Equal(rule, RepeatsRules.RuleOf(repeats, start));
        Assert.Equal(repeats, RepeatsRules.Of(rule, start));
        Assert.Equal(words, RepeatsRules.Words(repeats, start));
        Assert.Equal(Repeats.Rule, RepeatsRules.Of("FREQ=WEEKLY;BYDAY=SA,SU", start));
    }

    [Theory]
    [InlineData("", "FREQ=WEEKLY;BYDAY=TU")]
    [InlineData("7 14", "FREQ=WEEKLY;BYDAY=TU")]
    [InlineData("1 2 3", "FREQ=DAILY")]
    [InlineData("1 7", "FREQ=WEEKLY;BYDAY=TU")]
    public void An_alert_proposes_its_traffic_at_its_hour_of_each_week_or_of_each_day_if_it_came_daily(
        string daysBefore,
        string rule
    )
    {
        var start = DateTimeOffset.Parse("2026-11-24T01:00Z");
        var days = daysBefore.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse);
        var cause = new WindowCause(
            12,
            "Horizontal scan by 10.2.3.4",
            new FlowScope { Sources = ["10.2.3.4"], Ports = [new(445, 445)] },
            start,
            start.AddMinutes(40),
            [.. days.Select(day => start.AddDays(-day).AddMinutes(15))]
        );

        var view = WindowProposal.Of(cause, Berlin);

        Assert.Equal((rule, 45, 12L), (view.Rule, view.Minutes, view.Traffic.AlertId!.Value));
        Assert.Equal(new DateTime(2026, 11, 24, 2, 0, 0), view.Start);
        Assert.Equal("source 10.2.3.4, port 445", view.Traffic.Scope.ToString());
        Assert.False(view.IsToBeProposed);
        Assert.True(WindowView.Parse(new Uri($"http://here{WindowView.OfAlert(12)}").Query).IsToBeProposed);
    }

    [Fact]
    public void The_next_five_occurrences_show_by_the_viewers_clock_and_the_windows_own()
    {
        var next = Render<NextOccurrences>(p =>
            p.AddCascadingValue(In("America/New_York"))
                .Add(n => n.Schedule, Weekly)
                .Add(n => n.Now, Now)
                .Add(n => n.Until, Now.AddDays(300))
        );

        var items = next.FindAll("li");
        Assert.Equal(5, items.Count);
        Assert.Contains("Mon 9 Nov 2026 20:00", items[0].TextContent, StringComparison.Ordinal);
        Assert.Contains("Tue 10 Nov 02:00 in Europe/Berlin", items[0].TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_Tuesday_follows_the_day_that_is_chosen()
    {
        WindowView? wanted = null;
        var times = Render<WindowTimes>(p =>
            p.Add(t => t.View, new() { Start = Weekly.Start, Rule = Weekly.Rule })
                .Add(t => t.ViewersZone, "Europe/Berlin")
                .Add(t => t.OnChange, view => wanted = view)
        );

        times.Find("input[type=datetime-local]").Change("2026-11-12T03:30");

        Assert.Equal("FREQ=WEEKLY;BYDAY=TH", wanted!.Rule);
        times.Find("select").Change(nameof(Repeats.Rule));
        Assert.Equal(Repeats.Rule, RepeatsRules.Of(wanted.Rule, Weekly.Start));
    }

    [Fact]
    public void A_windows_standing_and_the_lists_sentence_are_told_in_words()
    {
        var waiting = Row(null, new(Now.AddDays(3), Now.AddDays(3).AddHours(2)));
        var current = Row(new(Now.AddHours(-1), Now.AddMinutes(35)), null);

        Assert.Equal("next in 3 d", WindowWords.Standing(waiting, Now));
        Assert.Equal("in force for another 35 min", WindowWords.Standing(current, Now));
        Assert.Equal("over", WindowWords.Standing(Row(null, null), Now));
        Assert.Equal("taken back", WindowWords.Standing(waiting with { RemovedAt = Now }, Now));
        Assert.Equal(
            "One maintenance window is in force; 2 wait for their time.",
            WindowWords.Sentence([current, waiting, waiting])
        );
        Assert.Equal("No maintenance window is in force; 1 waits for its time.", WindowWords.Sentence([waiting]));
    }

    private static Schedule Weekly { get; } =
        new()
        {
            Name = "weekly scan",
            Start = new(2026, 11, 10, 2, 0, 0),
            Lasts = new(0, TimeSpan.FromHours(2)),
            TimeZone = "Europe/Berlin",
            Rule = "FREQ=WEEKLY;BYDAY=TU",
        };

    private static WindowRow Row(Occurrence? current, Occurrence? next) =>
        new(
            1,
            "weekly scan",
            "source 10.2.3.4",
            new(),
            $"{Weekly}",
            Weekly,
            "ada",
            "ours",
            Now,
            Now.AddDays(9),
            current,
            next,
            [],
            null,
            "ada",
            Now,
            null
        );
}
