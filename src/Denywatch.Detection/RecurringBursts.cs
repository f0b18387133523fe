using System.Numerics;

namespace Denywatch.Detection;

/// <summary>
/// Bursts that come back, such as a nightly scan. The last ones are remembered with start, length and height, and one is
/// expected where earlier ones foretell it: three of the last five days, two of the last three weeks, or the last two
/// fortnights, give or take two buckets. Kept apart from the seasons: a burst that bends the mean of its slot would also
/// widen everything around it.
/// </summary>
internal sealed class RecurringBursts(SiteClock clock)
{
    private const int Kept = 48;
    private const int MostRefused = 8;
    private const int Tolerance = 2;

    /// <summary>What goes on for longer is no burst, but a level.</summary>
    private const int Longest = 200;

    private readonly int perDay = Math.Max(1, (int)clock.BucketsPerDay);
    private readonly int[] starts = new int[Kept];
    private readonly byte[] lengths = new byte[Kept];

    /// <summary>ln(1 + height): half precision is then within one percent at any height.</summary>
    private readonly Half[] heights = new Half[Kept];
    private readonly int[] refused = new int[MostRefused];
    private int count;
    private int next;
    private int refusals;

    private readonly record struct Rhythm(BurstRhythm Kind, int Days, int Looks, int Needed);

    private static readonly Rhythm[] Rhythms =
    [
        new(BurstRhythm.Daily, 1, 5, 3),
        new(BurstRhythm.Weekly, 7, 3, 2),
        new(BurstRhythm.Fortnightly, 14, 2, 2),
    ];

    /// <summary>The count that a burst is expected to reach in this bucket; 0 where none is expected.</summary>
    /// <param name="at">Number of the bucket by the site's clock.</param>
    public double ExpectedAt(int at)
    {
        if (count < 2)
            return 0;

        double highest = 0;
        foreach (var rhythm in Rhythms)
            highest = Math.Max(highest, ForetoldAt(at, rhythm));
        return highest > 0 ? Math.Exp(highest) - 1 : 0;
    }

    /// <summary>Remembers that a bucket was far above its mean.</summary>
    /// <returns>What is expected to come back from now on, and was not before; null where nothing is.</returns>
    public LearntBurst? Learn(int at, double value)
    {
        var before = Learnt(at);
        if (!Remember(at, value))
            return null;

        // What comes daily comes weekly too, some day: the shortest rhythm says it all, and comes first.
        var now = Learnt(at);
        var same = now.FindIndex(burst => IsNear(burst, at));
        return same >= 0 && !before.Exists(burst => IsNear(burst, at) && burst.Rhythm <= now[same].Rhythm)
            ? now[same]
            : null;
    }

    /// <summary>False where it goes on, or is refused: then it is no new run.</summary>
    private bool Remember(int at, double value)
    {
        var height = (Half)Math.Log(1 + value);
        var last = (next + Kept - 1) % Kept;
        if (count > 0 && at - starts[last] is > 0 and < Longest && at - starts[last] - lengths[last] <= 1)
        {
            lengths[last] = (byte)(at - starts[last] + 1);
            heights[last] = height > heights[last] ? height : heights[last];
            return false;
        }
        if (IsRefused(at))
            return false;

        (starts[next], lengths[next], heights[next]) = (at, 1, height);
        next = (next + 1) % Kept;
        count = Math.Min(count + 1, Kept);
        return true;
    }

    /// <summary>Whether a burst comes at the time of day, and the day if it is not daily, of a bucket; give or take its length.</summary>
    private bool IsNear(LearntBurst burst, int at)
    {
        var away = at % perDay - (int)(burst.At.ToTimeSpan() / clock.Span);
        away = Math.Min(Math.Abs(away), perDay - Math.Abs(away));
        return away <= Tolerance + burst.Buckets
            && (burst.Weekday is not { } weekday || (int)weekday == (at / perDay + 1) % 7);
    }

    /// <summary>What is expected to come back, seen from a bucket; the latest run of each rhythm.</summary>
    public List<LearntBurst> Learnt(int now)
    {
        List<LearntBurst> learnt = [];
        foreach (var rhythm in Rhythms)
        {
            for (var i = 0; i < count; i++)
            {
                var upcoming = starts[i] + rhythm.Days * perDay;
                if (upcoming + lengths[i] < now || ForetoldAt(upcoming, rhythm) <= 0)
                    continue;

                var inDay = clock.Span * (starts[i] % perDay);
                var weekday = (DayOfWeek)((starts[i] / perDay + 1) % 7);
                learnt.Add(
                    new(
                        rhythm.Kind,
                        TimeOnly.FromTimeSpan(inDay),
                        rhythm.Kind == BurstRhythm.Daily ? null : weekday,
                        lengths[i],
                        Math.Round(Math.Exp((double)heights[i]) - 1)
                    )
                );
            }
        }
        return learnt;
    }

    /// <summary>Expects a burst no more, and learns none again at this time of day (of the week, if it is not daily).</summary>
    public void Refuse(TimeOnly start, DayOfWeek? weekday)
    {
        var slot = (int)(start.ToTimeSpan() / clock.Span) % perDay;
        var key = weekday is { } day ? ((int)day + 1) * perDay + slot : slot;
        if (Array.IndexOf(refused, key, 0, Math.Min(refusals, MostRefused)) < 0)
            refused[refusals++ % MostRefused] = key;
        for (var i = 0; i < count; i++)
        {
            if (IsRefused(starts[i]))
                lengths[i] = 0;
        }
    }

    public void Save(StateWriter state)
    {
        state.Add(starts);
        state.Add(lengths);
        state.Add(heights);
        state.Add(refused);
        state.Add([count, next, refusals]);
    }

    public void Load(ref StateReader state)
    {
        state.Fill(starts);
        state.Fill(lengths);
        state.Fill(heights);
        state.Fill(refused);
        count = Math.Clamp(state.Int(), 0, Kept);
        next = Math.Clamp(state.Int(), 0, Kept - 1);
        refusals = Math.Max(0, state.Int());
    }

    /// <summary>Logarithm of the height that a rhythm foretells for a bucket; 0 for none.</summary>
    private double ForetoldAt(int at, in Rhythm rhythm)
    {
        var period = rhythm.Days * perDay;
        double highest = 0;
        double second = 0;
        var seen = 0;
        for (var i = 0; i < count; i++)
        {
            var age = at - starts[i];
            var periods = (age + period / 2) / period;
            if (periods < 1 || periods > rhythm.Looks || lengths[i] == 0)
                continue;

            var phase = age - periods * period;
            if (phase < -Tolerance || phase >= lengths[i] + Tolerance)
                continue;

            seen |= 1 << periods;
            var height = (double)heights[i];
            (highest, second) = height > highest ? (height, highest) : (highest, Math.Max(second, height));
        }

        // For the most part the higher of the two: the next run may well be as high as the highest.
        return BitOperations.PopCount((uint)seen) >= rhythm.Needed ? 0.7 * highest + 0.3 * second : 0;
    }

    private bool IsRefused(int start)
    {
        var slot = start % perDay;
        var weekday = (start / perDay + 1) % 7;
        for (var i = 0; i < Math.Min(refusals, MostRefused); i++)
        {
            var isDaily = refused[i] < perDay;
            if (!isDaily && refused[i] / perDay - 1 != weekday)
                continue;
            if (Math.Abs(refused[i] % perDay - slot) <= Tolerance)
                return true;
        }
        return false;
    }
}

/// <summary>How often a learnt burst comes back.</summary>
public enum BurstRhythm
{
    Daily,
    Weekly,
    Fortnightly,
}

/// <summary>A burst that the model has learnt to expect, such as a nightly scan: a person can refuse it.</summary>
/// <param name="At">Start by the site's clock, give or take two buckets.</param>
/// <param name="Weekday">Day of the week; null where it comes every day.</param>
/// <param name="Buckets">Length of the latest run.</param>
/// <param name="Count">Highest count of the latest run.</param>
public sealed record LearntBurst(BurstRhythm Rhythm, TimeOnly At, DayOfWeek? Weekday, int Buckets, double Count);
