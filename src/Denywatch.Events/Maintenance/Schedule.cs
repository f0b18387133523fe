namespace Denywatch.Events.Maintenance;

/// <summary>One occurrence more than the rule gives: an RDATE, or one that was moved.</summary>
/// <param name="Start">By the clock of the schedule's zone.</param>
public sealed record ExtraOccurrence(DateTime Start, Lasting Lasts);

/// <summary>When a maintenance window is in force: once, or recurring as RFC 5545 has it.</summary>
public sealed record Schedule
{
    /// <summary>Occurrences between a window's first day and its expiry; every hour for a year is less.</summary>
    public const int MostOccurrences = 10_000;

    /// <summary>Single dates that are added or skipped.</summary>
    public const int MostDates = 1_000;

    public const int LongestName = 200;

    /// <summary>Longest that one occurrence may last.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(14);

    public required string Name { get; init; }

    /// <summary>Start of the first occurrence, by the clock of <see cref="TimeZone"/>.</summary>
    public required DateTime Start { get; init; }

    public required Lasting Lasts { get; init; }

    /// <summary>IANA name.</summary>
    public required string TimeZone { get; init; }

    /// <summary>Value of an RRULE, such as <c>FREQ=WEEKLY;BYDAY=TU</c>; null for a single occurrence.</summary>
    public string? Rule { get; init; }

    public IReadOnlyList<ExtraOccurrence> Extra
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>Starts of occurrences that are left out, by the same clock.</summary>
    public IReadOnlyList<DateTime> Skipped
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>UID of the calendar entry that it was imported from.</summary>
    public string? Uid { get; init; }

    /// <summary>Such as "every Tuesday 02:00-04:00 Europe/Berlin".</summary>
    public override string ToString() => ScheduleText.Of(this);

    /// <summary>What is wrong with it while it is to hold in [from, until), as a sentence; null where nothing is.</summary>
    public string? ProblemIn(DateTimeOffset from, DateTimeOffset until)
    {
        if (string.IsNullOrWhiteSpace(Name))
            return "Give the window a name.";
        if (Name.Length > LongestName || Name.Any(char.IsControl))
            return $"The name is longer than {LongestName} characters, or holds some that cannot be written.";
        if (Extra.Select(extra => extra.Start).Prepend(Start).Any(start => start.Year is < 1970 or > 2200))
            return "Its first day lies before 1970 or after 2200.";
        if (TimeZone is null || !TimeZoneInfo.TryFindSystemTimeZoneById(TimeZone, out _))
            return $"\"{TimeZone}\" is no time zone: use an IANA name such as Europe/Berlin.";
        if (Extra.Select(extra => extra.Lasts).Prepend(Lasts).Any(IsWrong))
            return $"An occurrence lasts from 5 minutes to {Longest.TotalDays:0} days.";
        if (Extra.Count > MostDates || Skipped.Count > MostDates)
            return $"More than {MostDates} single dates are added or skipped: use a rule.";
        if (Rule is not null && Recurrence.ProblemOf(Rule) is { } problem)
            return problem;

        try
        {
            return Between(from, until).Take(MostOccurrences + 1).Count() switch
            {
                0 => "No occurrence of it begins before it expires.",
                > MostOccurrences =>
                    $"It occurs more than {MostOccurrences:N0} times before it expires: make each longer, or let it expire sooner.",
                _ => null,
            };
        }
        catch (RecurrenceException wrong)
        {
            return wrong.Message;
        }
    }

    /// <summary>Its occurrences that share time with [from, until), exact, in no order.</summary>
    /// <exception cref="RecurrenceException">Its rule cannot be followed so far.</exception>
    public IEnumerable<Occurrence> Between(DateTimeOffset from, DateTimeOffset until) =>
        StartsBetween(from, until).Select(start => start.Occurrence);

    /// <summary>The schedule without what of it makes up an occurrence of its calendar.</summary>
    public Schedule Skip(Occurrence occurrence) =>
        this with
        {
            Skipped = [.. Skipped.Union(StartsBetween(occurrence.From, occurrence.Until).Select(start => start.Start))],
        };

    private IEnumerable<(DateTime Start, Occurrence Occurrence)> StartsBetween(
        DateTimeOffset from,
        DateTimeOffset until
    )
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(TimeZone);
        var first = LocalTime.Of(from, zone) - Lasts.About - TimeSpan.FromDays(1);
        var starts = Rule is null
            ? [(Start, At: LocalTime.ToInstant(Start, zone))]
            : Recurrence.StartsOf(Rule, Start, zone, first, until);
        var skipped = Skipped.ToHashSet();
        return starts
            .Select(start => (start.Start, Occurrence: new Occurrence(start.At, Lasts.EndOf(start.Start, zone))))
            .Concat(
                Extra.Select(extra =>
                    (
                        extra.Start,
                        Occurrence: new Occurrence(
                            LocalTime.ToInstant(extra.Start, zone),
                            extra.Lasts.EndOf(extra.Start, zone)
                        )
                    )
                )
            )
            .Where(start => !skipped.Contains(start.Start))
            .Where(start => start.Occurrence.Overlaps(new(from, until)));
    }

    /// <summary>When it is in force in [from, until).</summary>
    public WindowCalendar CalendarOf(DateTimeOffset from, DateTimeOffset until) =>
        WindowCalendar.Of(Between(from, until).Take(MostOccurrences));

    private static bool IsWrong(Lasting lasts) =>
        lasts.Days < 0
        || lasts.Days > Longest.TotalDays
        || lasts.Time < TimeSpan.Zero
        || lasts.Time > Longest
        || lasts.About < DenyFlow.SliceSpan
        || lasts.About > Longest;
}
