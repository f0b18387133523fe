namespace Denywatch.Detection;

/// <summary>
/// How odd a bucket is, looked at in seven ways: alone, and together with the buckets before it in six sums that forget at
/// different speeds. Three sums take counts as they are, for floods and pulses; three take each count only up to one and a
/// half deviations above its mean, where one burst weighs little and many modest rises weigh much. Each way has a tail
/// calibrated on the series' own past, and a share of the false-alarm rate.
/// </summary>
internal sealed class Evidence
{
    /// <summary>The sums must still be rising: at the end of a surge they are high for long.</summary>
    private const double GoesOn = 0.5;
    private const double OverAt = 3.5;
    private const double OutOfAllProportion = -30;

    /// <summary>Nobody knows how far sums stray in a day before having seen some days.</summary>
    private const double IgnoranceAtFirst = 0.02;
    private const double IgnoranceDays = 10;
    private const double KeepRecent = 1 - 2.0 / (4 + 1);

    /// <summary>
    /// Shares add up to 1. The priors are what quiet series of all kinds showed: alarms of a sum come in clusters and its
    /// tail is lighter than the formula's, the more so where counts are clipped. See docs/detection.md.
    /// </summary>
    private static readonly Way[] Ways =
    [
        new(1, IsClipped: false, Share: 0.50, Inflation: 1, PeakRate: 0.45, TailScale: 1.1),
        new(4, IsClipped: false, Share: 0.10, Inflation: 1.5, PeakRate: 0.25, TailScale: 1.2),
        new(16, IsClipped: false, Share: 0.05, Inflation: 2.5, PeakRate: 0.09, TailScale: 1.15),
        new(48, IsClipped: false, Share: 0.05, Inflation: 4, PeakRate: 0.04, TailScale: 1.3),
        new(12, IsClipped: true, Share: 0.10, Inflation: 1.5, PeakRate: 0.09, TailScale: 0.57),
        new(48, IsClipped: true, Share: 0.10, Inflation: 2, PeakRate: 0.045, TailScale: 0.72),
        new(192, IsClipped: true, Share: 0.10, Inflation: 3.5, PeakRate: 0.015, TailScale: 0.85),
    ];

    public static readonly int WayCount = Ways.Length;

    private readonly WeightedSum[] past = new WeightedSum[WayCount];
    private readonly double[] inflation = [.. Ways.Select(way => way.Inflation)];
    private readonly TailCalibration[] tails;
    private readonly double keepInflation;
    private readonly double learntPerDay;
    private WeightedSum recent;
    private double learnt;

    public Evidence(TimeSpan span)
    {
        tails = [.. Ways.Select(way => new TailCalibration(span, way.PeakRate, way.TailScale))];
        keepInflation = Math.Pow(0.5, span / TimeSpan.FromDays(14));
        learntPerDay = TimeSpan.FromDays(1) / span;
    }

    /// <summary>The length of a way in buckets: that of a plain sum which forgets as fast.</summary>
    public static int LengthOf(int way) => Ways[way].Buckets;

    /// <summary>The oddest of the seven looks at a bucket.</summary>
    public Finding Weigh(in Prediction prediction, double count)
    {
        Span<double> chances = stackalloc double[WayCount];
        Span<double> excesses = stackalloc double[WayCount];
        Look(prediction, count, chances, excesses);

        var alone = Math.Min(0, tails[0].Correct(chances[0]) - Ways[0].LnShare);

        // The most of all looks, whichever is oddest: so that one more deny never takes the excess below the floor.
        var excess = excesses[0];
        for (var way = 1; way < WayCount; way++)
            excess = Math.Max(excess, chances[way] < 0 ? excesses[way] : 0);
        var oddest = new Finding(alone, 0, excess, alone, 0);
        for (var way = 1; way < WayCount; way++)
        {
            var together = tails[way].Correct(chances[way]) - Ways[way].LnShare;
            if (together < oddest.LnTogether)
                oddest = oddest with { LnTogether = together };
            if (together >= oddest.LnChance)
                continue;

            // A bucket that is out of all proportion alone is not explained by its neighbours.
            var named = alone < OutOfAllProportion ? 0 : way;
            oddest = oddest with { LnChance = together, Way = named };
        }
        return oddest;
    }

    /// <summary>Teaches the tails how odd this bucket looked.</summary>
    public void LearnTails(in Prediction prediction, double count)
    {
        Span<double> chances = stackalloc double[WayCount];
        Span<double> excesses = stackalloc double[WayCount];
        Look(prediction, count, chances, excesses);
        for (var way = 0; way < WayCount; way++)
            tails[way].Learn(chances[way]);
    }

    /// <summary>Adds a bucket to the sums.</summary>
    /// <param name="freed">The count, freed of spikes.</param>
    public void Learn(in Prediction prediction, double freed)
    {
        var (plain, clipped) = SumsOf(prediction, freed);
        learnt++;
        for (var way = 1; way < WayCount; way++)
        {
            var now = (Ways[way].IsClipped ? clipped : plain).Plus(past[way]);
            var square = Math.Min(now.Excess * now.Excess / Math.Max(now.Variance, 1e-9), 9 * inflation[way]);
            inflation[way] = Math.Max(1, inflation[way] * keepInflation + square * (1 - keepInflation));
            past[way] = now.Times(Ways[way].Keep);
        }

        recent = recent.Plus(plain);
        if (IsOver())
            Clear();
        recent = recent.Times(KeepRecent);
    }

    /// <summary>Buckets without a count: the sums only fade.</summary>
    public void Skip(long buckets)
    {
        // Each fades by itself, so that one call for a week is the same to the last bit as a week of calls.
        for (; buckets > 0 && !IsFaded(); buckets--)
        {
            for (var way = 1; way < WayCount; way++)
                past[way] = Faded(past[way], Ways[way].Keep);
            recent = Faded(recent, KeepRecent);
        }
    }

    /// <summary>Forgets the sums: what lasted is the new level now.</summary>
    public void Clear()
    {
        Array.Clear(past);
        recent = default;
    }

    public void Save(StateWriter state)
    {
        foreach (var (count, mean, variance, undrifted) in (ReadOnlySpan<WeightedSum>)[.. past.AsSpan(1), recent])
            state.Add([count, mean, variance, undrifted]);
        state.Add(inflation);
        state.Add([learnt]);
        foreach (var tail in tails)
            tail.Save(state);
    }

    public void Load(ref StateReader state)
    {
        for (var way = 1; way < WayCount; way++)
            past[way] = new(state.Double(), state.Double(), state.Double(), state.Double());
        recent = new(state.Double(), state.Double(), state.Double(), state.Double());
        state.Fill(inflation);
        learnt = state.Double();
        foreach (var tail in tails)
            tail.Load(ref state);
    }

    private void Look(in Prediction prediction, double count, Span<double> chances, Span<double> excesses)
    {
        chances[0] = LnChanceAlone(prediction, count);
        excesses[0] = count - prediction.Mean;

        var (plain, clipped) = SumsOf(prediction, count);
        var ignorance = IgnoranceAtFirst * Math.Exp(-learnt / (learntPerDay * IgnoranceDays));
        var goesOn = false;
        for (var way = 1; way < WayCount; way++)
        {
            var before = past[way];
            for (var missing = Math.Min(prediction.Gap, 8 * Ways[way].Buckets); missing > 0; missing--)
                before = before.Times(Ways[way].Keep);
            var now = (Ways[way].IsClipped ? clipped : plain).Plus(before);
            if (way == 1)
                goesOn = now.Deviations(inflation[1]) >= GoesOn;
            chances[way] = way == 1 || goesOn ? now.LnChance(inflation[way], way == 1 ? 0 : ignorance) : 0;
            excesses[way] = now.Excess;
        }
    }

    /// <summary>The bucket alone: by its own expectation or, with a small chance, by that of its neighbours in time.</summary>
    private static double LnChanceAlone(in Prediction prediction, double count)
    {
        var chance = new CountDistribution(prediction.Mean, prediction.BurstVariance).LnChanceOfAtLeast(count);
        var neighbour = prediction.Expected.Neighbour;
        if (count <= prediction.Mean || neighbour <= prediction.Mean)
            return chance;

        var beside = new CountDistribution(neighbour, prediction.NeighbourVariance).LnChanceOfAtLeast(count);
        return Math.Max(chance, beside + Prediction.LnOtherChance);
    }

    private static (WeightedSum Plain, WeightedSum Clipped) SumsOf(in Prediction prediction, double count)
    {
        var mean = prediction.Mean;
        var undrifted = Math.Max(mean, prediction.Expected.Season);
        var apart = prediction.Expected.Neighbour - mean;
        var unsure = Prediction.OtherChance * apart * apart;

        // Where a burst is expected, a high count says nothing of modest rises.
        var modest = prediction.Expected.Burst > 0 ? Math.Min(count, mean) : count;
        var (ceiling, clippedMean, clippedVariance) = new CountDistribution(
            mean,
            prediction.Variance + unsure
        ).Clipped();
        return (
            new(count, mean, prediction.BurstVariance + unsure, undrifted),
            new(Math.Min(modest, ceiling), clippedMean, clippedVariance, clippedMean + undrifted - mean)
        );
    }

    /// <summary>A long sum is far too high, and the last hours are not high at all: the surge is over.</summary>
    private bool IsOver()
    {
        if (recent.Deviations(inflation[1]) >= 1)
            return false;
        for (var way = 2; way < WayCount; way++)
        {
            if (past[way].Deviations(inflation[way]) > OverAt)
                return true;
        }
        return false;
    }

    private bool IsFaded() => recent == default && past.AsSpan(1).IndexOfAnyExcept(default(WeightedSum)) < 0;

    private static WeightedSum Faded(in WeightedSum sum, double keep) => sum.Mean < 1e-12 ? default : sum.Times(keep);

    /// <param name="Buckets">Length of a plain sum that forgets as fast; 1 for the bucket alone.</param>
    /// <param name="Share">Share of the false-alarm rate that this way may spend: looking often is corrected for.</param>
    /// <param name="Inflation">Prior of the variance of such sums over the sum of variances: errors are not independent.</param>
    /// <param name="PeakRate">Prior of <see cref="TailCalibration"/>.</param>
    /// <param name="TailScale">Prior of <see cref="TailCalibration"/>.</param>
    private sealed record Way(
        int Buckets,
        bool IsClipped,
        double Share,
        double Inflation,
        double PeakRate,
        double TailScale
    )
    {
        public double Keep { get; } = 1 - 2.0 / (Buckets + 1);
        public double LnShare { get; } = Math.Log(Share);
    }
}

/// <summary>The oddest look at a bucket.</summary>
/// <param name="LnChance">Natural logarithm of its chance, calibrated and corrected for looking in several ways.</param>
/// <param name="Way">Index of the way; 0 for the bucket alone.</param>
/// <param name="Excess">Denies above what is expected: of the bucket or of an odd sum, whichever is most.</param>
/// <param name="LnAlone">The same for the bucket alone.</param>
/// <param name="LnTogether">The same for the oddest sum.</param>
internal readonly record struct Finding(double LnChance, int Way, double Excess, double LnAlone, double LnTogether);
