using System.Xml;

namespace Denywatch.Events.Maintenance;

/// <summary>Makes schedules of VEVENTs that share a UID: one, and those of its occurrences that were changed.</summary>
internal sealed class IcalEntries(IcalZones zones, TimeZoneInfo floating, Action<int, string> say)
{
    private static readonly TimeSpan Unsaid = TimeSpan.FromHours(1);

    public (ProposedWindow? Window, bool IsCancelled) Read(IReadOnlyList<IcalComponent> entries)
    {
        var changes = entries.Where(entry => entry["RECURRENCE-ID"] is not null).ToList();
        // Of two versions the later one holds.
        var master = entries.Except(changes).MaxBy(entry => int.TryParse(entry["SEQUENCE"]?.Value, out var n) ? n : 0);
        if (master is null)
        {
            say(entries[0].Number, "Only changed occurrences of this entry are in the file: it is left out.");
            return default;
        }
        if (IsCancelled(master))
            return (null, true);
        if (StartOf(master) is not { } start || LastingOf(master, start) is not { } lasts)
            return default;

        var rules = master.All("RRULE").ToList();
        if (rules.Count > 1 || master["EXRULE"] is not null)
        {
            var second = rules.Count > 1 ? rules[1] : master["EXRULE"]!;
            say(second.Number, "An entry has one RRULE and no EXRULE: it is left out.");
            return default;
        }
        var rule = rules.Count == 1 ? rules[0].Value.Trim() : null;
        if (rule is not null && Recurrence.ProblemOf(rule) is { } problem)
        {
            say(rules[0].Number, problem);
            return default;
        }

        var zone = TimeZoneInfo.FindSystemTimeZoneById(start.Zone);
        var skipped = master.All("EXDATE").SelectMany(line => TimesOf(line, zone, start)).ToList();
        var extra = master.All("RDATE").SelectMany(line => PeriodsOf(line, lasts, zone)).ToList();
        foreach (var change in changes)
            Apply(change, start, skipped, extra);
        return (
            new(
                master.Number,
                new()
                {
                    Name = NameOf(master),
                    Start = start.Local,
                    Lasts = lasts,
                    TimeZone = start.Zone,
                    Rule = rule,
                    Extra = extra,
                    Skipped = [.. skipped.Distinct()],
                    Uid = master["UID"]?.Text is { Length: > 0 } uid ? uid : null,
                },
                start.IsFloating
            ),
            false
        );
    }

    /// <summary>A changed occurrence: the one it stands for is skipped and, unless cancelled, another one added.</summary>
    private void Apply(IcalComponent change, Start master, List<DateTime> skipped, List<ExtraOccurrence> extra)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(master.Zone);
        var stands = change["RECURRENCE-ID"]!;
        if (stands.Parameters.ContainsKey("RANGE"))
            say(stands.Number, "The change is meant for all later occurrences: only this one is changed.");
        if (IsCancelled(change))
        {
            skipped.AddRange(TimesOf(stands, zone, master));
            return;
        }
        if (StartOf(change) is not { } start || LastingOf(change, start) is not { } lasts)
            return;

        var begins = LocalTime.ToInstant(start.Local, TimeZoneInfo.FindSystemTimeZoneById(start.Zone));
        var local = LocalTime.Of(begins, zone);
        // One that only lasts otherwise begins when the skipped one did: then it is that one which is not skipped.
        skipped.AddRange(TimesOf(stands, zone, master).Where(time => time != local));
        extra.Add(new(local, lasts));
    }

    private static bool IsCancelled(IcalComponent entry) =>
        string.Equals(entry["STATUS"]?.Value.Trim(), "CANCELLED", StringComparison.OrdinalIgnoreCase);

    private static string NameOf(IcalComponent entry)
    {
        var name = entry["SUMMARY"]?.Text is { Length: > 0 } text ? text : $"Entry in line {entry.Number}";
        return name.Length > Schedule.LongestName ? name[..Schedule.LongestName] : name;
    }

    private Start? StartOf(IcalComponent entry)
    {
        if (entry["DTSTART"] is { } line)
            return TimeOf(line, line.Value.Trim());
        say(entry.Number, "The entry has no DTSTART: it is left out.");
        return null;
    }

    private Lasting? LastingOf(IcalComponent entry, Start start)
    {
        if (entry["DURATION"] is { } duration)
        {
            if (Duration(duration.Value.Trim()) is { } lasts)
                return lasts;
            say(duration.Number, $"\"{duration.Value}\" is no duration: the entry is left out.");
            return null;
        }
        if (entry["DTEND"] is not { } line)
        {
            if (!start.IsDate)
                say(entry.Number, $"The entry does not say how long it lasts: {Unsaid.TotalHours:0} hour is taken.");
            return start.IsDate ? new(1, TimeSpan.Zero) : new(0, Unsaid);
        }
        if (TimeOf(line, line.Value.Trim()) is not { } end)
            return null;

        var between = end.Instant - start.Instant;
        var result = start.IsDate ? new Lasting((end.Local - start.Local).Days, TimeSpan.Zero) : new(0, between);
        if (result.About > TimeSpan.Zero && result.About <= Schedule.Longest)
            return result;
        say(
            line.Number,
            result.About > TimeSpan.Zero
                ? $"The entry lasts longer than {Schedule.Longest.TotalDays:0} days: it is left out."
                : "The entry ends before it begins: it is left out."
        );
        return null;
    }

    private static Lasting? Duration(string text)
    {
        try
        {
            var weeks = text.TrimStart('P') is [.. var number, 'W'] && int.TryParse(number, out var n) ? n : 0;
            var whole = weeks > 0 ? TimeSpan.FromDays(7 * weeks) : XmlConvert.ToTimeSpan(text);
            var lasts = new Lasting(whole.Days, whole - TimeSpan.FromDays(whole.Days));
            // Twenty-four hours are exact, a day is one by the calendar.
            lasts = text.Contains('D', StringComparison.Ordinal) || weeks > 0 ? lasts : new(0, whole);
            return whole > TimeSpan.Zero && whole <= Schedule.Longest ? lasts : null;
        }
        catch (Exception wrong) when (wrong is FormatException or OverflowException)
        {
            return null;
        }
    }

    /// <summary>By the clock of <paramref name="zone"/>; of a date alone the occurrence on it is meant.</summary>
    private IEnumerable<DateTime> TimesOf(IcalLine line, TimeZoneInfo zone, Start start) =>
        line
            .Value.Split(',')
            .Select(text => TimeOf(line, text.Trim()))
            .OfType<Start>()
            .Select(time => time.IsDate ? time.Local + start.Local.TimeOfDay : LocalTime.Of(time.Instant, zone));

    private IEnumerable<ExtraOccurrence> PeriodsOf(IcalLine line, Lasting lasts, TimeZoneInfo zone)
    {
        foreach (var text in line.Value.Split(','))
        {
            var period = text.Trim().Split('/');
            if (TimeOf(line, period[0]) is not { } start)
                continue;
            var local = start.IsDate ? start.Local : LocalTime.Of(start.Instant, zone);
            if (period.Length == 1)
                yield return new(local, lasts);
            else if (Duration(period[1]) is { } own)
                yield return new(local, own);
            else if (TimeOf(line, period[1]) is { } end && end.Instant > start.Instant)
                yield return new(local, new(0, end.Instant - start.Instant));
        }
    }

    private Start? TimeOf(IcalLine line, string text)
    {
        if (IcalTime.Parse(text) is not { } time)
        {
            say(line.Number, $"\"{text}\" is no date: what it stands for is left out.");
            return null;
        }
        if (time.IsUtc)
            return new(time.Local, "Etc/UTC", time.IsDate, IsFloating: false);
        if (line.TimeZone is not { } tzid)
            return new(time.Local, floating.Id, time.IsDate, IsFloating: true);
        if (zones.Find(tzid) is { } zone)
            return new(time.Local, zone, time.IsDate, IsFloating: false);
        say(line.Number, $"The time zone \"{tzid}\" is not known: what it stands for is left out.");
        return null;
    }

    private readonly record struct Start(DateTime Local, string Zone, bool IsDate, bool IsFloating)
    {
        public DateTimeOffset Instant => LocalTime.ToInstant(Local, TimeZoneInfo.FindSystemTimeZoneById(Zone));
    }
}
