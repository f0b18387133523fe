using System.Globalization;

namespace Denywatch.Web.Features.Windows;

/// <summary>How a window recurs, as the form offers it.</summary>
public enum Repeats
{
    Once,
    Daily,
    Weekly,
    EveryOtherWeek,
    MonthlyOnDay,
    MonthlyOnWeekday,

    /// <summary>By an RRULE that is written out.</summary>
    Rule,
}

/// <summary>Between what the form offers and rules of RFC 5545.</summary>
public static class RepeatsRules
{
    private static readonly string[] codes = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"];
    private static readonly string[] ordinals = ["first", "second", "third", "fourth", "last"];

    /// <summary>The rule for a window that starts at <paramref name="start"/>; null for a single one.</summary>
    public static string? RuleOf(Repeats repeats, DateTime start) =>
        repeats switch
        {
            Repeats.Daily => "FREQ=DAILY",
            Repeats.Weekly => $"FREQ=WEEKLY;BYDAY={Code(start)}",
            Repeats.EveryOtherWeek => $"FREQ=WEEKLY;INTERVAL=2;BYDAY={Code(start)}",
            Repeats.MonthlyOnDay => $"FREQ=MONTHLY;BYMONTHDAY={start.Day.ToString(CultureInfo.InvariantCulture)}",
            Repeats.MonthlyOnWeekday =>
                $"FREQ=MONTHLY;BYDAY={(Week(start) == 5 ? "-1" : Week(start).ToString(CultureInfo.InvariantCulture))}{Code(start)}",
            _ => null,
        };

    public static Repeats Of(string? rule, DateTime start) =>
        rule is null
            ? Repeats.Once
            : Enum.GetValues<Repeats>().FirstOrDefault(repeats => RuleOf(repeats, start) == rule, Repeats.Rule);

    /// <summary>Such as "every Tuesday".</summary>
    public static string Words(Repeats repeats, DateTime start) =>
        repeats switch
        {
            Repeats.Once => "once",
            Repeats.Daily => "every day",
            Repeats.Weekly => $"every {start.DayOfWeek}",
            Repeats.EveryOtherWeek => $"every other {start.DayOfWeek}",
            Repeats.MonthlyOnDay => $"every month on day {start.Day}",
            Repeats.MonthlyOnWeekday => $"every {ordinals[Week(start) - 1]} {start.DayOfWeek} of the month",
            _ => "by a rule (RFC 5545)",
        };

    private static string Code(DateTime start) => codes[(int)start.DayOfWeek];

    private static int Week(DateTime start) => ((start.Day - 1) / 7) + 1;
}
