using System.Globalization;
using Denywatch.Events.Maintenance;

namespace Denywatch.Events.Tests.Maintenance;

/// <summary>The examples of RFC 5545, section 3.8.5.3, which all begin at 09:00 in New York, and when they recur.</summary>
public sealed class RecurrenceTests
{
    private static readonly TimeZoneInfo NewYork = TimeZoneInfo.FindSystemTimeZoneById("America/New_York");

    /// <param name="expected">Days of a month by month, <c>..</c> for all between two; three dots where it goes on.</param>
    [Theory]
    [InlineData("1997-09-02", "FREQ=DAILY;COUNT=10", "1997-09-02..11")]
    [InlineData(
        "1997-09-02",
        "FREQ=DAILY;UNTIL=19971224T000000Z",
        "1997-09-02..30 1997-10-01..31 1997-11-01..30 1997-12-01..23"
    )]
    [InlineData(
        "1997-09-02",
        "FREQ=DAILY;INTERVAL=2",
        "1997-09-02,04,06,08,10,12,14,16,18,20,22,24,26,28,30 1997-10-02,04 ..."
    )]
    [InlineData("1997-09-02", "FREQ=DAILY;INTERVAL=10;COUNT=5", "1997-09-02,12,22 1997-10-02,12")]
    [InlineData(
        "1998-01-01",
        "FREQ=YEARLY;UNTIL=20000131T140000Z;BYMONTH=1;BYDAY=SU,MO,TU,WE,TH,FR,SA",
        "1998-01-01..31 1999-01-01..31 2000-01-01..31"
    )]
    [InlineData(
        "1998-01-01",
        "FREQ=DAILY;UNTIL=20000131T140000Z;BYMONTH=1",
        "1998-01-01..31 1999-01-01..31 2000-01-01..31"
    )]
    [InlineData("1997-09-02", "FREQ=WEEKLY;COUNT=10", "1997-09-02,09,16,23,30 1997-10-07,14,21,28 1997-11-04")]
    [InlineData(
        "1997-09-02",
        "FREQ=WEEKLY;UNTIL=19971224T000000Z",
        "1997-09-02,09,16,23,30 1997-10-07,14,21,28 1997-11-04,11,18,25 1997-12-02,09,16,23"
    )]
    [InlineData(
        "1997-09-02",
        "FREQ=WEEKLY;INTERVAL=2;WKST=SU",
        "1997-09-02,16,30 1997-10-14,28 1997-11-11,25 1997-12-09,23 1998-01-06,20 1998-02-03,17 " + "..."
    )]
    [InlineData(
        "1997-09-02",
        "FREQ=WEEKLY;UNTIL=19971007T000000Z;WKST=SU;BYDAY=TU,TH",
        "1997-09-02,04,09,11,16,18,23,25,30 1997-10-02"
    )]
    [InlineData(
        "1997-09-02",
        "FREQ=WEEKLY;COUNT=10;WKST=SU;BYDAY=TU,TH",
        "1997-09-02,04,09,11,16,18,23,25,30 1997-10-02"
    )]
    [InlineData(
        "1997-09-01",
        "FREQ=WEEKLY;INTERVAL=2;UNTIL=19971224T000000Z;WKST=SU;BYDAY=MO,WE,FR",
        "1997-09-01,03,05,15,17,19,29 1997-10-01,03,13,15,17,27,29,31 1997-11-10,12,14,24,26,28 "
            + "1997-12-08,10,12,22"
    )]
    [InlineData(
        "1997-09-02",
        "FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH",
        "1997-09-02,04,16,18,30 1997-10-02,14,16"
    )]
    [InlineData(
        "1997-09-05",
        "FREQ=MONTHLY;COUNT=10;BYDAY=1FR",
        "1997-09-05 1997-10-03 1997-11-07 1997-12-05 1998-01-02 1998-02-06 1998-03-06 "
            + "1998-04-03 1998-05-01 1998-06-05"
    )]
    [InlineData(
        "1997-09-05",
        "FREQ=MONTHLY;UNTIL=19971224T000000Z;BYDAY=1FR",
        "1997-09-05 1997-10-03 1997-11-07 1997-12-05"
    )]
    [InlineData(
        "1997-09-07",
        "FREQ=MONTHLY;INTERVAL=2;COUNT=10;BYDAY=1SU,-1SU",
        "1997-09-07,28 1997-11-02,30 1998-01-04,25 1998-03-01,29 1998-05-03,31"
    )]
    [InlineData(
        "1997-09-22",
        "FREQ=MONTHLY;COUNT=6;BYDAY=-2MO",
        "1997-09-22 1997-10-20 1997-11-17 1997-12-22 1998-01-19 1998-02-16"
    )]
    [InlineData(
        "1997-09-28",
        "FREQ=MONTHLY;BYMONTHDAY=-3",
        "1997-09-28 1997-10-29 1997-11-28 1997-12-29 1998-01-29 1998-02-26 ..."
    )]
    [InlineData(
        "1997-09-02",
        "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=2,15",
        "1997-09-02,15 1997-10-02,15 1997-11-02,15 1997-12-02,15 1998-01-02,15"
    )]
    [InlineData(
        "1997-09-30",
        "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=1,-1",
        "1997-09-30 1997-10-01,31 1997-11-01,30 1997-12-01,31 1998-01-01,31 1998-02-01"
    )]
    [InlineData(
        "1997-09-10",
        "FREQ=MONTHLY;INTERVAL=18;COUNT=10;BYMONTHDAY=10,11,12,13,14,15",
        "1997-09-10..15 1999-03-10..13"
    )]
    [InlineData(
        "1997-09-02",
        "FREQ=MONTHLY;INTERVAL=2;BYDAY=TU",
        "1997-09-02,09,16,23,30 1997-11-04,11,18,25 1998-01-06,13,20,27 1998-03-03,10,17,24,31 " + "..."
    )]
    [InlineData(
        "1997-06-10",
        "FREQ=YEARLY;COUNT=10;BYMONTH=6,7",
        "1997-06-10 1997-07-10 1998-06-10 1998-07-10 1999-06-10 1999-07-10 2000-06-10 "
            + "2000-07-10 2001-06-10 2001-07-10"
    )]
    [InlineData(
        "1997-03-10",
        "FREQ=YEARLY;INTERVAL=2;COUNT=10;BYMONTH=1,2,3",
        "1997-03-10 1999-01-10 1999-02-10 1999-03-10 2001-01-10 2001-02-10 2001-03-10 "
            + "2003-01-10 2003-02-10 2003-03-10"
    )]
    [InlineData(
        "1997-01-01",
        "FREQ=YEARLY;INTERVAL=3;COUNT=10;BYYEARDAY=1,100,200",
        "1997-01-01 1997-04-10 1997-07-19 2000-01-01 2000-04-09 2000-07-18 2003-01-01 "
            + "2003-04-10 2003-07-19 2006-01-01"
    )]
    [InlineData("1997-05-19", "FREQ=YEARLY;BYDAY=20MO", "1997-05-19 1998-05-18 1999-05-17 ...")]
    [InlineData("1997-05-12", "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", "1997-05-12 1998-05-11 1999-05-17 ...")]
    [InlineData(
        "1997-03-13",
        "FREQ=YEARLY;BYMONTH=3;BYDAY=TH",
        "1997-03-13,20,27 1998-03-05,12,19,26 1999-03-04,11,18,25 ..."
    )]
    [InlineData(
        "1997-06-05",
        "FREQ=YEARLY;BYDAY=TH;BYMONTH=6,7,8",
        "1997-06-05,12,19,26 1997-07-03,10,17,24,31 1997-08-07,14,21,28 1998-06-04,11,18,25 "
            + "1998-07-02,09,16,23,30 1998-08-06,13,20,27 1999-06-03,10,17,24 1999-07-01,08,15,22,29 "
            + "1999-08-05,12,19,26 ..."
    )]
    [InlineData(
        "1997-09-13",
        "FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13",
        "1997-09-13 1997-10-11 1997-11-08 1997-12-13 1998-01-10 1998-02-07 1998-03-07 "
            + "1998-04-11 1998-05-09 1998-06-13 ..."
    )]
    [InlineData(
        "1996-11-05",
        "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8",
        "1996-11-05 2000-11-07 2004-11-02 ..."
    )]
    [InlineData("1997-09-04", "FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3", "1997-09-04 1997-10-07 1997-11-06")]
    [InlineData(
        "1997-09-29",
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2",
        "1997-09-29 1997-10-30 1997-11-27 1997-12-30 1998-01-29 1998-02-26 1998-03-30 ..."
    )]
    [InlineData("1997-08-05", "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO", "1997-08-05,10,19,24")]
    [InlineData("1997-08-05", "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU", "1997-08-05,17,19,31")]
    [InlineData("2007-01-15", "FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5", "2007-01-15,30 2007-02-15 2007-03-15,30")]
    [InlineData(
        "1997-09-02",
        "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13",
        "1998-02-13 1998-03-13 1998-11-13 1999-08-13 2000-10-13 ..."
    )]
    public void A_rule_recurs_on_the_days_that_the_standard_says(string first, string rule, string expected)
    {
        var goesOn = expected.EndsWith(" ...", StringComparison.Ordinal);
        var days = DaysOf(expected.Replace(" ...", "", StringComparison.Ordinal)).ToList();

        var found = StartsOf($"{first}T09:00", rule).Take(goesOn ? days.Count : days.Count + 1).ToList();

        Assert.Equal(days.Select(day => $"{day} 09:00"), found);
    }

    [Theory]
    [InlineData("FREQ=HOURLY;INTERVAL=3;UNTIL=19970902T210000Z", "09:00 12:00 15:00")]
    [InlineData("FREQ=MINUTELY;INTERVAL=15;COUNT=6", "09:00 09:15 09:30 09:45 10:00 10:15")]
    [InlineData("FREQ=MINUTELY;INTERVAL=90;COUNT=4", "09:00 10:30 12:00 13:30")]
    public void A_rule_recurs_within_a_day_at_the_times_that_the_standard_says(string rule, string times) =>
        Assert.Equal(times.Split(' ').Select(time => $"1997-09-02 {time}"), StartsOf("1997-09-02T09:00", rule).Take(7));

    [Theory]
    [InlineData("FREQ=DAILY;BYHOUR=9,10,11,12,13,14,15,16;BYMINUTE=0,20,40")]
    [InlineData("FREQ=MINUTELY;INTERVAL=20;BYHOUR=9,10,11,12,13,14,15,16")]
    public void Every_20_minutes_from_9_to_16_40_is_24_times_a_day(string rule)
    {
        var times = StartsOf("1997-09-02T09:00", rule).Take(48).ToList();

        Assert.Equal(("1997-09-02 09:00", "1997-09-02 16:40"), (times[0], times[23]));
        Assert.Equal(("1997-09-03 09:00", "1997-09-03 16:40"), (times[24], times[47]));
    }

    [Fact]
    public void A_date_that_is_left_out_does_not_occur()
    {
        // Every Friday the 13th: the first day, a Tuesday, is named as left out in the standard.
        var schedule = Some.Schedule("1997-09-02T09:00", "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13") with
        {
            TimeZone = NewYork.Id,
            Skipped = [new(1997, 9, 2, 9, 0, 0)],
        };

        var found = schedule.Between(DateTimeOffset.MinValue.AddDays(9), DateTimeOffset.Parse("2000-12-31Z"));

        Assert.Equal(
            ["1998-02-13", "1998-03-13", "1998-11-13", "1999-08-13", "2000-10-13"],
            found.Select(o => o.From.ToString("yyyy-MM-dd"))
        );
    }

    [Theory]
    [InlineData("FREQ=OFTEN", "cannot be read")]
    [InlineData("BYDAY=MO", "cannot be read")]
    [InlineData("FREQ=WEEKLY;BYDAY=XX", "cannot be read")]
    [InlineData("FREQ=WEEKLY;INTERVAL=0", "cannot be read")]
    [InlineData("FREQ=WEEKLY;UNTIL=soon", "which is no date")]
    [InlineData("FREQ=SECONDLY", "every second")]
    [InlineData("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "No occurrence")]
    [InlineData("FREQ=MINUTELY;BYMONTH=2;BYMONTHDAY=30", "hardly ever, or never")]
    [InlineData("FREQ=MINUTELY", "more than 10,000 times")]
    public void A_rule_that_cannot_be_followed_says_why(string rule, string sentence)
    {
        var from = DateTimeOffset.Parse("2026-11-01Z");

        var problem = Some.Schedule("2026-11-24T02:00", rule).ProblemIn(from, from.AddDays(366));

        Assert.Contains(sentence, problem, StringComparison.Ordinal);
    }

    private static IEnumerable<string> StartsOf(string first, string rule)
    {
        var start = DateTime.Parse(first, CultureInfo.InvariantCulture);
        return Recurrence
            .StartsOf(rule, start, NewYork, DateTime.MinValue, DateTimeOffset.Parse("2009-01-01Z"))
            .Select(each => each.Start.ToString("yyyy-MM-dd HH:mm"));
    }

    private static IEnumerable<string> DaysOf(string text)
    {
        foreach (var month in text.Split(' '))
        {
            var (head, days) = (month[..8], month[8..]);
            var all = days.Split("..") is [var first, var last]
                ? Enumerable.Range(int.Parse(first), int.Parse(last) - int.Parse(first) + 1)
                : days.Split(',').Select(int.Parse);
            foreach (var day in all)
                yield return $"{head}{day:00}";
        }
    }
}
