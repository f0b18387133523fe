using System.Globalization;

namespace Denywatch.Events.Maintenance;

/// <summary>A schedule in words; a rule that is too wound for words stands as it is.</summary>
internal static class ScheduleText
{
    private static readonly string[] Ordinals = ["", "first", "second", "third", "fourth", "fifth"];

    private static readonly Dictionary<string, string> days = new(StringComparer.OrdinalIgnoreCase)
    {
        ["MO"] = "Monday",
        ["TU"] = "Tuesday",
        ["WE"] = "Wednesday",
        ["TH"] = "Thursday",
        ["FR"] = "Friday",
        ["SA"] = "Saturday",
        ["SU"] = "Sunday",
    };

    public static string Of(Schedule schedule)
    {
        var rule = PartsOf(schedule.Rule);
        var when = schedule.Rule is null ? $"once on {Date(schedule.Start)}" : DaysOf(schedule, rule);
        var changes = (schedule.Extra.Count, schedule.Skipped.Count) switch
        {
            (0, 0) => "",
            (0, var less) => $", {less} skipped",
            (var more, 0) => $", {more} added",
            var (more, less) => $", {more} added, {less} skipped",
        };
        return $"{when ?? $"by the rule {schedule.Rule}"} {Hours(schedule)} {schedule.TimeZone}{End(rule)}{changes}";
    }

    private static string? DaysOf(Schedule schedule, Dictionary<string, string> rule)
    {
        var every = rule.GetValueOrDefault("INTERVAL") ?? "1";
        var unknown = rule.Keys.Except(
            ["FREQ", "INTERVAL", "UNTIL", "COUNT", "WKST", "BYDAY", "BYMONTHDAY"],
            StringComparer.OrdinalIgnoreCase
        );
        if (unknown.Any())
            return null;

        return (
            rule.GetValueOrDefault("FREQ")?.ToUpperInvariant(),
            rule.GetValueOrDefault("BYDAY"),
            rule.GetValueOrDefault("BYMONTHDAY")
        ) switch
        {
            ("DAILY", null, null) => every == "1" ? "every day" : $"every {every} days",
            ("DAILY" or "WEEKLY", { } names, null) when every == "1" && Names(names) is { } known => $"every {known}",
            ("WEEKLY", { } names, null) when every == "2" && Names(names) is { } known => $"every other {known}",
            ("WEEKLY", null, null) when every == "1" => $"every {schedule.Start.DayOfWeek}",
            ("WEEKLY", null, null) when every == "2" => $"every other {schedule.Start.DayOfWeek}",
            ("MONTHLY", { } name, null) when every == "1" && Nth(name) is { } nth => $"every {nth} of the month",
            ("MONTHLY", null, var day) when every == "1" && (day is null || int.TryParse(day, out var n) && n > 0) =>
                $"every month on day {day ?? schedule.Start.Day.ToString(CultureInfo.InvariantCulture)}",
            ("YEARLY", null, null) when every == "1" =>
                $"every year on {schedule.Start.ToString("d MMMM", CultureInfo.InvariantCulture)}",
            ("HOURLY", null, null) => every == "1" ? "every hour from" : $"every {every} hours from",
            _ => null,
        };
    }

    private static string Hours(Schedule schedule)
    {
        var lasts = schedule.Lasts;
        if (schedule.Start.TimeOfDay == TimeSpan.Zero && lasts.Time == TimeSpan.Zero)
            return lasts.Days == 1 ? "all day" : $"all day for {lasts.Days} days";
        var end = schedule.Start + lasts.About;
        var later = lasts.About > TimeSpan.FromDays(1) ? $" {(end.Date - schedule.Start.Date).Days} days later" : "";
        return $"{schedule.Start:HH:mm}-{end:HH:mm}{later}";
    }

    private static string End(Dictionary<string, string> rule) =>
        rule.GetValueOrDefault("COUNT") is { } count ? $", {count} times"
        : rule.GetValueOrDefault("UNTIL") is { } text && IcalTime.Parse(text) is { } end ? $", until {Date(end.Local)}"
        : "";

    private static string? Names(string list)
    {
        var names = list.Split(',').Select(day => days.GetValueOrDefault(day)).ToList();
        return names.Contains(null) ? null
            : names is [.. var first, var last] && first.Count > 0 ? $"{string.Join(", ", first)} and {last}"
            : names[0];
    }

    /// <summary>"first Friday" for <c>1FR</c>.</summary>
    private static string? Nth(string text) =>
        text.Length > 2
        && int.TryParse(
            text.AsSpan(0, text.Length - 2),
            NumberStyles.AllowLeadingSign,
            CultureInfo.InvariantCulture,
            out var nth
        )
        && days.TryGetValue(text[^2..], out var day)
        && nth is -1 or (> 0 and < 6)
            ? $"{(nth < 0 ? "last" : Ordinals[nth])} {day}"
            : null;

    private static Dictionary<string, string> PartsOf(string? rule)
    {
        Dictionary<string, string> parts = new(StringComparer.OrdinalIgnoreCase);
        foreach (var part in rule?.Split(';') ?? [])
        {
            if (part.Split('=', 2) is [var name, var value])
                parts[name] = value;
        }
        return parts;
    }

    private static string Date(DateTime date) => date.ToString("d MMM yyyy", CultureInfo.InvariantCulture);
}
