using System.Globalization;
using Denywatch.Events.Maintenance;
using Denywatch.Web.Features.Exceptions;
using Microsoft.AspNetCore.WebUtilities;

namespace Denywatch.Web.Features.Windows;

/// <summary>
/// The traffic and the times that the form for a new window speaks of: its address holds them, so that an alert and a
/// colleague's link open the form filled in.
/// </summary>
public sealed record WindowView
{
    public const string Path = "/rules/windows/new";

    /// <summary>Minutes that it lasts at first.</summary>
    public const int FirstMinutes = 120;

    private const string StartFormat = "yyyy-MM-dd'T'HH:mm";

    public ExceptionView Traffic { get; init; } = new() { Days = ExceptionView.MostDays };
    public string Name { get; init; } = "";

    /// <summary>By the clock of <see cref="TimeZone"/>; null until somebody says.</summary>
    public DateTime? Start { get; init; }

    public int Minutes { get; init; } = FirstMinutes;

    /// <summary>IANA name; null for the viewer's.</summary>
    public string? TimeZone { get; init; }

    /// <summary>An RRULE; null for a single window.</summary>
    public string? Rule { get; init; }

    /// <summary>The form as it is proposed from an alert.</summary>
    public static string OfAlert(long id) => $"{Path}?alert={id.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>It names an alert and nothing else: the rest is to be proposed from it.</summary>
    public bool IsToBeProposed => Traffic is { AlertId: not null, Filters.Count: 0 } && Start is null;

    public Schedule Schedule(DateTime now, string viewersZone) =>
        new()
        {
            Name = Name.Trim(),
            Start = StartFrom(now),
            Lasts = new(0, TimeSpan.FromMinutes(Minutes)),
            TimeZone = TimeZone ?? viewersZone,
            Rule = Rule,
        };

    /// <summary>What was said, or else tomorrow at two in the night.</summary>
    public DateTime StartFrom(DateTime now) => Start ?? now.Date.AddDays(1).AddHours(2);

    /// <summary>Reads the query of an address; what makes no sense is left out.</summary>
    public static WindowView Parse(string query)
    {
        var values = QueryHelpers.ParseQuery(query);
        var traffic = ExceptionView.Parse(query);
        return new()
        {
            Traffic = Number("days", ExceptionView.MostDays) is null
                ? traffic with
                {
                    Days = ExceptionView.MostDays,
                }
                : traffic,
            Name = Text("name") is { Length: <= Events.Maintenance.Schedule.LongestName } name ? name : "",
            Start = StartOf(Text("start")),
            Minutes = Number("minutes", (int)Events.Maintenance.Schedule.Longest.TotalMinutes) ?? FirstMinutes,
            TimeZone = Text("tz"),
            Rule = Text("rrule"),
        };

        string? Text(string key) =>
            values.TryGetValue(key, out var found) && found[0] is { Length: > 0 } text ? text : null;

        int? Number(string key, int most) =>
            int.TryParse(Text(key), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number >= 1
            && number <= most
                ? number
                : null;
    }

    /// <summary>A start as the browser's field for it writes it; null where it is none.</summary>
    public static DateTime? StartOf(string? text) =>
        DateTime.TryParseExact(text, StartFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out var start)
            ? start
            : null;

    public static string StartText(DateTime start) => start.ToString(StartFormat, CultureInfo.InvariantCulture);

    public string ToUrl()
    {
        var query = (Traffic with { Days = ExceptionView.FirstDays }).ToQuery();
        if (Traffic.Days != ExceptionView.MostDays)
            query.Add("days", Traffic.Days.ToString(CultureInfo.InvariantCulture));
        if (Name.Length > 0)
            query.Add("name", Name);
        if (Start is { } start)
            query.Add("start", StartText(start));
        if (Minutes != FirstMinutes)
            query.Add("minutes", Minutes.ToString(CultureInfo.InvariantCulture));
        if (TimeZone is not null)
            query.Add("tz", TimeZone);
        if (Rule is not null)
            query.Add("rrule", Rule);
        return Path + query;
    }
}
