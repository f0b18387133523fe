using System.Globalization;

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
        var scale = Math.Max(1, bucketsInCurrent) / (double)Math.Max(1, comparableBuckets.Count);
        var usual = comparableBuckets.SelectMany(bucket => bucket).ToList();
        var tallies = All.ToDictionary(
            dimension => dimension,
            dimension => new Tally(dimension, current, usual, scale)
        );

        var dimensions = All.Select(dimension => DimensionOf(tallies[dimension], current, comparableBuckets, top))
            .ToList();
        var count = current.Sum(flow => flow.Count);
        var typical = usual.Sum(flow => flow.Count) * scale;
        return new(
            count,
            typical,
            Math.Max(0, count - typical),
            HeadlineOf(dimensions),
            dimensions,
            Shapes.Of(current, usual, tallies, count / Math.Max(typical, 1)),
            comparableBuckets.Count
        );
    }

    /// <summary>A flow's value, as contributors are named; <see cref="Absent"/> where it has none.</summary>
    public static string ValueOf(FlowRow flow, Dimension dimension)
    {
        ArgumentNullException.ThrowIfNull(flow);
        return dimension switch
            {
                Dimension.Source => flow.Source?.ToString(),
                Dimension.SourceNetwork => flow.Source is { } source ? Networks.NetworkOf(source) : null,
                Dimension.Destination => flow.Destination?.ToString(),
                Dimension.Port => flow.DestinationPort?.ToString(CultureInfo.InvariantCulture) ?? flow.Transport,
                Dimension.SourceCountry => flow.SourceCountry,
                Dimension.DestinationCountry => flow.DestinationCountry,
                Dimension.Firewall => flow.Firewall,
                Dimension.Rule => flow.Rule,
                _ => flow.SourceAs is { } number ? $"AS{number}" : null,
            } ?? Absent;
    }

    /// <summary>Entropy over its greatest possible value, so that 3 and 300 values compare; 0 for one value.</summary>
    internal static double NormalisedEntropy(IReadOnlyCollection<double> weights)
    {
        var sum = weights.Sum();
        if (weights.Count < 2 || sum <= 0)
            return 0;

        var entropy = 0.0;
        foreach (var weight in weights)
        {
            if (weight > 0)
                entropy -= weight / sum * Math.Log(weight / sum);
        }

        return Math.Clamp(entropy / Math.Log(weights.Count), 0, 1);
    }

    private static DimensionExcess DimensionOf(
        Tally tally,
        IReadOnlyList<FlowRow> current,
        IReadOnlyList<IReadOnlyList<FlowRow>> comparableBuckets,
        int top
    )
    {
        var sum = tally.Now.Sum(pair => Math.Max(0, pair.Value - tally.UsualOf(pair.Key)));
        var contributors = tally
            .Now.Select(pair =>
            {
                var own = tally.UsualOf(pair.Key);
                var excess = Math.Max(0, pair.Value - own);
                return new Contributor(
                    pair.Key,
                    (long)pair.Value,
                    own,
                    excess,
                    sum > 0 ? excess / sum : 0,
                    !tally.Usual.ContainsKey(pair.Key)
                );
            })
            .OrderByDescending(c => c.Excess)
            .ThenByDescending(c => c.Count)
            .ThenBy(c => c.Value, StringComparer.Ordinal)
            .Take(top)
            .ToList();

        var usualValues = 0.0;
        var usualEntropy = 0.0;
        foreach (var bucket in comparableBuckets)
        {
            var counts = Tally.CountsOf(bucket, tally.Dimension);
            usualValues += counts.Count;
            usualEntropy += NormalisedEntropy(counts.Values);
        }

        var buckets = Math.Max(1, comparableBuckets.Count);
        return new(
            tally.Dimension,
            contributors,
            tally.Now.Count,
            usualValues / buckets,
            current.Count == 0 ? 0 : NormalisedEntropy(tally.Now.Values),
            usualEntropy / buckets
        );
    }

    /// <summary>
    /// After Adtributor (Bhagwan et al., NSDI 2014): explanatory power of the top values over how many it takes, here the
    /// smallest number that explains two thirds. Narrow dimensions win ties, since they tell more.
    /// </summary>
    private static Dimension HeadlineOf(List<DimensionExcess> dimensions)
    {
        Dimension[] telling =
        [
            Dimension.Source,
            Dimension.Port,
            Dimension.Destination,
            Dimension.Rule,
            Dimension.SourceNetwork,
        ];
        var best = Dimension.Source;
        var bestWorth = 0.0;
        foreach (var dimension in telling)
        {
            var explained = 0.0;
            var used = 0;
            foreach (var contributor in dimensions.First(d => d.Dimension == dimension).Top)
            {
                if (explained >= 2.0 / 3)
                    break;
                if (contributor.Value != Absent)
                    explained += contributor.Share;
                used++;
            }

            var worth = explained / Math.Sqrt(Math.Max(1, used));
            if (worth > bestWorth + 0.05)
                (best, bestWorth) = (dimension, worth);
        }

        return best;
    }
}

/// <summary>Counts of one dimension's values, now and usually.</summary>
internal sealed class Tally
{
    private readonly double scale;

    public Tally(Dimension dimension, IReadOnlyList<FlowRow> current, IReadOnlyList<FlowRow> usual, double scale)
    {
        this.scale = scale;
        Dimension = dimension;
        Now = CountsOf(current, dimension);
        Usual = CountsOf(usual, dimension);
    }

    public Dimension Dimension { get; }
    public Dictionary<string, double> Now { get; }

    /// <summary>Over all comparable buckets together, not scaled.</summary>
    public Dictionary<string, double> Usual { get; }

    public double UsualOf(string value) => Usual.GetValueOrDefault(value) * scale;

    /// <summary>The part of a value's count that is more than its usual count and its usual wobble, 0 to 1.</summary>
    public double ExcessPartOf(string value)
    {
        var usual = UsualOf(value);
        var now = Now[value];
        return Math.Clamp((now - usual - Math.Sqrt(usual)) / now, 0, 1);
    }

    public static Dictionary<string, double> CountsOf(IReadOnlyList<FlowRow> flows, Dimension dimension)
    {
        var counts = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var flow in flows)
        {
            var value = Attribution.ValueOf(flow, dimension);
            counts[value] = counts.GetValueOrDefault(value) + flow.Count;
        }

        return counts;
    }
}
