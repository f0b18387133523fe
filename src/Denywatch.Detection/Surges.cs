namespace Denywatch.Detection;

/// <summary>
/// The last buckets, for modest rises that last.
/// </summary>
public static class Probe
{
    [ThreadStatic] public static double[]? Last;
}
internal sealed class Surges(TimeSpan span)
{
    private static double P(string name, double value) =>
        double.Parse(Environment.GetEnvironmentVariable(name) ?? value.ToString());
    private static readonly double SurgeDeviations = P("SURGE", 3.5);
    public static readonly double OtherChance = P("OTHER", 0.02);
    private static readonly double LnOther = Math.Log(P("OTHERSUM", 0.02));
    private static readonly double GoesOn = P("GOESON", 1);

    private static readonly int[] Lengths = [1, 4, 16, 48, (int)P("C1", 8), (int)P("C2", 24), (int)P("C3", 96)];
    private static readonly int[] Quiet = [0, 4, (int)P("Q2", 8), (int)P("Q3", 8), (int)P("QC1", 4), (int)P("QC2", 8), (int)P("QC3", 8)];
    public static readonly int Horizons = Lengths.Length;
    private const int FirstClipped = 4;
    private static readonly double[] Shares = [0.5, 0.1, P("S16", 0.05), P("S48", 0.05), P("SC", 0.1), P("SC", 0.1), P("SC", 0.1)];
    private static readonly double[] LnShares = Shares.Select(s => Math.Log(s)).ToArray();

    private readonly double keep = Math.Pow(0.5, span / TimeSpan.FromDays(P("INFDAYS", 14)));
    private readonly double[] inflation = [1, 1.5, 2.5, 4, P("I1", 1.5), P("I2", 2.5), P("I3", 5)];
    private double learnt;
    private double Ignorance => IgnoranceAtFirst * Math.Exp(-learnt * (span / TimeSpan.FromDays(IgnoranceDays)));
    private static readonly double IgnoranceAtFirst = P("IGN", 0.02);
    private static readonly double IgnoranceDays = P("IGNDAYS", 10);
    private static readonly double[] PriorRates = [0.45, 0.25, 0.09, 0.04, 0.09, 0.045, 0.015];
    private static readonly double[] PriorScales = [1.1, 1.15, 1.15, 1.3, P("T4", 0.5), P("T5", 0.7), P("T6", 0.8)];
    private readonly TailCalibration[] tails =
    [
        .. Enumerable.Range(0, Lengths.Length).Select(i => new TailCalibration(span, PriorRates[i], PriorScales[i])),
    ];

    public void LearnTails()
    {
        for (var horizon = 0; horizon < Horizons; horizon++)
            tails[horizon].Learn(Probe.Last![horizon]);
    }

    public static int LengthOf(int horizon) => Lengths[horizon];

    public (double LnChance, int Horizon, double Excess) Rarest(
        int gap,
        double count,
        double mean,
        double variance,
        double other,
        double otherVariance,
        double undrifted
    )
    {
        var distribution = new CountDistribution(mean, variance);
        var alone = distribution.LnChanceOfAtLeast(count);
        if (count > mean && other > mean)
            alone = Math.Max(
                alone,
                new CountDistribution(other, otherVariance).LnChanceOfAtLeast(count) + Math.Log(OtherChance)
            );
        var best = (LnChance: tails[0].Correct(alone) - LnShares[0], Horizon: 0, Excess: count - mean);
        Probe.Last ??= new double[Horizons];
        Probe.Last[0] = alone;
        var recent = 0.0;
        for (var horizon = 1; horizon < Horizons; horizon++)
        {
            var now = Of(horizon, count, mean, variance + OtherChance * (other - mean) * (other - mean), undrifted).Now;
            now = now.Plus(past[horizon].Times(Math.Pow(Keep[horizon], gap)));
            var raw = horizon >= 2 && recent < GoesOn ? 0 : now.LnChance(inflation[horizon], horizon >= 2 ? Ignorance : 0);
            if (horizon == 1)
                recent = now.Deviations(inflation[1]);
            Probe.Last[horizon] = raw;
            var chance = tails[horizon].Correct(raw) - LnShares[horizon];
            if (chance < best.LnChance)
                best = (chance, horizon, Math.Max(now.Count - now.Mean, count - mean));
        }

        return (Math.Min(0, best.LnChance), best.Horizon, best.Excess);
    }

    private (int Rows, Entry Now) Of(int horizon, double count, double mean, double variance, double other)
    {
        if (horizon < FirstClipped)
            return (0, new(count, mean, variance, other));
        var (ceiling, clippedMean, clippedVariance) = new CountDistribution(mean, variance).Clipped();
        return (1, new(Math.Min(count, ceiling), clippedMean, clippedVariance, clippedMean + (other - mean)));
    }

    private readonly Entry[] past = new Entry[16];
    private Entry quiet;
    private static readonly double[] Keep = Lengths.Select((n, i) => n < 2 ? 0 : 1 - P("LEN" + i, 2.0 / (n + 1))).ToArray();
    private static readonly double KeepQuiet = 1 - 2.0 / (P("QLEN", 8) + 1);

    public void Learn(double count, double freed, double mean, double variance, double other, double undrifted)
    {
        var apart = OtherChance * (other - mean) * (other - mean);
        for (var horizon = 1; horizon < Horizons; horizon++)
        {
            var now = Of(horizon, freed, mean, variance + apart, undrifted).Now.Plus(past[horizon]);
            var error = now.Count - now.Mean;
            var square = Math.Min(error * error / Math.Max(now.Variance, 1e-9), 9 * inflation[horizon]);
            inflation[horizon] = Math.Max(1, inflation[horizon] * keep + square * (1 - keep));
        }
        learnt++;
        for (var horizon = 1; horizon < Horizons; horizon++)
        {
            var now = Of(horizon, horizon < FirstClipped ? freed : count, mean, variance + apart, undrifted).Now.Plus(past[horizon]);
            past[horizon] = now.Times(Keep[horizon]);
        }
        quiet = Of(1, freed, mean, variance + apart, undrifted).Now.Plus(quiet);
        for (var horizon = 2; horizon < Horizons; horizon++)
            if (quiet.Deviations(inflation[1]) < 1 && past[horizon].Deviations(inflation[horizon]) > SurgeDeviations)
            {
                Clear();
                break;
            }
        quiet = quiet.Times(KeepQuiet);
    }

    public void Skip(long buckets)
    {
        for (var horizon = 1; horizon < Horizons; horizon++)
            past[horizon] = past[horizon].Times(Math.Pow(Keep[horizon], buckets));
        quiet = quiet.Times(Math.Pow(KeepQuiet, buckets));
    }

    public void Clear()
    {
        Array.Clear(past);
        quiet = default;
    }

    public void Save(StateWriter state)
    {
        state.Add(inflation);
    }

    public void Load(ref StateReader state)
    {
        state.Fill(inflation);
    }

    private readonly record struct Entry(double Count, double Mean, double Variance, double Other)
    {
        public double Deviations(double inflation) => (Count - Mean) / Math.Sqrt(Variance * inflation + 1e-9);

        public double LnChance(double inflation, double ignorance)
        {
            var variance = Variance * inflation + ignorance * Mean * Mean;
            var z = (Count - Mean) / Math.Sqrt(variance + 1e-9);
            if (z < 2)
                return 0;
            var chance = new CountDistribution(Mean, variance).LnChanceOfAtLeast(Count);
            if (Other < Mean * 1.02)
                return chance;
            var wider = variance * Other / Mean * Other / Mean;
            return Math.Max(chance, new CountDistribution(Other, wider).LnChanceOfAtLeast(Count) + LnOther);
        }

        public Entry Times(double w) => new(Count * w, Mean * w, Variance * w * w, Other * w);
        public Entry Plus(in Entry e) => new(Count + e.Count, Mean + e.Mean, Variance + e.Variance, Other + e.Other);
    }
}
