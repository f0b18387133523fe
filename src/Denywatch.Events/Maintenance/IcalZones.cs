using System.Globalization;

namespace Denywatch.Events.Maintenance;

/// <summary>Which IANA zone a calendar's TZID means: by its own name, as Windows calls it, or by what its VTIMEZONE says.</summary>
/// <param name="viewers">Taken where a definition means several.</param>
internal sealed class IcalZones(IEnumerable<IcalComponent> definitions, TimeZoneInfo viewers)
{
    /// <summary>Definitions often begin in 1970 and mean the rules of today.</summary>
    private const int Recent = 2025;

    private readonly Dictionary<string, IcalComponent> defined = definitions
        .Where(zone => zone["TZID"] is not null)
        .GroupBy(zone => zone["TZID"]!.Value.Trim(), StringComparer.Ordinal)
        .ToDictionary(zone => zone.Key, zone => zone.First(), StringComparer.Ordinal);

    private readonly Dictionary<string, string?> known = new(StringComparer.Ordinal);

    /// <summary>An IANA name; null where none tells the time as it is meant.</summary>
    public string? Find(string tzid)
    {
        if (!known.TryGetValue(tzid, out var zone))
            known[tzid] = zone = ByName(tzid) ?? ByDefinition(tzid);
        return zone;
    }

    private string? ByName(string tzid)
    {
        // Some write a path before the name: /freeassociation.sourceforge.net/Europe/Berlin.
        var parts = tzid.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var names = Enumerable.Range(0, parts.Length).Select(i => string.Join('/', parts[i..])).Prepend(tzid);
        if (defined.GetValueOrDefault(tzid)?["X-LIC-LOCATION"]?.Value.Trim() is { } location)
            names = names.Append(location);
        return names.Select(Iana).FirstOrDefault(name => name is not null);
    }

    private static string? Iana(string name) =>
        TimeZoneInfo.TryConvertWindowsIdToIanaId(name, out var iana) ? iana
        : TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) && zone.HasIanaId ? zone.Id
        : null;

    /// <summary>The first zone with the same offsets through a year of the definition's last rules.</summary>
    private string? ByDefinition(string tzid)
    {
        if (!defined.TryGetValue(tzid, out var definition))
            return null;
        var changes = definition.Parts.Where(part => part.Name is "STANDARD" or "DAYLIGHT").Select(Change).ToList();
        if (changes.Count == 0 || changes.Contains(null))
            return null;

        var year = Math.Max(changes.Max(change => change!.Value.Start.Year) + 1, Recent);
        var days = Enumerable.Range(0, 365).Select(day => new DateTime(year, 1, 1, 12, 0, 0).AddDays(day)).ToList();
        var offsets = days.Select(day => OffsetAt(day, changes!)).ToList();
        return TimeZoneInfo
            .GetSystemTimeZones()
            .Where(zone => zone.HasIanaId)
            .OrderBy(zone => zone.Id == viewers.Id ? 0 : 1)
            .ThenBy(zone => zone.Id, StringComparer.Ordinal)
            .FirstOrDefault(zone => days.Zip(offsets).All(day => zone.GetUtcOffset(day.First) == day.Second))
            ?.Id;
    }

    private static TimeSpan OffsetAt(DateTime noon, List<(DateTime Start, TimeSpan Offset, string? Rule)?> changes) =>
        changes
            .Select(change =>
                (Offset: change!.Value.Offset, Last: LastBefore(noon, change.Value.Start, change.Value.Rule))
            )
            .OrderByDescending(change => change.Last)
            .First()
            .Offset;

    private static DateTime LastBefore(DateTime noon, DateTime start, string? rule)
    {
        if (rule is null || start > noon)
            return start > noon ? DateTime.MinValue : start;
        var until = new DateTimeOffset(noon, TimeSpan.Zero);
        var last = Recurrence.StartsOf(rule, start, TimeZoneInfo.Utc, noon.AddYears(-1), until).LastOrDefault();
        return last.Start == default ? start : last.Start;
    }

    private static (DateTime Start, TimeSpan Offset, string? Rule)? Change(IcalComponent part)
    {
        if (part["DTSTART"] is not { } start || IcalTime.Parse(start.Value.Trim()) is not { } begins)
            return null;
        if (part["TZOFFSETTO"] is not { } to || Offset(to.Value.Trim()) is not { } offset)
            return null;
        var rule = part["RRULE"]?.Value.Trim();
        var isKnown =
            rule is null
            || rule.Contains("FREQ=YEARLY", StringComparison.Ordinal) && Recurrence.ProblemOf(rule) is null;
        return isKnown && begins.Local.Year is > 1 and < 2100 ? (begins.Local, offset, rule) : null;
    }

    private static TimeSpan? Offset(string text)
    {
        if (text is not ['+' or '-', .. { Length: 4 or 6 } digits] || !digits.All(char.IsAsciiDigit))
            return null;
        var hours = int.Parse(digits.AsSpan(0, 2), CultureInfo.InvariantCulture);
        var minutes = int.Parse(digits.AsSpan(2, 2), CultureInfo.InvariantCulture);
        var offset = new TimeSpan(hours, minutes, 0);
        return text[0] == '-' ? -offset : offset;
    }
}
