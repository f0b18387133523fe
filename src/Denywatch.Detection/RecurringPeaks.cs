namespace Denywatch.Detection;

/// <summary>
/// Bursts that come back, such as a nightly scan: the last ones are remembered with start, length and height, and one is
/// expected at a time that earlier ones foretell: three of the last five days, two of the last three weeks, or the last two
/// fortnights, give or take two buckets. Kept apart from the seasons, since a burst that bends the mean of its slot would
/// also widen everything around it.
/// </summary>
internal sealed class RecurringPeaks(TimeSpan span)
{
    private const int Kept = 64;
    private const int Tolerance = 2;

    private readonly int perDay = Math.Max(1, (int)(TimeSpan.FromDays(1) / span));
    private readonly int[] starts = new int[Kept];
    private readonly byte[] lengths = new byte[Kept];
    private readonly Half[] heights = new Half[Kept];
    private int count;
    private int next;
    private int quietFor = int.MaxValue / 2;

    /// <summary>The count that a burst is expected to reach in this bucket; 0 where none is expected.</summary>
    /// <param name="at">Number of the bucket by the site's clock.</param>
    public double ExpectedAt(int at)
    {
        if (count == 0)
            return 0;
        var highest = Math.Max(
            Math.Max(Foretold(at, perDay, 5, 3), Foretold(at, 7 * perDay, 3, 2)),
            Foretold(at, 14 * perDay, 2, 2)
        );
        return highest > 0 ? Math.Exp(highest) - 1 : 0;
    }

    private double Foretold(int at, int period, int looks, int needed)
    {
        double best = 0;
        double second = 0;
        var hits = 0;
        var seen = 0;
        for (var i = 0; i < count; i++)
        {
            // The run that goes on now foretells nothing about itself.
            var age = at - starts[i];
            var periods = (age + Tolerance + (period - Tolerance) / 2) / period;
            if (periods < 1 || periods > looks)
                continue;
            var phase = age - periods * period;
            if (phase < -Tolerance || phase > lengths[i] - 1 + Tolerance)
                continue;
            if ((seen & 1 << periods) == 0)
                hits++;
            seen |= 1 << periods;
            var height = (double)heights[i];
            if (height > best)
                (best, second) = (height, best);
            else
                second = Math.Max(second, height);
        }
        return hits >= needed ? 0.7 * best + 0.3 * second : 0;
    }

    public void Learn(int at, double value, bool isPeak)
    {
        if (!isPeak)
        {
            quietFor++;
            return;
        }
        var last = (next + Kept - 1) % Kept;
        var height = (Half)Math.Log(1 + value);
        if (count > 0 && at - (starts[last] + lengths[last]) <= 1 && at - starts[last] < 200)
        {
            lengths[last] = (byte)(at - starts[last] + 1);
            heights[last] = height > heights[last] ? height : heights[last];
        }
        else
        {
            starts[next] = at;
            lengths[next] = 1;
            heights[next] = height;
            next = (next + 1) % Kept;
            count = Math.Min(count + 1, Kept);
        }
        quietFor = 0;
    }

    public void Save(StateWriter state)
    {
        foreach (var start in starts)
            state.Add((long)start);
        state.Add(lengths);
        state.Add(heights);
        state.Add((long)count);
        state.Add((long)next);
        state.Add((long)quietFor);
    }

    public void Load(ref StateReader state)
    {
        for (var i = 0; i < Kept; i++)
            starts[i] = (int)state.Long();
        state.Fill(lengths);
        state.Fill(heights);
        count = (int)state.Long();
        next = (int)state.Long();
        quietFor = (int)state.Long();
    }
}
