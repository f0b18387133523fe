using System.Globalization;
using Ical.Net.CalendarComponents;
using Ical.Net.DataTypes;
using Ical.Net.Evaluation;

namespace Denywatch.Events.Maintenance;

/// <summary>A rule cannot be followed; the message is a sentence for who wrote it.</summary>
public sealed class RecurrenceException(string message) : Exception(message);

/// <summary>
/// Follows an RRULE. The library counts days as a calendar on the wall does and knows no zone: its own zones lead it round
/// in circles where an hour comes twice and a rule recurs within the day. Which instant a time on the wall is, is ours.
/// </summary>
internal static class Recurrence
{
    /// <summary>Steps that a rule may take to the end of what is asked for.</summary>
    private const int MostSteps = 100_000;

    private const int LongestRule = 1_000;

    private static readonly EvaluationOptions bounds = new() { MaxUnmatchedIncrementsLimit = 10_000 };

    public static string? ProblemOf(string rule)
    {
        try
        {
            Parse(rule, TimeZoneInfo.Utc);
            return null;
        }
        catch (RecurrenceException wrong)
        {
            return wrong.Message;
        }
    }

    /// <summary>Starts from <paramref name="first"/> (by the zone's clock) until before <paramref name="until"/>.</summary>
    public static IEnumerable<(DateTime Start, DateTimeOffset At)> StartsOf(
        string rule,
        DateTime start,
        TimeZoneInfo zone,
        DateTime first,
        DateTimeOffset until
    )
    {
        // An hour after an hour is an hour of time, also in the night when the clock is moved.
        var isByTime = IsWithinDay(rule) && !rule.Contains(";BY", StringComparison.OrdinalIgnoreCase);
        var clock = isByTime ? TimeZoneInfo.Utc : zone;
        var begin = isByTime ? LocalTime.ToInstant(start, zone).UtcDateTime : start;
        var steps = 0;
        var last = DateTimeOffset.MinValue;
        var recurring = new CalendarEvent { DtStart = Floating(begin), RecurrenceRule = Parse(rule, clock) };
        // Years that nobody asks for are not laid out, unless they have to be counted, or may be too many.
        var skips = !IsWithinDay(rule) && !rule.Contains("COUNT=", StringComparison.OrdinalIgnoreCase);
        var near = skips && first > begin ? first : begin;
        foreach (var each in Follow(recurring, near))
        {
            var at = LocalTime.ToInstant(each, clock);
            if (at >= until)
                yield break;
            if (++steps > MostSteps)
                throw new RecurrenceException("It recurs too often since its first day: give a later first day.");
            var local = isByTime ? LocalTime.Of(at, zone) : each;
            if (local < first || at == last) // two times of the night that the clock is moved over are one
                continue;
            last = at;
            yield return (local, at);
        }
    }

    private static IEnumerable<DateTime> Follow(CalendarEvent recurring, DateTime near)
    {
        using var each = recurring.GetOccurrences(Floating(near), bounds).GetEnumerator();
        while (true)
        {
            try
            {
                if (!each.MoveNext())
                    yield break;
            }
            catch (EvaluationLimitExceededException)
            {
                throw new RecurrenceException("The rule names dates that hardly ever, or never, come.");
            }
            catch (EvaluationOutOfRangeException)
            {
                yield break; // the year 9999
            }
            yield return each.Current.Period.StartTime.Value;
        }
    }

    private static RecurrenceRule Parse(string rule, TimeZoneInfo clock)
    {
        if (rule.Length > LongestRule)
            throw new RecurrenceException($"The rule is longer than {LongestRule} characters.");
        if (rule.Contains("FREQ=SECONDLY", StringComparison.OrdinalIgnoreCase))
            throw new RecurrenceException("The rule recurs every second: a slice of counting is five minutes long.");
        var parts = rule.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(part =>
                part.StartsWith("UNTIL=", StringComparison.OrdinalIgnoreCase) ? Until(part[6..], clock) : part
            );
        try
        {
            return new(string.Join(';', parts));
        }
        catch (Exception wrong) when (wrong is ArgumentException or FormatException or OverflowException)
        {
            var why = wrong.Message.Split(" (Parameter", 2)[0].TrimEnd('.');
            throw new RecurrenceException($"The rule \"{rule}\" cannot be read: {why}.");
        }
    }

    /// <summary>The end by the clock that is followed; a date alone is that whole day.</summary>
    private static string Until(string text, TimeZoneInfo clock)
    {
        if (IcalTime.Parse(text) is not { } end)
            throw new RecurrenceException($"The rule ends at \"{text}\", which is no date.");
        var local =
            end.IsUtc ? LocalTime.Of(new DateTimeOffset(end.Local, TimeSpan.Zero), clock)
            : end.IsDate ? end.Local.AddDays(1).AddSeconds(-1)
            : end.Local;
        return "UNTIL=" + local.ToString("yyyyMMdd'T'HHmmss", CultureInfo.InvariantCulture);
    }

    private static bool IsWithinDay(string rule) =>
        rule.Contains("FREQ=HOURLY", StringComparison.OrdinalIgnoreCase)
        || rule.Contains("FREQ=MINUTELY", StringComparison.OrdinalIgnoreCase);

    private static CalDateTime Floating(DateTime local) => new(local, tzId: null, hasTime: true);
}
