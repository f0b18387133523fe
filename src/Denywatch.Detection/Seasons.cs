namespace Denywatch.Detection;

/// <summary>
/// The expected count: four opinions (level; time of day by weekday, smooth and sharp; time of week), averaged by how well
/// each foretold the last days, times a factor for the drift of the last day. Everything is learnt from counts that the
/// caller has already freed of spikes.
/// </summary>
internal sealed class Seasons(SiteClock clock)
{
    private const double DayRate = 0.10;
    private const double WeekRate = 0.30;
    private const int EnoughWeeks = 3;

    /// <summary>Of credits, which are logarithms of odds: so far ahead an opinion is no better by chance.</summary>
    private const double CertainlyBetter = 10;
    private const double Least = 1e-6;

    /// <summary>A rhythm may come this many slots early or late.</summary>
    private const int Jitter = 2;

    private readonly int slots = clock.SlotsPerDay;
    private readonly double perDay = clock.BucketsPerDay;
    private readonly float[] day = new float[clock.SlotsPerDay];
    private readonly byte[] daySeen = new byte[clock.SlotsPerDay];

    /// <summary>Square roots: half precision then reaches four billion, at one part in a thousand.</summary>
    private readonly Half[] week = new Half[clock.SlotsPerDay * 7];
    private readonly byte[] weekSeen = new byte[clock.SlotsPerDay * 7];
    private readonly double[] weekdayCount = new double[7];
    private readonly double[] weekdayExpected = new double[7];
    private readonly double[] credit = new double[Opinions.Count];
    private readonly byte[] followed = [(byte)ExpectedPattern.Level];

    private double level;
    private double levelWeight;
    private double recentCount;
    private double recentExpected;

    private readonly double keepCredit = Math.Pow(0.5, 1 / (3 * clock.BucketsPerDay));
    private readonly double keepRecent = Math.Pow(0.5, 1 / clock.BucketsPerDay);
    private readonly double keepLevel = Math.Pow(0.5, 1 / (7 * clock.BucketsPerDay));
    private readonly double keepWeekday = Math.Pow(0.5, 1 / (4 * clock.BucketsPerDay));

    /// <summary>Learnt buckets within an hour of this time of day, at most <paramref name="enough"/>.</summary>
    public int Comparable(in SiteTime time, int enough)
    {
        var reach = slots / 24;
        var seen = 0;
        for (var i = -reach; i <= reach && seen < enough; i++)
            seen += daySeen[Wrap(time.Slot + i, slots)];
        return Math.Min(seen, enough);
    }

    public Expectation Expect(in SiteTime time)
    {
        var opinions = OpinionsOf(time);

        Span<double> weights = stackalloc double[Opinions.Count];
        double sum = 0;
        double total = 0;
        var best = Math.Max(Math.Max(credit[0], credit[1]), Math.Max(credit[2], credit[3]));
        var favourite = 0;
        for (var i = 0; i < Opinions.Count; i++)
        {
            var weight = Math.Exp(0.5 * (credit[i] - best));
            if (i == 3 && weekSeen[WeekSlot(time.Weekday, time.Slot)] < 2)
                weight *= 0.3;
            sum += weight * opinions[i];
            total += weight;
            if (credit[i] > credit[favourite])
                favourite = i;
        }

        var season = Math.Max(sum / total, Least);
        var drift = Drift;
        var mean = Math.Max(season * drift, Least);
        var neighbour = Math.Max(season, HighestBeside(time, opinions.Smooth)) * Math.Max(1, drift);
        return new(
            season,
            mean,
            Math.Max(neighbour, mean),
            Burst: 0,
            opinions,
            (ExpectedPattern)(favourite + 1),
            daySeen[time.Slot]
        );
    }

    /// <summary>
    /// The daily or weekly pattern that counts follow by now, where it is certainly better than the one that was noticed
    /// before; null while nothing is new. To be asked after each learnt bucket.
    /// </summary>
    public ExpectedPattern? Notice()
    {
        var daily = Math.Max(credit[1], credit[2]);
        var best =
            credit[3] > Math.Max(credit[0], daily) ? ExpectedPattern.TimeOfWeek
            : daily > credit[0] ? ExpectedPattern.TimeOfDay
            : ExpectedPattern.Level;
        double CreditOf(ExpectedPattern pattern) =>
            pattern switch
            {
                ExpectedPattern.TimeOfWeek => credit[3],
                ExpectedPattern.TimeOfDay => daily,
                _ => credit[0],
            };
        if (CreditOf(best) - CreditOf((ExpectedPattern)followed[0]) < CertainlyBetter)
            return null;

        followed[0] = (byte)best;
        return best == ExpectedPattern.Level ? null : best;
    }

    /// <summary>Teaches one bucket.</summary>
    /// <param name="count">The count, freed of spikes.</param>
    /// <param name="spread">Tells the variance of a count whose mean is given.</param>
    public void Learn(in SiteTime time, double count, in Expectation expected, Spread spread)
    {
        var (slot, weekday, _) = time;
        for (var i = 0; i < Opinions.Count; i++)
        {
            var mean = Math.Max(expected.Opinions[i], Least);
            var variance = spread.VarianceOf(mean) + 0.05;
            var error = count - mean;
            credit[i] = credit[i] * keepCredit - 0.125 * (Math.Min(error * error / variance, 12) + Math.Log(variance));
        }

        recentCount = recentCount * keepRecent + count;
        recentExpected = recentExpected * keepRecent + expected.Season;

        levelWeight = levelWeight * keepLevel + 1;
        level += (count - level) / levelWeight;

        var factor = WeekdayFactor(weekday);
        var dayRate = Math.Max(1.0 / (daySeen[slot] + 1), DayRate) * Math.Min(1, factor);
        if (daySeen[slot] == 0)
            day[slot] = (float)(count / factor);
        else
            day[slot] += (float)(dayRate * (count / factor - day[slot]));
        daySeen[slot] = (byte)Math.Min(daySeen[slot] + 1, byte.MaxValue);

        weekdayCount[weekday] = weekdayCount[weekday] * keepWeekday + count;
        weekdayExpected[weekday] = weekdayExpected[weekday] * keepWeekday + day[slot];

        var weekSlot = WeekSlot(weekday, slot);
        var weekRate = Math.Max(1.0 / (weekSeen[weekSlot] + 1), WeekRate);
        var before = WeekAt(weekSlot);
        week[weekSlot] = (Half)Math.Sqrt(before + weekRate * (count - before));
        weekSeen[weekSlot] = (byte)Math.Min(weekSeen[weekSlot] + 1, EnoughWeeks);
    }

    /// <summary>Takes a lasting change of level over into every opinion.</summary>
    /// <param name="counted">Sum of the counts at the new level.</param>
    /// <param name="expected">Sum of what was expected of the same buckets.</param>
    /// <param name="buckets">How many buckets these were.</param>
    public void MoveTo(double counted, double expected, double buckets)
    {
        var ratio = counted / Math.Max(expected, Least);
        if (ratio is > 0.05 and < 10)
        {
            Scale(ratio);
            return;
        }

        // Nothing of the old shape says anything about a level so far away.
        level = counted / buckets;
        levelWeight = 1;
        Array.Fill(day, (float)level);
        Array.Clear(weekSeen);
        Array.Clear(weekdayCount);
        Array.Clear(weekdayExpected);
        (recentCount, recentExpected) = (0, 0);
    }

    /// <summary>The same shape on another level.</summary>
    public void Scale(double ratio)
    {
        for (var i = 0; i < day.Length; i++)
            day[i] *= (float)ratio;
        for (var i = 0; i < week.Length; i++)
            week[i] = (Half)Math.Sqrt(WeekAt(i) * ratio);
        for (var i = 0; i < 7; i++)
            (weekdayCount[i], weekdayExpected[i]) = (weekdayCount[i] * ratio, weekdayExpected[i] * ratio);
        level *= ratio;
        (recentCount, recentExpected) = (0, 0);
    }

    public void Save(StateWriter state)
    {
        state.Add(day);
        state.Add(daySeen);
        state.Add(week);
        state.AddPacked(weekSeen);
        state.Add(weekdayCount);
        state.Add(weekdayExpected);
        state.Add(credit);
        state.Add(followed);
        state.Add([level, levelWeight, recentCount, recentExpected]);
    }

    public void Load(ref StateReader state)
    {
        state.Fill(day);
        state.Fill(daySeen);
        state.Fill(week);
        state.FillPacked(weekSeen);
        state.Fill(weekdayCount);
        state.Fill(weekdayExpected);
        state.Fill(credit);
        state.Fill(followed);
        level = state.Double();
        levelWeight = state.Double();
        recentCount = state.Double();
        recentExpected = state.Double();
    }

    /// <summary>Counts over expectation of about the last day; one usual hour or two stands on both sides against chance.</summary>
    private double Drift
    {
        get
        {
            var steady = level * perDay / 12 + 1;
            return Math.Clamp((recentCount + steady) / (recentExpected + steady), 0.25, 4);
        }
    }

    private Opinions OpinionsOf(in SiteTime time)
    {
        var factor = WeekdayFactor(time.Weekday);
        var visits = Math.Min(daySeen[time.Slot], 1 / DayRate);
        var smooth = Shrink(SmoothAt(time.Slot) * factor, visits * 3, level);
        return new(
            level,
            smooth,
            Shrink(day[time.Slot] * factor, visits, smooth),
            WeeklyAt(time.Weekday, time.Slot, smooth)
        );
    }

    private double HighestBeside(in SiteTime time, double smooth)
    {
        double highest = 0;
        for (var i = -Jitter; i <= Jitter; i++)
        {
            var slot = Wrap(time.Slot + i, slots);
            var weekday = Wrap(
                time.Weekday
                    + (
                        time.Slot + i < 0 ? -1
                        : time.Slot + i >= slots ? 1
                        : 0
                    ),
                7
            );
            var visits = Math.Min(daySeen[slot], 1 / DayRate);
            var sharp = Shrink(day[slot] * WeekdayFactor(weekday), visits, smooth);
            highest = Math.Max(highest, Math.Max(sharp, WeeklyAt(weekday, slot, smooth)));
        }
        return highest;
    }

    private double WeeklyAt(int weekday, int slot, double smooth)
    {
        var at = WeekSlot(weekday, slot);
        return Shrink(WeekAt(at), weekSeen[at], smooth);
    }

    private double WeekAt(int weekSlot) => (double)week[weekSlot] * (double)week[weekSlot];

    /// <summary>A mean of few visits with few counts says little: what is known from more of them fills in.</summary>
    private double Shrink(double mean, double visits, double toward)
    {
        var trust = visits * level / (visits * level + 4);
        return Math.Max(trust * mean + (1 - trust) * toward, 0.02 * level);
    }

    private double SmoothAt(int slot)
    {
        double sum = 0;
        double weights = 0;
        for (var i = -2; i <= 2; i++)
        {
            var at = Wrap(slot + i, slots);
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
        var steady = level * perDay / 4 + 1;
        return Math.Clamp((weekdayCount[weekday] + steady) / (weekdayExpected[weekday] + steady), 0.02, 20);
    }

    private int WeekSlot(int weekday, int slot) => weekday * slots + slot;

    private static int Wrap(int slot, int slots) => ((slot % slots) + slots) % slots;
}
