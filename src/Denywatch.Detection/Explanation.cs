namespace Denywatch.Detection;

/// <summary>Which part of the model set the expectation of a bucket.</summary>
public enum ExpectedPattern
{
    /// <summary>Nothing is known yet.</summary>
    Nothing,

    /// <summary>The same level round the clock.</summary>
    Level,

    /// <summary>The time of day, scaled by the day of the week.</summary>
    TimeOfDay,

    /// <summary>The time of day, sharp: something that runs daily at a fixed time.</summary>
    DailyRun,

    /// <summary>The time of the week.</summary>
    TimeOfWeek,
}

/// <summary>Why a bucket's score stayed below the line.</summary>
public enum BelowReason
{
    /// <summary>It did not stay below.</summary>
    None,
    Missing,
    Learning,

    /// <summary>At or below what is expected.</summary>
    AsExpected,

    /// <summary>Above what is expected, but quiet traffic shows this too often.</summary>
    NotRareEnough,

    /// <summary>Rare, but only a handful of denies above what is expected.</summary>
    TooFew,
}

/// <summary>A record's facts for a person: what was expected, how sure, by which pattern, and why below the line.</summary>
/// <param name="Factor">Actual over expected mean; null where missing or nothing is expected.</param>
/// <param name="Mean">Mean of the predictive distribution.</param>
/// <param name="Impact">What the score is made of.</param>
/// <param name="HorizonBuckets">Length of the look that is oddest: 1 for the bucket alone, else that of a sum which ends with it.</param>
/// <param name="ComparableBuckets">Learnt buckets within an hour of this time of day, up to <paramref name="ComparableNeeded"/>.</param>
/// <param name="CrossingCount">The smallest count that reaches the line, or null while learning.</param>
/// <param name="Sentence">One sentence a person could say aloud.</param>
public sealed record Explanation(
    AnomalyRecord Record,
    double Mean,
    double? Factor,
    ScoreImpact Impact,
    int HorizonBuckets,
    int ComparableBuckets,
    int ComparableNeeded,
    ExpectedPattern Pattern,
    BelowReason Below,
    long? CrossingCount,
    string Sentence
);

/// <summary>What a score is made of, in points of the record score.</summary>
/// <param name="SingleBucket">The score of the bucket alone.</param>
/// <param name="MultiBucket">The score of the oddest sum that ends with it.</param>
/// <param name="VariancePenalty">Points lost because this series strays by more than pure chance does.</param>
/// <param name="LearningPenalty">Points lost because history is still short.</param>
public readonly record struct ScoreImpact(
    double SingleBucket,
    double MultiBucket,
    double VariancePenalty,
    double LearningPenalty
);
