namespace Denywatch.Detection;

/// <summary>
/// Peaks over threshold for one channel.
/// </summary>
internal sealed class TailCalibration
{
    private static double P(string name, double value) =>
        double.Parse(Environment.GetEnvironmentVariable(name) ?? value.ToString());
    private const double Threshold = 4;
    private static readonly double CapExcess = P("CAPX", 2);
    private static readonly double PriorPeaks = P("PPEAKS", 8);
    private static readonly double PriorDays = P("PDAYS", 14);
    private static readonly double Most = P("MOST", 1.2);
    private static readonly double Least = P("LEAST", 0.7);
    private static readonly double MostRate = P("MOSTRATE", 6);
    private static readonly double LeastRate = P("LEASTRATE", 0.3);
    private const int ClusterGap = 16;

    private readonly double keep;
    private readonly double priorScale;
    private readonly double priorRate;

    private readonly double priorBuckets;
    private double buckets;
    private double peaks;
    private double excess;
    private double highest;
    private double quietFor;

    public TailCalibration(TimeSpan span, double priorRate, double priorScale)
    {
        this.priorRate = priorRate * Math.Exp(-Threshold);
        this.priorScale = priorScale;
        priorBuckets = TimeSpan.FromDays(PriorDays) / span;
        keep = Math.Pow(0.5, span / TimeSpan.FromDays(56));
    }

    private double Scale => Math.Clamp((excess + PriorPeaks * priorScale) / (peaks + PriorPeaks), Least * priorScale, Most * priorScale);

    private double Rate => Math.Clamp((peaks + priorRate * priorBuckets) / (buckets + priorBuckets), priorRate * LeastRate, priorRate * MostRate);

    public double Correct(double lnChance)
    {
        var at = -Math.Log(Rate);
        var u = -lnChance;
        return -(u <= Threshold ? at * u / Threshold : at + (u - Threshold) / Scale);
    }

    public void Learn(double lnChance)
    {
        buckets = buckets * keep + 1;
        peaks *= keep;
        excess *= keep;
        var over = -lnChance - Threshold;
        if (over > 0)
        {
            highest = Math.Max(highest, over);
            quietFor = 0;
        }
        else if (highest > 0 && ++quietFor >= ClusterGap)
        {
            peaks++;
            excess += Math.Min(highest, CapExcess * Scale);
            highest = 0;
        }
    }

    public void Save(StateWriter state) => state.Add((ReadOnlySpan<double>)[buckets, peaks, excess, highest, quietFor]);

    public void Load(ref StateReader state)
    {
        buckets = state.Double();
        peaks = state.Double();
        excess = state.Double();
        highest = state.Double();
        quietFor = state.Double();
    }
}
