namespace Denywatch.Events.Maintenance;

/// <summary>A line of a calendar that could not be read, and what became of it.</summary>
public sealed record CalendarProblem(int Line, string Sentence);

/// <summary>An entry of a calendar as a window that may be made of it.</summary>
/// <param name="Line">Where the entry begins.</param>
/// <param name="IsFloating">It names no zone: the viewer's is taken.</param>
public sealed record ProposedWindow(int Line, Schedule Schedule, bool IsFloating);

/// <summary>What a calendar holds: each entry that can be read, and a sentence for each that cannot.</summary>
public sealed record ImportedCalendar(
    IReadOnlyList<ProposedWindow> Windows,
    IReadOnlyList<CalendarProblem> Problems,
    int Cancelled
);

/// <summary>Reads calendars in the format of RFC 5545 (.ics).</summary>
public static class CalendarImport
{
    /// <summary>Largest file, in bytes of UTF-8.</summary>
    public const int LargestBytes = 2 << 20;

    private const int MostEntries = 2_000;

    /// <param name="zone">Of times that name none.</param>
    public static ImportedCalendar Read(string text, TimeZoneInfo zone)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(zone);
        List<CalendarProblem> problems = [];
        void Say(int line, string sentence) => problems.Add(new(line, sentence));

        var root = IcalLines.Read(text, Say);
        var calendars = root.Parts.Where(part => part.Name == "VCALENDAR").ToList();
        if (calendars.Count == 0)
            Say(1, "There is no calendar in it: BEGIN:VCALENDAR is missing.");

        List<ProposedWindow> windows = [];
        var cancelled = 0;
        foreach (var calendar in calendars)
        {
            var entries = calendar.Parts.Where(part => part.Name == "VEVENT").ToList();
            if (entries.Count > MostEntries)
                Say(calendar.Number, $"Only the first {MostEntries} of {entries.Count} entries are read.");
            var reader = new IcalEntries(new(calendar.Parts.Where(part => part.Name == "VTIMEZONE"), zone), zone, Say);
            var byUid = entries
                .Take(MostEntries)
                .GroupBy(
                    entry => entry["UID"]?.Text is { Length: > 0 } uid ? uid : $"line {entry.Number}",
                    StringComparer.Ordinal
                );
            foreach (var entry in byUid)
            {
                var (window, isCancelled) = reader.Read([.. entry]);
                if (window is not null)
                    windows.Add(window);
                cancelled += isCancelled ? 1 : 0;
            }
        }
        return new(windows, [.. problems.OrderBy(problem => problem.Line)], cancelled);
    }
}
