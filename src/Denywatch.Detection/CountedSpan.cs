namespace Denywatch.Detection;

/// <summary>A closed bucket's count, before it is decided whether it is a count at all.</summary>
/// <param name="WasSeen">Any line of its sources came in, of whatever verdict.</param>
/// <param name="GapShare">Share of the bucket in which no node took events in, 0 to 1.</param>
/// <param name="Untaught">The part of the count that belongs to confirmed incidents: scored, and not learnt as normal.</param>
public readonly record struct CountedSpan(
    DateTimeOffset Start,
    long Count,
    bool WasSeen,
    double GapShare = 0,
    double Untaught = 0
)
{
    /// <summary>A person said that nothing is to be learnt from it; it is scored all the same.</summary>
    public bool IsExcluded { get; init; }

    /// <summary>A bucket without an event says nothing, and is no zero.</summary>
    public bool SkipsZero { get; init; }

    /// <summary>A gap longer than this share of the bucket makes a low count unsure.</summary>
    public const double MostGap = 0.05;

    /// <summary>
    /// The count, or null where the bucket is missing. Silence counts as zero only where a zero is to be expected: a busy
    /// source that says nothing at all is away, a sparse one is only sparse.
    /// </summary>
    public double? Judge(SeriesModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (SkipsZero && Count == 0)
            return null;
        if (WasSeen && GapShare <= MostGap)
            return Count;

        var forecast = model.Score(Start, actual: null);
        if (GapShare > MostGap && Count < forecast.Typical)
            return null;
        return WasSeen || forecast.Lower <= 0 ? Count : null;
    }

    /// <summary>Start of the aligned bucket that holds <paramref name="at"/>.</summary>
    public static DateTimeOffset StartOf(DateTimeOffset at, TimeSpan span) =>
        new(at.UtcTicks - (at.UtcTicks % span.Ticks), TimeSpan.Zero);

    /// <summary>What the model learns of <paramref name="actual"/>.</summary>
    public double? Taught(double? actual) => actual is { } count && !IsExcluded ? Math.Max(0, count - Untaught) : null;
}

/// <summary>A model's state before the bucket that starts at <paramref name="NextBucket"/>.</summary>
public sealed record ModelSnapshot(DateTimeOffset NextBucket, byte[] State);

/// <summary>What scoring a stretch of closed buckets gave; the model has learnt them.</summary>
/// <param name="Records">One for each bucket, in order of time.</param>
/// <param name="Snapshots">The model's state at each midnight UTC within.</param>
public sealed record ScoredSpans(IReadOnlyList<AnomalyRecord> Records, IReadOnlyList<ModelSnapshot> Snapshots);

/// <summary>Which counts are odd.</summary>
public enum Side
{
    High,
    Low,
}

/// <summary>Scores closed buckets: live, again for changed counts, and in a preview by the same steps.</summary>
public static class ClosedBuckets
{
    /// <param name="side">Which counts are odd: those above what is expected, or those below.</param>
    /// <param name="buckets">Without holes, in order of time, none before the model's next bucket.</param>
    public static ScoredSpans Score(
        SeriesModel model,
        IReadOnlyList<CountedSpan> buckets,
        TimeSpan span,
        Sensitivity rate,
        bool keepSnapshots = true,
        Side side = Side.High
    )
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(buckets);
        var records = new List<AnomalyRecord>(buckets.Count);
        List<ModelSnapshot> snapshots = [];
        foreach (var bucket in buckets)
        {
            var actual = bucket.Judge(model);
            records.Add(
                side == Side.Low ? model.ScoreLow(bucket.Start, actual, rate) : model.Score(bucket.Start, actual, rate)
            );
            model.Learn(bucket.Start, bucket.Taught(actual));
            var next = bucket.Start + span;
            if (keepSnapshots && next.TimeOfDay == TimeSpan.Zero)
                snapshots.Add(new(next, model.Save()));
        }
        return new(records, snapshots);
    }
}
