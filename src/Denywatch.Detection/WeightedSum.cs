namespace Denywatch.Detection;

/// <summary>Counts of the last buckets, older ones weighing less, beside what was expected of the same buckets.</summary>
/// <param name="Undrifted">What would be expected if the drift of the last day were over.</param>
internal readonly record struct WeightedSum(double Count, double Mean, double Variance, double Undrifted)
{
    public double Excess => Count - Mean;

    public WeightedSum Plus(in WeightedSum other) =>
        new(Count + other.Count, Mean + other.Mean, Variance + other.Variance, Undrifted + other.Undrifted);

    public WeightedSum Times(double weight) =>
        new(Count * weight, Mean * weight, Variance * weight * weight, Undrifted * weight);

    public double Deviations(double inflation) => Excess / Math.Sqrt(Variance * inflation + 1e-9);

    /// <summary>Natural logarithm of the chance of a sum at least this high; 0 where it is not even two deviations.</summary>
    /// <param name="inflation">Variance of such sums over the sum of their variances.</param>
    /// <param name="ignorance">Variance relative to the squared mean that is added while history is short.</param>
    public double LnChance(double inflation, double ignorance)
    {
        var variance = Variance * inflation + ignorance * Mean * Mean;
        if (Excess < 2 * Math.Sqrt(variance + 1e-9))
            return 0;

        var chance = new CountDistribution(Mean, variance).LnChanceOfAtLeast(Count);
        if (Undrifted < 1.02 * Mean)
            return chance;

        var scale = Undrifted / Mean;
        var back = new CountDistribution(Undrifted, variance * scale * scale).LnChanceOfAtLeast(Count);
        return Math.Max(chance, back + Prediction.LnOtherChance);
    }
}
