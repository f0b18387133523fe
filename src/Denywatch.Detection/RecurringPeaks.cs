using System.Numerics;

namespace Denywatch.Detection;

/// <summary>
/// Bursts that come back at the same time of day or week, such as a nightly scan: expected once they came in three of the
/// last five days or two of the last three weeks, give or take a slot. Kept apart from the seasons, since a burst that
/// bends the mean of its slot would also widen everything around it.
/// </summary>
internal sealed class RecurringPeaks(int slotsPerDay)
{
    private const int DaysKept = 0b11111;
    private const int WeeksKept = 0b111;

    private readonly byte[] dayBits = new byte[slotsPerDay];
    private readonly byte[] weekBits = new byte[slotsPerDay * 7];

    /// <summary>ln(1 + height): half precision is then within one percent at any height.</summary>
    private readonly Half[] dayHeight = new Half[slotsPerDay];
    private readonly Half[] weekHeight = new Half[slotsPerDay * 7];
    private long lastVisit = -1;

    /// <summary>The count that a burst is expected to reach in this slot; 0 where none is expected.</summary>
    public double ExpectedAt(int slot, int weekday)
    {
        var highest = 0.0;
        for (var i = -1; i <= 1; i++)
        {
            var daily = Wrap(slot + i, dayBits.Length);
            if (BitOperations.PopCount(dayBits[daily]) >= 3)
                highest = Math.Max(highest, (double)dayHeight[daily]);
            var weekly = Wrap(weekday * slotsPerDay + slot + i, weekBits.Length);
            if (BitOperations.PopCount(weekBits[weekly]) >= 2)
                highest = Math.Max(highest, (double)weekHeight[weekly]);
        }

        return highest > 0 ? Math.Exp(highest) - 1 : 0;
    }

    /// <param name="visit">Number of the slot since the epoch: several short buckets may share one.</param>
    public void Learn(int slot, int weekday, long visit, double count, bool isPeak)
    {
        var weekly = weekday * slotsPerDay + slot;
        if (visit != lastVisit)
        {
            dayBits[slot] = (byte)(dayBits[slot] << 1 & DaysKept);
            weekBits[weekly] = (byte)(weekBits[weekly] << 1 & WeeksKept);
            lastVisit = visit;
        }

        if (!isPeak)
            return;

        dayHeight[slot] = Blend(dayHeight[slot], dayBits[slot], count);
        weekHeight[weekly] = Blend(weekHeight[weekly], weekBits[weekly], count);
        dayBits[slot] |= 1;
        weekBits[weekly] |= 1;
    }

    public void Save(StateWriter state)
    {
        state.Add(dayBits);
        state.Add(weekBits);
        state.Add(dayHeight);
        state.Add(weekHeight);
        state.Add(lastVisit);
    }

    public void Load(ref StateReader state)
    {
        state.Fill(dayBits);
        state.Fill(weekBits);
        state.Fill(dayHeight);
        state.Fill(weekHeight);
        lastVisit = state.Long();
    }

    /// <summary>The higher of the two for the most part: the next run may well be as high as the highest.</summary>
    private static Half Blend(Half height, byte bits, double count)
    {
        var now = Math.Log(1 + count);
        var before = bits == 0 ? now : (double)height;
        return (Half)(0.7 * Math.Max(now, before) + 0.3 * Math.Min(now, before));
    }

    private static int Wrap(int slot, int slots) => (slot + slots) % slots;
}
