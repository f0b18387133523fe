namespace Denywatch.Detection;

/// <summary>What is expected of one bucket.</summary>
/// <param name="Variance">Variance of the count around the expected mean.</param>
/// <param name="NeighbourVariance">Variance of the count if it followed <see cref="Expectation.Neighbour"/>.</param>
/// <param name="Gap">Buckets between the last learnt one and this one.</param>
internal readonly record struct Prediction(
    SiteTime Time,
    Expectation Expected,
    double Variance,
    double NeighbourVariance,
    int Gap,
    bool IsLearning
)
{
    /// <summary>Chance that a bucket follows another explanation, such as a rhythm that comes half an hour early.</summary>
    public const double OtherChance = 0.02;

    public static readonly double LnOtherChance = Math.Log(OtherChance);

    public double Mean => Expected.Mean;

    public CountDistribution Distribution => new(Mean, Variance);

    /// <summary>Variance where a burst is expected: its height varies by a quarter.</summary>
    public double BurstVariance => Variance + 0.0625 * Expected.Burst * Expected.Burst;

    /// <summary>The count without the burst that may come now: a burst that stays away is not missed.</summary>
    public double WithoutBurst(double count) => count <= Mean ? count : Math.Max(Mean, count - Expected.Burst);
}

/// <summary>What the seasons expect of one bucket.</summary>
/// <param name="Season">Mean by the seasons alone.</param>
/// <param name="Mean">Mean with the drift of the last day.</param>
/// <param name="Neighbour">The highest mean within two slots, as if today were like the same day of other weeks.</param>
/// <param name="Burst">What a recurring burst may add to the mean; 0 where none is expected.</param>
/// <param name="Seen">How often this time of day was learnt.</param>
internal readonly record struct Expectation(
    double Season,
    double Mean,
    double Neighbour,
    double Burst,
    Opinions Opinions,
    ExpectedPattern Pattern,
    int Seen
);

/// <summary>The means that the four kinds of season expect.</summary>
internal readonly record struct Opinions(double Level, double Smooth, double Sharp, double Weekly)
{
    public const int Count = 4;

    public double this[int index] =>
        index switch
        {
            0 => Level,
            1 => Smooth,
            2 => Sharp,
            _ => Weekly,
        };
}
