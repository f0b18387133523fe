namespace Denywatch.Detection;

/// <summary>
/// Corrects the tail by the series' own past, peaks over threshold: if the model were right, the excess of -ln p over a
/// threshold would be exponential with mean 1. Where the past shows longer tails, rare is made less rare. One excess per
/// cluster counts, each is capped and so is the correction: else incidents would make the detector deaf.
/// </summary>
internal sealed class TailCalibration(TimeSpan span)
{
    private const double Threshold = 4.5;
    private const double LongestExcess = 8;
    private const double MostStretch = 1.5;
    private const double PriorPeaks = 6;
    private const int ClusterGap = 12;

    private readonly double keep = Math.Pow(0.5, span / TimeSpan.FromDays(56));

    private double peaks;
    private double excess;
    private double highest;
    private double quietFor;

    private double Stretch => Math.Clamp((excess + PriorPeaks) / (peaks + PriorPeaks), 1, MostStretch);

    public double Correct(double lnChance) =>
        -lnChance <= Threshold ? lnChance : -(Threshold + (-lnChance - Threshold) / Stretch);

    public void Learn(double lnChance)
    {
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
            excess += Math.Min(highest, LongestExcess);
            highest = 0;
        }
    }

    public void Save(StateWriter state) => state.Add((ReadOnlySpan<double>)[peaks, excess, highest, quietFor]);

    public void Load(ref StateReader state)
    {
        peaks = state.Double();
        excess = state.Double();
        highest = state.Double();
        quietFor = state.Double();
    }
}
