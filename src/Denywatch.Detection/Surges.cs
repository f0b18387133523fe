namespace Denywatch.Detection;

/// <summary>
/// The last 47 buckets, for modest rises that last: sums over 4, 16 and 48 buckets, each with a spread of its own, since
/// errors of neighbouring buckets are not independent. The sums forget a surge that is over: it must not go on alarming
/// for twelve hours.
/// </summary>
internal sealed class Surges(TimeSpan span)
{
    public const int Horizons = 4;
    private const int Kept = 47;
    public const double OtherChance = 0.02;
    private const double SurgeDeviations = 3.5;

    /// <summary>Share of the false-alarm rate that each horizon may spend: looking four times is corrected for.</summary>
    private static readonly double[] LnShares = [Math.Log(0.55), Math.Log(0.15), Math.Log(0.15), Math.Log(0.15)];

    private readonly double keep = Math.Pow(0.5, span / TimeSpan.FromDays(14));
    private readonly float[] counts = new float[Kept];
    private readonly float[] means = new float[Kept];
    private readonly float[] variances = new float[Kept];
    private readonly double[] inflation = [1, 1.5, 2.5, 4];
    private long next;

    public static int LengthOf(int horizon) =>
        horizon switch
        {
            0 => 1,
            1 => 4,
            2 => 16,
            _ => 48,
        };

    /// <summary>The rarest of the sums that end with this bucket: ln of its chance, corrected for four looks.</summary>
    /// <param name="gap">Buckets between the last learnt one and this one.</param>
    public (double LnChance, int Horizon) Rarest(
        int gap,
        double count,
        double mean,
        double variance,
        double other,
        double otherVariance
    )
    {
        var alone = new CountDistribution(mean, variance).LnChanceOfAtLeast(count);
        if (count > mean && other > mean)
            alone = Math.Max(
                alone,
                new CountDistribution(other, otherVariance).LnChanceOfAtLeast(count) + Math.Log(OtherChance)
            );
        var best = (LnChance: alone - LnShares[0], Horizon: 0);
        var sum = new Sum(count, mean, variance + OtherChance * (other - mean) * (other - mean));
        var back = 0;
        for (var horizon = 1; horizon < Horizons; horizon++)
        {
            for (; back < LengthOf(horizon) - 1 - gap && back < Kept; back++)
                sum = sum.Plus(counts[At(back)], means[At(back)], variances[At(back)]);

            var chance =
                new CountDistribution(sum.Mean, sum.Variance * inflation[horizon]).LnChanceOfAtLeast(sum.Count)
                - LnShares[horizon];
            if (chance < best.LnChance)
                best = (chance, horizon);
        }

        return (Math.Min(0, best.LnChance), best.Horizon);
    }

    public void Learn(double count, double mean, double variance)
    {
        var sum = new Sum(count, mean, variance);
        var back = 0;
        for (var horizon = 1; horizon < Horizons; horizon++)
        {
            for (; back < LengthOf(horizon) - 1; back++)
                sum = sum.Plus(counts[At(back)], means[At(back)], variances[At(back)]);

            var error = sum.Count - sum.Mean;
            var square = Math.Min(error * error / Math.Max(sum.Variance, 1e-9), 9 * inflation[horizon]);
            inflation[horizon] = Math.Max(1, inflation[horizon] * keep + square * (1 - keep));
        }

        Push(count, mean, variance);
        if (IsOver())
            Clear();
    }

    /// <summary>The long sums are far too high, and the last hour is not high at all.</summary>
    private bool IsOver()
    {
        var sum = default(Sum);
        var last = 0.0;
        for (var back = 0; back < Kept; back++)
        {
            sum = sum.Plus(counts[At(back)], means[At(back)], variances[At(back)]);
            if (back == LengthOf(1) - 1)
                last = sum.Deviations(inflation[1]);
            if (back == LengthOf(2) - 1 && sum.Deviations(inflation[2]) > SurgeDeviations && last < 1)
                return true;
        }

        return last < 1 && sum.Deviations(inflation[3]) > SurgeDeviations;
    }

    public void Skip(long buckets)
    {
        if (buckets >= Kept)
        {
            Clear();
            next = (next + buckets) % Kept;
            return;
        }

        for (var i = 0; i < buckets; i++)
            Push(0, 0, 0);
    }

    /// <summary>Forgets the sums: what lasted is the new level now.</summary>
    public void Clear()
    {
        Array.Clear(counts);
        Array.Clear(means);
        Array.Clear(variances);
    }

    public void Save(StateWriter state)
    {
        state.Add(counts);
        state.Add(means);
        state.Add(variances);
        state.Add(inflation);
        state.Add(next);
    }

    public void Load(ref StateReader state)
    {
        state.Fill(counts);
        state.Fill(means);
        state.Fill(variances);
        state.Fill(inflation);
        next = state.Long();
    }

    private int At(int back) => (int)((next - 1 - back + 10L * Kept) % Kept);

    private void Push(double count, double mean, double variance)
    {
        counts[next] = (float)count;
        means[next] = (float)mean;
        variances[next] = (float)variance;
        next = (next + 1) % Kept;
    }

    private readonly record struct Sum(double Count, double Mean, double Variance)
    {
        public double Deviations(double inflation) => (Count - Mean) / Math.Sqrt(Variance * inflation + 1e-9);

        public Sum Plus(double count, double mean, double variance) =>
            new(Count + count, Mean + mean, Variance + variance);
    }
}
