namespace Denywatch.Alerting;

/// <summary>Takes an excess apart: who makes it up, compared with the same buckets of other days.</summary>
public static class Attribution
{
    /// <summary>Stands for flows that lack the dimension: never blank.</summary>
    public const string Absent = "(none)";

    private static readonly Dimension[] All = Enum.GetValues<Dimension>();

    /// <param name="current">Flows of the bucket or episode.</param>
    /// <param name="comparableBuckets">Flows of buckets that are usually alike, such as the same time of day and week; an
    /// empty list is a bucket without denies, a missing bucket is left out.</param>
    /// <param name="bucketsInCurrent">How many buckets <paramref name="current"/> spans, at least 1.</param>
    /// <param name="top">Contributors kept for each dimension.</param>
    public static Excess Of(
        IReadOnlyList<FlowRow> current,
        IReadOnlyList<IReadOnlyList<FlowRow>> comparableBuckets,
        int bucketsInCurrent,
        int top = 10
    )
    {
        ArgumentNullException.ThrowIfNull(current);
        ArgumentNullException.ThrowIfNull(comparableBuckets);
        var span = Math.Max(1, bucketsInCurrent);
        var tallies = new Tallies(current, comparableBuckets, span);
        var count = current.Sum(flow => flow.Count);
        var typical =
            comparableBuckets.Sum(bucket => bucket.Sum(flow => (double)flow.Count))
            * span
            / Math.Max(1, comparableBuckets.Count);
        return new(
            count,
            typical,
            Math.Max(0, count - typical),
            Headlines.Of(tallies, count, typical),
            [.. All.Select(dimension => DimensionOf(tallies[dimension], top))],
            Shapes.Of(current, comparableBuckets, tallies, count / Math.Max(typical, 1)),
            comparableBuckets.Count
        );
    }

    /// <summary>A flow's value, as contributors are named; <see cref="Absent"/> where it has none.</summary>
    public static string ValueOf(FlowRow flow, Dimension dimension) => Column.Of(dimension).TextOf(flow);

    private static DimensionExcess DimensionOf(Tally tally, int top)
    {
        var parts = tally
            .Present.Select(number =>
                (Number: number, Excess: Math.Max(0, tally.NowOf(number) - tally.UsualOf(number)))
            )
            .ToList();
        var sum = parts.Sum(part => part.Excess);
        // Only those that may be shown become text: of 100,000 sources ten are.
        var line = parts.Count > top ? parts.Select(part => part.Excess).OrderDescending().ElementAt(top - 1) : 0;
        var contributors = parts
            .Where(part => part.Excess >= line)
            .Select(part => new Contributor(
                tally.TextOf(part.Number),
                (long)tally.NowOf(part.Number),
                tally.UsualOf(part.Number),
                part.Excess,
                sum > 0 ? part.Excess / sum : 0,
                tally.IsNew(part.Number)
            ))
            .OrderByDescending(c => c.Excess)
            .ThenByDescending(c => c.Count)
            .ThenBy(c => c.Value, StringComparer.Ordinal)
            .Take(top)
            .ToList();
        return new(
            tally.Dimension,
            contributors,
            tally.Present.Count,
            tally.UsualDistinct,
            tally.Entropy,
            tally.UsualEntropy
        )
        {
            Sum = sum,
        };
    }
}
