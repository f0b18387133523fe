using Denywatch.Events;

namespace Denywatch.Alerting;

/// <summary>The tallies of all dimensions, filled.</summary>
internal sealed class Tallies(
    IReadOnlyList<FlowRow> current,
    IReadOnlyList<IReadOnlyList<FlowRow>> comparableBuckets,
    int bucketsInCurrent
)
{
    // Each by itself, so on all cores: with 100,000 flows a bucket this is what attribution waits for.
    private readonly Dictionary<Dimension, Tally> byDimension = Enum.GetValues<Dimension>()
        .AsParallel()
        .Select(dimension => Filled(dimension, current, comparableBuckets, bucketsInCurrent, null))
        .ToDictionary(tally => tally.Dimension);

    public Tally this[Dimension dimension] => byDimension[dimension];

    /// <summary>Ports of the traffic that goes one way: what it is made of, whoever sends it.</summary>
    public Tally MixOf(Direction way) =>
        Filled(Dimension.Port, current, comparableBuckets, bucketsInCurrent, flow => Networks.WayOf(flow) == way);

    private static Tally Filled(
        Dimension dimension,
        IReadOnlyList<FlowRow> current,
        IReadOnlyList<IReadOnlyList<FlowRow>> comparableBuckets,
        int bucketsInCurrent,
        Func<FlowRow, bool>? belongs
    )
    {
        var tally = Column.Of(dimension).Tally(dimension, bucketsInCurrent);
        foreach (var bucket in comparableBuckets)
        {
            tally.AddAll(bucket, belongs);
            tally.EndComparable();
        }

        tally.AddAll(current, belongs);
        tally.EndCurrent();
        return tally;
    }
}
