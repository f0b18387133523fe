namespace Denywatch.Detection;

/// <summary>
/// The expected count: four opinions (level; time of day by weekday, smooth and sharp; time of week), averaged by how well
/// each foretold the last days, times a factor for the drift of the last day. Everything is learnt from counts that the
/// caller has already freed of spikes.
/// </summary>
internal sealed class Seasons
{
    public const int Opinions = 4;

    /// <summary>Shape is kept at a quarter of an hour or the bucket span, whichever is longer.</summary>
    private const int FinestSlotsPerDay = 96;

    private const double DayRate = 0.10;
    private const double WeekRate = 0.30;
    private const double Least = 1e-6;

    private readonly int slotsPerDay;
    private readonly TimeSpan span;
    private readonly double bucketsPerDay;
    private readonly TimeZoneInfo zone;
    private readonly float[] day;
    private readonly byte[] daySeen;
    private readonly float[] week;
    private readonly byte[] weekSeen;
    private readonly RecurringPeaks peaks;
    private readonly double[] weekdayCount = new double[7];
    private readonly double[] weekdayExpected = new double[7];
    private readonly double[] credit = new double[Opinions];

    private double level;
    private double levelWeight;
    private double recentCount;
    private double recentExpected;

    public Seasons(TimeSpan span, TimeZoneInfo zone)
    {
        this.zone = zone;
        bucketsPerDay = TimeSpan.FromDays(1) / span;
        slotsPerDay = (int)Math.Clamp(bucketsPerDay, 1, FinestSlotsPerDay);
        day = new float[slotsPerDay];
        daySeen = new byte[slotsPerDay];
        week = new float[slotsPerDay * 7];
        weekSeen = new byte[slotsPerDay * 7];
        peaks = new(span);
        this.span = span;
    }

    /// <summary>Learnt buckets within an hour of this time of day, at most <paramref name="enough"/>.</summary>
    public int Comparable(DateTimeOffset bucket, int enough)
    {
        var (slot, _) = SlotOf(bucket);
        var reach = Math.Max(0, slotsPerDay / 24);
        var seen = 0;
        for (var i = -reach; i <= reach && seen < enough; i++)
            seen += daySeen[Wrap(slot + i, slotsPerDay)];
        return Math.Min(seen, enough);
    }

    public Expectation Expect(DateTimeOffset bucket)
    {
        var (slot, weekday) = SlotOf(bucket);
        var weekSlot = weekday * slotsPerDay + slot;
        var weekdayFactor = WeekdayFactor(weekday);
        var daySeenHere = Math.Min(daySeen[slot], 1 / DayRate);
        var smooth = Shrink(Smooth(slot) * weekdayFactor, daySeenHere * 3, level);
        var sharp = Shrink(day[slot] * weekdayFactor, daySeenHere, smooth);
        var weekly = Shrink(week[weekSlot], Math.Min(weekSeen[weekSlot], 1 / WeekRate), smooth);

        // Counts of one usual bucket stand on both sides: a quiet series does not swing on a single deny.
        var steady = level * bucketsPerDay / 12 + 1;
        var drift = Math.Clamp((recentCount + steady) / (recentExpected + steady), 0.25, 4);

        Span<double> means = [level, smooth, sharp, weekly];
        var best = credit.Max();
        double sum = 0;
        double weights = 0;
        var favourite = 0;
        for (var i = 0; i < Opinions; i++)
        {
            var weight = Math.Exp(0.5 * (credit[i] - best));
            if (i == 3 && weekSeen[weekSlot] < 2)
                weight *= 0.3;
            sum += weight * means[i];
            weights += weight;
            if (credit[i] > credit[favourite])
                favourite = i;
        }

        var mean = Math.Max(sum / weights * drift, Least);
        var other = 0.0;
        for (var i = -2; i <= 2; i++)
            other = Math.Max(other, MeanOfSlot(slot + i, weekday));
        other = Math.Max(other, sum / weights) * Math.Max(1, drift);
        return new(
            Math.Max(other, mean),
            Math.Max(sum / weights, mean),
            Math.Max(sum / weights, Least),
            mean,
            Math.Max(0, peaks.ExpectedAt(NumberOf(bucket)) - mean),
            means[0],
            means[1],
            means[2],
            means[3],
            (ExpectedPattern)(favourite + 1),
            daySeen[slot]
        );
    }

    /// <summary>Teaches one bucket.</summary>
    /// <param name="count">The count, freed of spikes.</param>
    /// <param name="spread">Tells the variance of a count whose mean is given.</param>
    public void Learn(DateTimeOffset bucket, double count, in Expectation expected, Spread spread)
    {
        var (slot, weekday) = SlotOf(bucket);
        var weekSlot = weekday * slotsPerDay + slot;

        var keepCredit = Math.Pow(0.5, 1 / (3 * bucketsPerDay));
        for (var i = 0; i < Opinions; i++)
        {
            var mean = Math.Max(expected.OpinionAt(i), Least);
            var variance = spread.VarianceOf(mean) + 0.05;
            var error = count - mean;
            credit[i] =
                credit[i] * keepCredit - 0.5 * (Math.Min(error * error / variance, 12) + Math.Log(variance)) * 0.25;
        }

        var keepRecent = Math.Pow(0.5, 1 / bucketsPerDay);
        recentCount = recentCount * keepRecent + count;
        recentExpected = recentExpected * keepRecent + expected.Season;

        levelWeight = levelWeight * Math.Pow(0.5, 1 / (7 * bucketsPerDay)) + 1;
        level += (count - level) / levelWeight;

        var factor = WeekdayFactor(weekday);
        var dayRate = Math.Max(1.0 / (daySeen[slot] + 1), DayRate) * Math.Min(1, factor);
        if (daySeen[slot] == 0)
            day[slot] = (float)(count / factor);
        else
            day[slot] += (float)(dayRate * (count / factor - day[slot]));
        daySeen[slot] = (byte)Math.Min(daySeen[slot] + 1, 250);

        var keepWeekday = Math.Pow(0.5, 1 / (4 * bucketsPerDay));
        weekdayCount[weekday] = weekdayCount[weekday] * keepWeekday + count;
        weekdayExpected[weekday] = weekdayExpected[weekday] * keepWeekday + day[slot];

        var weekRate = Math.Max(1.0 / (weekSeen[weekSlot] + 1), WeekRate);
        week[weekSlot] =
            weekSeen[weekSlot] == 0 ? (float)count : week[weekSlot] + (float)(weekRate * (count - week[weekSlot]));
        weekSeen[weekSlot] = (byte)Math.Min(weekSeen[weekSlot] + 1, 250);
    }

    private double MeanOfSlot(int slot, int weekday)
    {
        if (slot < 0 || slot >= slotsPerDay)
        {
            weekday = Wrap(weekday + (slot < 0 ? -1 : 1), 7);
            slot = Wrap(slot, slotsPerDay);
        }
        var weekSlot = weekday * slotsPerDay + slot;
        var smooth = Shrink(Smooth(slot) * WeekdayFactor(weekday), Math.Min(daySeen[slot], 1 / DayRate) * 3, level);
        var sharp = Shrink(day[slot] * WeekdayFactor(weekday), Math.Min(daySeen[slot], 1 / DayRate), smooth);
        var weekly = Shrink(week[weekSlot], Math.Min(weekSeen[weekSlot], 1 / WeekRate), smooth);
        return Math.Max(sharp, weekly);
    }

    /// <summary>Remembers whether this bucket held a burst.</summary>
    public void LearnPeak(DateTimeOffset bucket, double count, bool isPeak)
    {
        peaks.Learn(NumberOf(bucket), count, isPeak);
    }

    /// <summary>Takes a lasting change of level over into every opinion.</summary>
    /// <param name="counted">Sum of the counts at the new level.</param>
    /// <param name="expected">Sum of what was expected of the same buckets.</param>
    /// <param name="buckets">How many buckets these were.</param>
    public void MoveTo(double counted, double expected, double buckets)
    {
        var newLevel = counted / buckets;
        var ratio = counted / Math.Max(expected, Least);
        if (ratio is > 0.05 and < 10)
        {
            for (var i = 0; i < day.Length; i++)
                day[i] *= (float)ratio;
            for (var i = 0; i < week.Length; i++)
                week[i] *= (float)ratio;
            for (var i = 0; i < 7; i++)
                (weekdayCount[i], weekdayExpected[i]) = (weekdayCount[i] * ratio, weekdayExpected[i] * ratio);
            level *= ratio;
        }
        else
        {
            // Nothing of the old shape says anything about a level so far away.
            Array.Fill(day, (float)newLevel);
            Array.Clear(weekSeen);
            Array.Clear(weekdayCount);
            Array.Clear(weekdayExpected);
            level = newLevel;
            levelWeight = 1;
        }

        (recentCount, recentExpected) = (0, 0);
    }

    public void Save(StateWriter state)
    {
        state.Add(day);
        state.Add(daySeen);
        state.Add(week);
        state.Add(weekSeen);
        peaks.Save(state);
        state.Add(weekdayCount);
        state.Add(weekdayExpected);
        state.Add(credit);
        state.Add(level);
        state.Add(levelWeight);
        state.Add(recentCount);
        state.Add(recentExpected);
    }

    public void Load(ref StateReader state)
    {
        state.Fill(day);
        state.Fill(daySeen);
        state.Fill(week);
        state.Fill(weekSeen);
        peaks.Load(ref state);
        state.Fill(weekdayCount);
        state.Fill(weekdayExpected);
        state.Fill(credit);
        level = state.Double();
        levelWeight = state.Double();
        recentCount = state.Double();
        recentExpected = state.Double();
    }

    /// <summary>A mean of few visits with few counts says little: what is known from more of them fills in.</summary>
    private double Shrink(double mean, double visits, double toward)
    {
        var trust = visits * level / (visits * level + 4);
        return Math.Max(trust * mean + (1 - trust) * toward, 0.02 * level);
    }

    private double Smooth(int slot)
    {
        double sum = 0;
        double weights = 0;
        for (var i = -2; i <= 2; i++)
        {
            var at = Wrap(slot + i, slotsPerDay);
            if (daySeen[at] == 0)
                continue;

            var weight = 3 - Math.Abs(i);
            sum += weight * day[at];
            weights += weight;
        }

        return weights > 0 ? sum / weights : level;
    }

    private double WeekdayFactor(int weekday)
    {
        var steady = level * bucketsPerDay / 4 + 1;
        return Math.Clamp((weekdayCount[weekday] + steady) / (weekdayExpected[weekday] + steady), 0.02, 20);
    }

    private (int Slot, int Weekday) SlotOf(DateTimeOffset bucket)
    {
        var local = TimeZoneInfo.ConvertTime(bucket, zone);
        return ((int)(local.TimeOfDay.TotalMinutes * slotsPerDay / 1440), (int)local.DayOfWeek);
    }

    private int NumberOf(DateTimeOffset bucket) =>
        (int)(TimeZoneInfo.ConvertTime(bucket, zone).DateTime.Ticks / span.Ticks);

    private static int Wrap(int slot, int slots) => ((slot % slots) + slots) % slots;
}

/// <summary>What the seasons expect of one bucket.</summary>
/// <param name="Season">Mean by the seasons alone.</param>
/// <param name="Mean">Mean with the drift of the last day.</param>
/// <param name="Burst">What a recurring burst may add to it; 0 where none is expected.</param>
/// <param name="Seen">How often this time of day was learnt.</param>
internal readonly record struct Expectation(
    double Other,
    double Undrifted,
    double Season,
    double Mean,
    double Burst,
    double Level,
    double Smooth,
    double Sharp,
    double Weekly,
    ExpectedPattern Pattern,
    int Seen
)
{
    public double OpinionAt(int index) =>
        index switch
        {
            0 => Level,
            1 => Smooth,
            2 => Sharp,
            _ => Weekly,
        };
}
