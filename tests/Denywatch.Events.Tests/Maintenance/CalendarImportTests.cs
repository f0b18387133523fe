using Denywatch.Events.Maintenance;

namespace Denywatch.Events.Tests.Maintenance;

public sealed class CalendarImportTests
{
    private static readonly TimeZoneInfo Berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");

    [Fact]
    public void An_entry_becomes_a_window_with_its_name_times_rule_and_UID()
    {
        var read = Read(
            """
            BEGIN:VEVENT
            UID:scan-1@example.org
            SUMMARY:Weekly scan\, all sites
            DTSTART;TZID=Europe/Berlin:20261124T020000
            DTEND;TZID=Europe/Berlin:20261124T040000
            RRULE:FREQ=WEEKLY;
             BYDAY=TU
            EXDATE;TZID=Europe/Berlin:20261201T020000,20261208T020000
            BEGIN:VALARM
            TRIGGER:-PT15M
            END:VALARM
            END:VEVENT
            """
        );

        var window = Assert.Single(read.Windows);
        Assert.Equal("every Tuesday 02:00-04:00 Europe/Berlin, 2 skipped", window.Schedule.ToString());
        Assert.Equal(
            ("Weekly scan, all sites", "scan-1@example.org", 2),
            (window.Schedule.Name, window.Schedule.Uid, window.Line)
        );
        Assert.Equal([new(2026, 12, 1, 2, 0, 0), new(2026, 12, 8, 2, 0, 0)], window.Schedule.Skipped);
        Assert.False(window.IsFloating);
        Assert.Empty(read.Problems);
    }

    [Theory]
    [InlineData("DTSTART;TZID=W. Europe Standard Time:20261124T020000", "Europe/Berlin", "Windows' name")]
    [InlineData("DTSTART;TZID=Eastern Standard Time:20261124T020000", "America/New_York", "Windows' name")]
    [InlineData("DTSTART;TZID=/freeassociation.sourceforge.net/Europe/Paris:20261124T020000", "Europe/Paris", "a path")]
    [InlineData("DTSTART;TZID=\"Asia/Tokyo\":20261124T020000", "Asia/Tokyo", "quoted")]
    [InlineData("DTSTART:20261124T020000Z", "Etc/UTC", "UTC")]
    [InlineData("DTSTART:20261124T020000", "Europe/Berlin", "floating: the viewer's")]
    [InlineData("DTSTART;VALUE=DATE:20261124", "Europe/Berlin", "a whole day")]
    public void A_zone_is_known_by_any_name_that_calendars_give_it(string start, string zone, string because)
    {
        var read = Read($"BEGIN:VEVENT\nUID:1\nSUMMARY:{because}\n{start}\nDURATION:PT2H\nEND:VEVENT");

        var window = Assert.Single(read.Windows);
        Assert.Equal((zone, 24), (window.Schedule.TimeZone, window.Schedule.Start.Day));
        Assert.Equal(zone == "Europe/Berlin" && !start.Contains("TZID"), window.IsFloating);
        Assert.Empty(read.Problems);
    }

    [Fact]
    public void A_zone_of_its_own_name_is_known_by_its_definition()
    {
        var read = Read(
            """
            BEGIN:VTIMEZONE
            TZID:Head office
            BEGIN:STANDARD
            DTSTART:19701025T030000
            TZOFFSETFROM:+0200
            TZOFFSETTO:+0100
            RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
            END:STANDARD
            BEGIN:DAYLIGHT
            DTSTART:19700329T020000
            TZOFFSETFROM:+0100
            TZOFFSETTO:+0200
            RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
            END:DAYLIGHT
            END:VTIMEZONE
            BEGIN:VEVENT
            UID:1
            DTSTART;TZID=Head office:20261124T020000
            DURATION:PT2H
            RRULE:FREQ=DAILY
            END:VEVENT
            """
        );

        var schedule = Assert.Single(read.Windows).Schedule;
        var zone = TimeZoneInfo.FindSystemTimeZoneById(schedule.TimeZone);
        foreach (
            var day in new[] { "2026-03-28Z", "2026-03-30Z", "2026-10-24Z", "2026-10-26Z" }.Select(DateTimeOffset.Parse)
        )
            Assert.Equal(Berlin.GetUtcOffset(day), zone.GetUtcOffset(day));
        Assert.Empty(read.Problems);
    }

    [Fact]
    public void A_moved_occurrence_a_cancelled_one_and_one_that_lasts_longer_are_changed_alone()
    {
        var read = Read(
            """
            BEGIN:VEVENT
            UID:1
            DTSTART;TZID=Europe/Berlin:20261124T020000
            DTEND;TZID=Europe/Berlin:20261124T030000
            RRULE:FREQ=WEEKLY;COUNT=4
            END:VEVENT
            BEGIN:VEVENT
            UID:1
            RECURRENCE-ID;TZID=Europe/Berlin:20261201T020000
            DTSTART;TZID=Europe/Berlin:20261202T040000
            DTEND;TZID=Europe/Berlin:20261202T050000
            END:VEVENT
            BEGIN:VEVENT
            UID:1
            RECURRENCE-ID:20261208T010000Z
            DTSTART;TZID=Europe/Berlin:20261208T020000
            DTEND;TZID=Europe/Berlin:20261208T060000
            END:VEVENT
            BEGIN:VEVENT
            UID:1
            RECURRENCE-ID;TZID=Europe/Berlin:20261215T020000
            DTSTART;TZID=Europe/Berlin:20261215T020000
            STATUS:CANCELLED
            END:VEVENT
            """
        );

        Assert.Equal(
            ["11-24 01:00-02:00", "12-02 03:00-04:00", "12-08 01:00-05:00"],
            OccurrencesOf(Assert.Single(read.Windows))
        );
        Assert.Empty(read.Problems);
    }

    [Fact]
    public void Whole_days_and_added_dates_are_read()
    {
        var read = Read(
            """
            BEGIN:VEVENT
            UID:1
            DTSTART;VALUE=DATE:20261024
            DTEND;VALUE=DATE:20261026
            END:VEVENT
            BEGIN:VEVENT
            UID:2
            DTSTART;TZID=Europe/Berlin:20261124T020000
            DURATION:PT1H
            RDATE;TZID=Europe/Berlin:20261125T020000
            RDATE;VALUE=PERIOD:20261126T020000Z/PT3H,20261127T020000Z/20261127T024500Z
            END:VEVENT
            """
        );

        Assert.Equal(["10-23 22:00-23:00"], OccurrencesOf(read.Windows[0]));
        Assert.Equal(
            ["11-24 01:00-02:00", "11-25 01:00-02:00", "11-26 02:00-05:00", "11-27 02:00-02:45"],
            OccurrencesOf(read.Windows[1])
        );
    }

    [Fact]
    public void What_cannot_be_read_is_said_with_its_line_and_nothing_else_is_lost()
    {
        var read = Read(
            """
            BEGIN:VEVENT
            UID:good-1
            DTSTART:20261124T020000Z
            DURATION:PT1H
            END:VEVENT
            BEGIN:VEVENT
            UID:no-start
            END:VEVENT
            BEGIN:VEVENT
            UID:no-zone
            DTSTART;TZID=Atlantis:20261124T020000
            DURATION:PT1H
            END:VEVENT
            BEGIN:VEVENT
            UID:no-rule
            DTSTART:20261124T020000Z
            DURATION:PT1H
            RRULE:FREQ=OFTEN
            END:VEVENT
            this is no line
            BEGIN:VEVENT
            UID:backwards
            DTSTART:20261124T020000Z
            DTEND:20261124T010000Z
            END:VEVENT
            BEGIN:VEVENT
            UID:gone
            STATUS:CANCELLED
            DTSTART:20261124T020000Z
            END:VEVENT
            BEGIN:VEVENT
            UID:good-2
            DTSTART:20261125T020000Z
            DURATION:PT1H
            END:VEVENT
            BEGIN:VEVENT
            """
        );

        Assert.Equal(["good-1", "good-2"], read.Windows.Select(window => window.Schedule.Uid));
        Assert.Equal(1, read.Cancelled);
        Assert.Equal(
            [
                (7, "The entry has no DTSTART: it is left out."),
                (12, "The time zone \"Atlantis\" is not known: what it stands for is left out."),
                (
                    19,
                    "The rule \"FREQ=OFTEN\" cannot be read: The recurrence rule part 'freq' or its value OFTEN is not supported."
                ),
                (21, "It is no line of a calendar: a name, a colon and a value are expected."),
                (25, "The entry ends before it begins: it is left out."),
            ],
            read.Problems.Where(problem => problem.Line < 37).Select(problem => (problem.Line, problem.Sentence))
        );
        Assert.Contains(read.Problems, problem => problem.Sentence.Contains("never ended", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("not a calendar at all")]
    [InlineData("BEGIN:VCALENDAR")]
    [InlineData("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART;:\r\nEND:VEVENT\r\nEND:VCALENDAR")]
    public void What_is_no_calendar_is_answered_and_never_throws(string text)
    {
        var read = CalendarImport.Read(text, Berlin);

        Assert.Empty(read.Windows);
        Assert.NotEmpty(read.Problems);
    }

    [Fact]
    public void Bytes_at_random_within_a_calendar_never_throw()
    {
        var random = new Random(5545);
        var good =
            "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nDTSTART;TZID=Europe/Berlin:20261124T020000\nDTEND;TZID=Europe/Berlin:20261124T040000\n"
            + "RRULE:FREQ=MONTHLY;BYDAY=1TU,-1FR;COUNT=10;WKST=SU\nEXDATE:20261201T020000Z\nRDATE;VALUE=PERIOD:20261126T020000Z/PT3H\nEND:VEVENT\nEND:VCALENDAR";
        var read = 0;
        for (var round = 0; round < 3000; round++)
        {
            var letters = good.ToCharArray();
            for (var change = random.Next(1, 6); change > 0; change--)
                letters[random.Next(letters.Length)] = (char)random.Next(10, 127);
            foreach (var window in CalendarImport.Read(new(letters), Berlin).Windows)
            {
                _ = window.Schedule.ToString();
                _ = window.Schedule.ProblemIn(DateTimeOffset.Parse("2026-11-01Z"), DateTimeOffset.Parse("2027-11-01Z"));
                read++;
            }
        }
        Assert.InRange(read, 100, 3000);
    }

    private static ImportedCalendar Read(string entries) =>
        CalendarImport.Read($"BEGIN:VCALENDAR\n{entries}\nEND:VCALENDAR\n", Berlin);

    private static IEnumerable<string> OccurrencesOf(ProposedWindow window) =>
        window
            .Schedule.CalendarOf(DateTimeOffset.Parse("2026-01-01Z"), DateTimeOffset.Parse("2027-01-01Z"))
            .Occurrences.Select(o => $"{o.From:MM-dd HH:mm}-{o.Until:HH:mm}");
}
