namespace Denywatch.Detection;

/// <summary>The predictive distribution of one bucket.</summary>
/// <param name="Gap">Buckets between the last learnt one and this one.</param>
internal readonly record struct Prediction(Expectation Expected, double Variance, int Gap, bool IsLearning)
{
    public double Mean => Expected.Mean;
    public ExpectedPattern Pattern => Expected.Pattern;
    public CountDistribution Distribution => new(Mean, Variance);

    /// <summary>Variance where a burst is expected: its height varies by a quarter.</summary>
    public double BurstVariance => Variance + 0.0625 * Expected.Burst * Expected.Burst;

    /// <summary>The count without the burst that may come now: a burst that stays away is not missed.</summary>
    public double WithoutBurst(double count) => count <= Mean ? count : Math.Max(Mean, count - Expected.Burst);
}
