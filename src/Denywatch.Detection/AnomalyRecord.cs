namespace Denywatch.Detection;

/// <summary>The band of a record score; the bounds are those of Elastic's Anomaly Explorer: 3, 25, 50, 75.</summary>
public enum Band
{
    None,
    Warning,
    Minor,
    Major,
    Critical,
}

/// <summary>Record scores, 0 to 100, and their bands.</summary>
public static class RecordScore
{
    public const double Warning = 3;
    public const double Minor = 25;
    public const double Major = 50;
    public const double Critical = 75;

    public static Band BandOf(double score) =>
        score switch
        {
            >= Critical => Band.Critical,
            >= Major => Band.Major,
            >= Minor => Band.Minor,
            >= Warning => Band.Warning,
            _ => Band.None,
        };
}

/// <summary>The result for one series and bucket.</summary>
/// <param name="Bucket">Start of the half-open bucket, UTC.</param>
/// <param name="Actual">The count; null for a missing bucket, which is never a zero.</param>
/// <param name="Typical">Median of the predictive distribution, in counts per bucket.</param>
/// <param name="Lower">Lower bound of its central 95 % interval.</param>
/// <param name="Upper">Upper bound of its central 95 % interval.</param>
/// <param name="Probability">Chance that quiet traffic looks at least as odd, alone or with the buckets before it; 1 for a missing bucket.</param>
/// <param name="Score">Record score, 0 to 100.</param>
/// <param name="IsLearning">True while too little history exists for a score to mean anything; the score is then 0.</param>
public readonly record struct AnomalyRecord(
    DateTimeOffset Bucket,
    double? Actual,
    double Typical,
    double Lower,
    double Upper,
    double Probability,
    double Score,
    bool IsLearning
)
{
    public Band Band => RecordScore.BandOf(Score);

    /// <summary>Counts below what is expected are what its job looks for.</summary>
    public bool IsLow { get; init; }

    /// <summary>Actual minus typical, or the other way round where few are odd; 0 for a missing bucket.</summary>
    public double Excess =>
        Actual is not { } actual ? 0
        : IsLow ? Typical - actual
        : actual - Typical;
}

/// <summary>The smallest counts at which an open bucket reaches each band; frozen when the bucket opens.</summary>
public readonly record struct CrossingCounts(long Warning, long Minor, long Major, long Critical)
{
    /// <summary>The smallest count from <paramref name="from"/> on that reaches something all greater ones reach too.</summary>
    /// <param name="near">A count below which the answer hardly lies.</param>
    /// <returns><see cref="long.MaxValue"/> where no count reaches it.</returns>
    public static long Smallest(Func<long, bool> reaches, long from, long near)
    {
        ArgumentNullException.ThrowIfNull(reaches);
        if (reaches(from))
            return from;

        var below = from;
        var above = Math.Max(from, near) + 8;
        for (; !reaches(above); above *= 2)
        {
            if (above > long.MaxValue / 4)
                return long.MaxValue;
            below = above;
        }

        while (above - below > 1)
        {
            var middle = below + (above - below) / 2;
            if (reaches(middle))
                above = middle;
            else
                below = middle;
        }

        return above;
    }
}
