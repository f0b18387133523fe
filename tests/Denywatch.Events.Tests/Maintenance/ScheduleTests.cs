using Denywatch.Events.Maintenance;

namespace Denywatch.Events.Tests.Maintenance;

public sealed class ScheduleTests
{
    [Theory]
    // The clock is moved from 02:00 to 03:00: 02:30 is read by the offset before, and is 03:30.
    [InlineData("Europe/Berlin", "2026-03-28T02:30", "03-28 01:30-03:30, 03-29 01:30-03:30, 03-30 00:30-02:30")]
    [InlineData("America/New_York", "2026-03-07T02:30", "03-07 07:30-09:30, 03-08 07:30-09:30, 03-09 06:30-08:30")]
    // The clock is moved back: of 02:30 (01:30 in New York) the first is meant.
    [InlineData("Europe/Berlin", "2026-10-24T02:30", "10-24 00:30-02:30, 10-25 00:30-02:30, 10-26 01:30-03:30")]
    [InlineData("America/New_York", "2026-10-31T01:30", "10-31 05:30-07:30, 11-01 05:30-07:30, 11-02 06:30-08:30")]
    public void A_daily_window_follows_the_clock_of_its_zone_over_its_changes(
        string zone,
        string start,
        string expected
    ) => Assert.Equal(expected, Utc(Some.Schedule(start, "FREQ=DAILY;COUNT=3") with { TimeZone = zone }));

    [Theory]
    [InlineData("2026-03-29T00:00", "03-28 23:00, 03-29 00:00, 03-29 01:00, 03-29 02:00, 03-29 03:00")]
    [InlineData("2026-10-25T01:00", "10-24 23:00, 10-25 00:00, 10-25 01:00, 10-25 02:00, 10-25 03:00")]
    public void An_hour_after_an_hour_is_an_hour_in_the_nights_when_the_clock_is_moved(string start, string expected)
    {
        var schedule = Some.Schedule(start, "FREQ=HOURLY;COUNT=5") with { Lasts = new(0, TimeSpan.FromMinutes(10)) };

        var found = Between(schedule).Select(o => $"{o.From:MM-dd HH:mm}");

        Assert.Equal(expected, string.Join(", ", found));
    }

    [Fact]
    public void Times_that_fall_on_each_other_when_the_clock_is_moved_are_one()
    {
        var schedule = Some.Schedule("2026-03-29T02:00", "FREQ=DAILY;BYHOUR=2,3;COUNT=4");

        Assert.Equal("03-29 01:00-03:00, 03-30 00:00-03:00", Utc(schedule));
    }

    [Fact]
    public void A_day_is_from_midnight_to_midnight_and_twenty_four_hours_are_exact()
    {
        var day = Some.Schedule("2026-10-25T00:00") with { Lasts = new(1, TimeSpan.Zero) };

        Assert.Equal("10-24 22:00-23:00 +1", Utc(day));
        Assert.Equal("10-24 22:00-22:00 +1", Utc(day with { Lasts = new(0, TimeSpan.FromHours(24)) }));
    }

    [Fact]
    public void An_end_in_UTC_is_an_instant_and_a_date_is_that_whole_day()
    {
        var schedule = Some.Schedule("2026-07-01T01:00");

        Assert.Equal(3, Between(schedule with { Rule = "FREQ=DAILY;UNTIL=20260702T230000Z" }).Count());
        Assert.Equal(2, Between(schedule with { Rule = "FREQ=DAILY;UNTIL=20260702T225959Z" }).Count());
        Assert.Equal(2, Between(schedule with { Rule = "FREQ=DAILY;UNTIL=20260702" }).Count());
    }

    [Fact]
    public void Occurrences_are_rounded_outwards_to_slices_and_those_that_overlap_are_one()
    {
        var schedule = Some.Schedule("2026-11-24T02:03", "FREQ=HOURLY;COUNT=3") with
        {
            Lasts = new(0, TimeSpan.FromMinutes(57)),
        };

        var apart = schedule.CalendarOf(At("2026-11-01"), At("2026-12-01"));
        var joint = (schedule with { Lasts = new(0, TimeSpan.FromMinutes(59)) }).CalendarOf(
            At("2026-11-01"),
            At("2026-12-01")
        );

        Assert.Equal(new(At("2026-11-24T01:00"), At("2026-11-24T02:00")), apart.Occurrences[0]);
        Assert.Equal(3, apart.Occurrences.Count);
        Assert.Equal([new(At("2026-11-24T01:00"), At("2026-11-24T04:05"))], joint.Occurrences);
    }

    [Fact]
    public void Dates_are_added_and_skipped()
    {
        var schedule = Some.Schedule("2026-11-24T02:00", "FREQ=WEEKLY;COUNT=3") with
        {
            Extra = [new(new(2026, 11, 26, 12, 0, 0), new(0, TimeSpan.FromHours(1)))],
            Skipped = [new(2026, 12, 1, 2, 0, 0)],
        };

        Assert.Equal("11-24 01:00-03:00, 11-26 11:00-12:00, 12-08 01:00-03:00", Utc(schedule));
    }

    [Fact]
    public void A_calendar_knows_its_occurrence_at_each_moment()
    {
        var calendar = Some.Schedule("2020-01-07T02:00", "FREQ=WEEKLY;BYDAY=TU")
            .CalendarOf(At("2026-11-01"), At("2026-12-01"));

        Assert.Equal(4, calendar.Occurrences.Count);
        foreach (var (from, until) in calendar.Occurrences)
        {
            Assert.Equal(new Occurrence(from, until), calendar.At(from));
            Assert.Equal(new Occurrence(from, until), calendar.At(until.AddTicks(-1)));
            Assert.Null(calendar.At(until));
            Assert.Null(calendar.At(from.AddTicks(-1)));
        }
        Assert.Equal(3, calendar.Without([calendar.Occurrences[1]]).Occurrences.Count);
    }

    [Theory]
    [InlineData(null, "once on 24 Nov 2026 02:00-04:00 Europe/Berlin")]
    [InlineData("FREQ=DAILY", "every day 02:00-04:00 Europe/Berlin")]
    [InlineData("FREQ=WEEKLY;BYDAY=TU", "every Tuesday 02:00-04:00 Europe/Berlin")]
    [InlineData("FREQ=WEEKLY", "every Tuesday 02:00-04:00 Europe/Berlin")]
    [InlineData(
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE,FR;COUNT=6",
        "every other Monday, Wednesday and Friday 02:00-04:00 Europe/Berlin, 6 times"
    )]
    [InlineData(
        "FREQ=MONTHLY;BYDAY=-1SU;UNTIL=20271231",
        "every last Sunday of the month 02:00-04:00 Europe/Berlin, until 31 Dec 2027"
    )]
    [InlineData("FREQ=MONTHLY", "every month on day 24 02:00-04:00 Europe/Berlin")]
    [InlineData("FREQ=YEARLY;BYWEEKNO=20", "by the rule FREQ=YEARLY;BYWEEKNO=20 02:00-04:00 Europe/Berlin")]
    public void A_schedule_is_told_in_words(string? rule, string words) =>
        Assert.Equal(words, Some.Schedule("2026-11-24T02:00", rule).ToString());

    [Fact]
    public void What_is_wrong_with_a_schedule_is_said()
    {
        var (from, until) = (At("2026-11-01"), At("2026-12-01"));
        var good = Some.Schedule("2026-11-24T02:00");

        Assert.Null(good.ProblemIn(from, until));
        Assert.Contains("name", (good with { Name = " " }).ProblemIn(from, until), StringComparison.Ordinal);
        Assert.Contains(
            "no time zone",
            (good with { TimeZone = "Mars" }).ProblemIn(from, until),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "5 minutes",
            (good with { Lasts = new(0, TimeSpan.FromMinutes(1)) }).ProblemIn(from, until),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "14 days",
            (good with { Lasts = new(15, TimeSpan.Zero) }).ProblemIn(from, until),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "14 days",
            (good with { Lasts = new(int.MaxValue, TimeSpan.Zero) }).ProblemIn(from, until),
            StringComparison.Ordinal
        );
        Assert.Contains("1970", (good with { Start = default }).ProblemIn(from, until), StringComparison.Ordinal);
        Assert.Contains("written", (good with { Name = "a\0b" }).ProblemIn(from, until), StringComparison.Ordinal);
        Assert.Contains("No occurrence", good.ProblemIn(from, At("2026-11-20")), StringComparison.Ordinal);
    }

    private static IEnumerable<Occurrence> Between(Schedule schedule) =>
        schedule.Between(At("2026-01-01"), At("2027-01-01"));

    private static string Utc(Schedule schedule) =>
        string.Join(
            ", ",
            schedule
                .CalendarOf(At("2026-01-01"), At("2027-01-01"))
                .Occurrences.Select(o =>
                    $"{o.From:MM-dd HH:mm}-{o.Until:HH:mm}{(o.Until - o.From >= TimeSpan.FromDays(1) ? " +1" : "")}"
                )
        );

    private static DateTimeOffset At(string text) =>
        DateTimeOffset.Parse(text + (text.Contains('T') ? "Z" : "T00:00Z"));
}
