namespace Denywatch.Web.Features.DataSources;

/// <summary>A stretch without a line.</summary>
public readonly record struct Silence(DateTimeOffset Start, DateTimeOffset End)
{
    public TimeSpan Length => End - Start;
}

/// <summary>How a source sends, learnt from its last week: how long it may be silent, and when it is silent by habit.</summary>
public sealed class SourceRhythm
{
    /// <summary>How far back it is learnt.</summary>
    public static readonly TimeSpan Learnt = TimeSpan.FromDays(7);

    /// <summary>Nobody is told of a shorter silence, however busy the source.</summary>
    private static readonly TimeSpan Shortest = TimeSpan.FromMinutes(10);

    private const double Usual = 0.99;
    private const double Patience = 3;

    /// <summary>Told this part of the bound early, so that pages and alarms, which look from time to time, say it within.</summary>
    private const double Early = 0.9;

    /// <summary>So many days of the last seven make a silence a habit: one is an outage.</summary>
    private const int HabitDays = 2;

    private readonly List<Silence> unusual;

    private SourceRhythm(TimeSpan gap, List<Silence> silences)
    {
        Gap = gap;
        var bound = Patience * gap;
        Bound = Early * (bound > Shortest ? bound : Shortest);
        unusual = silences.FindAll(silence => silence.Length > Bound);
    }

    /// <summary>Of a source that nothing is known of.</summary>
    public static SourceRhythm Unknown { get; } = Of(0, []);

    /// <summary>99 of 100 lines come sooner after the one before; zero where that is too short to matter.</summary>
    public TimeSpan Gap { get; }

    /// <summary>A silence of this length is told, unless it is a habit at that time of day.</summary>
    public TimeSpan Bound { get; }

    /// <param name="lines">Lines of the last week.</param>
    /// <param name="silences">Of the last week, all from some length on: what is shorter counts as no gap at all.</param>
    public static SourceRhythm Of(long lines, IReadOnlyCollection<Silence> silences)
    {
        ArgumentNullException.ThrowIfNull(silences);
        var longest = silences.OrderByDescending(silence => silence.Length).ToList();
        var longer = (int)Math.Min(int.MaxValue, (1 - Usual) * Math.Max(lines, longest.Count));
        return new(longer < longest.Count ? longest[longer].Length : TimeSpan.Zero, longest);
    }

    /// <summary>Whether it was as silent at this time of day before: on some days of the last week, or on this weekday.</summary>
    public bool IsHabit(DateTimeOffset now)
    {
        bool WasSilent(int daysAgo)
        {
            var then = now.AddDays(-daysAgo);
            return unusual.Exists(silence => silence.Start <= then && then <= silence.End + Bound);
        }
        return WasSilent(7) || Enumerable.Range(1, 6).Count(WasSilent) >= HabitDays;
    }
}
