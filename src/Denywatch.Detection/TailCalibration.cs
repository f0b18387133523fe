namespace Denywatch.Detection;

/// <summary>
/// Corrects a tail by the series' own past, by peaks over threshold (as SPOT does; Siffer et al., 2017, with an exponential
/// tail): how often clusters of odd buckets come, and how far their peaks reach above the threshold on the scale -ln p. If
/// the model were right and buckets independent, the rate would be e^-threshold and the mean excess 1. Each excess is capped
/// and so are both corrections: without the cap a few incidents make the detector deaf.
/// </summary>
internal sealed class TailCalibration
{
    private const double Threshold = 4;
    private const double LongestExcess = 2;

    /// <summary>What capping at twice the mean leaves of the mean of an exponential excess: 1 - e^-2.</summary>
    private const double KeptOfExcess = 0.8647;
    private const double PriorPeaks = 8;
    private const double LeastScale = 0.75;
    private const double MostScale = 1.2;
    private const double LeastRate = 0.3;
    private const double MostRate = 6;
    private const int ClusterGap = 16;
    private static readonly TimeSpan PriorTime = TimeSpan.FromDays(14);
    private static readonly TimeSpan HalfLife = TimeSpan.FromDays(56);

    private readonly double keep;
    private readonly double priorScale;
    private readonly double priorRate;
    private readonly double priorBuckets;

    private double buckets;
    private double peaks;
    private double excess;
    private double highest;
    private double quietFor;

    /// <param name="peakRate">Clusters beyond the threshold over those that independent buckets would have, as a prior.</param>
    /// <param name="scale">Mean excess over the threshold, as a prior.</param>
    public TailCalibration(TimeSpan span, double peakRate, double scale)
    {
        priorRate = peakRate * Math.Exp(-Threshold);
        priorScale = scale;
        priorBuckets = PriorTime / span;
        keep = Math.Pow(0.5, span / HalfLife);
    }

    private double Scale =>
        Math.Clamp(
            (excess + PriorPeaks * priorScale) / (peaks + PriorPeaks),
            LeastScale * priorScale,
            MostScale * priorScale
        );

    private double Rate =>
        Math.Clamp(
            (peaks + priorRate * priorBuckets) / (buckets + priorBuckets),
            LeastRate * priorRate,
            MostRate * priorRate
        );

    /// <summary>The corrected logarithm of a chance: as rare as it really is, in clusters for each bucket.</summary>
    public double Correct(double lnChance)
    {
        if (lnChance == 0)
            return 0;

        var atThreshold = Math.Log(Rate);
        var beyond = -lnChance - Threshold;
        return beyond <= 0 ? atThreshold * -lnChance / Threshold : atThreshold - beyond / Scale;
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
            excess += Math.Min(highest, LongestExcess * Scale) / KeptOfExcess;
            highest = 0;
        }
    }

    public void Save(StateWriter state) => state.Add([buckets, peaks, excess, highest, quietFor]);

    public void Load(ref StateReader state)
    {
        buckets = state.Double();
        peaks = state.Double();
        excess = state.Double();
        highest = state.Double();
        quietFor = state.Double();
    }
}
