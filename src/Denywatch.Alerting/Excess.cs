using System.Text.Json.Serialization;

namespace Denywatch.Alerting;

/// <summary>The ways an excess is taken apart.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Dimension>))]
public enum Dimension
{
    Source,

    /// <summary>The source's /24, or /64.</summary>
    SourceNetwork,
    Destination,
    Port,
    SourceCountry,
    DestinationCountry,
    Firewall,
    Rule,
    SourceAs,
    DestinationAs,
}

/// <summary>One value's part in the excess.</summary>
/// <param name="Value">The value as shown; <see cref="Attribution.Absent"/> where flows have none.</param>
/// <param name="Typical">Its own mean count in comparable buckets.</param>
/// <param name="Excess">max(0, count - typical).</param>
/// <param name="Share">Its excess over the sum of all values' excess, 0 to 1.</param>
/// <param name="IsNew">It is in none of the comparable buckets.</param>
public sealed record Contributor(string Value, long Count, double Typical, double Excess, double Share, bool IsNew);

/// <summary>The excess by one dimension.</summary>
/// <param name="Top">The largest contributors, largest first.</param>
/// <param name="Values">Distinct values now.</param>
/// <param name="UsualValues">Mean of distinct values in a comparable bucket.</param>
/// <param name="Entropy">Normalised entropy of the counts, 0 (one value) to 1 (all alike).</param>
public sealed record DimensionExcess(
    Dimension Dimension,
    IReadOnlyList<Contributor> Top,
    int Values,
    double UsualValues,
    double Entropy,
    double UsualEntropy
)
{
    /// <summary>The basis of the shares: the sum of all values' excess. 0 on alerts from before it was kept.</summary>
    public double Sum { get; init; }
}

/// <summary>
/// The shape of the excess alone: each flow weighs its count times the chance that it is excess (<see cref="Mixture"/>). The
/// causes are judged by this. Its shares are for judging only: a person is shown those of contributors, which have another
/// basis.
/// </summary>
/// <param name="Weight">Denies in the excess by this weighing.</param>
/// <param name="TopSourceDestinations">Distinct destinations of the top source.</param>
/// <param name="TopSourceTopPortShare">Share of the top source's denies that go to its favourite port.</param>
/// <param name="TopPairPorts">Distinct ports between the top source and its favourite destination.</param>
/// <param name="TopTripleShare">Share of the heaviest (source, destination, port).</param>
/// <param name="AttemptsPerTriple">Mean denies of a (source, destination, port).</param>
/// <param name="TopSourceIsInternal">Private address, or seen on the way out of or within the estate.</param>
/// <param name="TopDestinationIsNew">The top destination is in none of the comparable buckets.</param>
/// <param name="MixSimilarity">How much of the excess lies on ports as usual traffic of the same way does, over what as many
/// denies would show if they were usual ones; 0 to 1: 1 is more of the same.</param>
/// <param name="Ratio">Count over typical.</param>
/// <param name="PairedShare">Share of events that have a twin within two seconds: a feed that comes twice.</param>
/// <param name="Regularity">Of the gaps of the heaviest triples, 0 to 1: 1 ticks like a clock.</param>
/// <param name="GapSeconds">Their median gap, or null with fewer than six events.</param>
public sealed record ExcessShape(
    double Weight,
    int Sources,
    int Destinations,
    int Ports,
    double SourceEntropy,
    double DestinationEntropy,
    double PortEntropy,
    string? TopSource,
    string? TopDestination,
    string? TopPort,
    string? TopRule,
    string? TopFirewall,
    double TopSourceShare,
    double TopDestinationShare,
    double TopPortShare,
    double TopFirewallShare,
    int TopSourceDestinations,
    int TopSourcePorts,
    double TopSourceTopPortShare,
    int TopPairPorts,
    double TopTripleShare,
    double AttemptsPerTriple,
    bool TopSourceIsInternal,
    bool TopDestinationIsNew,
    double InboundShare,
    double OutboundShare,
    double InternalShare,
    double DiscoveryShare,
    double LateralPortShare,
    double NewRuleShare,
    double NewSourceShare,
    double MixSimilarity,
    double Ratio,
    double PairedShare,
    double Regularity,
    double? GapSeconds
)
{
    // What was added later has defaults: the shape is frozen with alerts, and old ones must stay readable.

    /// <summary>As many sources of equal weight have the same entropy: what a few loud ones among many come to.</summary>
    public double EffectiveSources { get; init; }
    public double EffectiveDestinations { get; init; }
    public double EffectivePorts { get; init; }

    /// <summary>Denies that name a source, destination, port or rule, over all of the excess.</summary>
    public double SourceKnown { get; init; }
    public double DestinationKnown { get; init; }
    public double PortKnown { get; init; }
    public double RuleKnown { get; init; }

    /// <summary>The top destination's share of what is usual.</summary>
    public double UsualTopDestinationShare { get; init; }

    /// <summary>Share of the excess to destinations that are in none of the comparable buckets.</summary>
    public double NewDestinationShare { get; init; }

    /// <summary><see cref="PairedShare"/> of comparable buckets.</summary>
    public double UsualPairedShare { get; init; }

    /// <summary>Denies of a flow at the top firewall over what is usual there, each a geometric mean; 0 where nothing is usual.</summary>
    public double Repetition { get; init; }

    /// <summary>Denies a second at the top destination, from its first slice to its last.</summary>
    public double TopDestinationRate { get; init; }
}

/// <summary>
/// Who makes up the excess of a bucket or an episode: frozen on the alert as its evidence, so every part is plain data.
/// </summary>
/// <param name="Count">Denies now.</param>
/// <param name="Typical">Mean denies of the comparable buckets, for as many buckets as now.</param>
/// <param name="Total">max(0, count - typical).</param>
/// <param name="Headline">The dimension that explains most with the fewest values.</param>
/// <param name="ComparableBuckets">How many comparable buckets were at hand.</param>
public sealed record Excess(
    long Count,
    double Typical,
    double Total,
    Dimension Headline,
    IReadOnlyList<DimensionExcess> Dimensions,
    ExcessShape Shape,
    int ComparableBuckets
)
{
    /// <summary>Empty where the dimension was not taken apart: alerts keep the evidence of their day.</summary>
    public DimensionExcess By(Dimension dimension) =>
        Dimensions.FirstOrDefault(d => d.Dimension == dimension) ?? new(dimension, [], 0, 0, 0, 0);

    /// <summary>The value's share of the excess as contributors show it; 0 where it is not among them.</summary>
    public double ShareOf(Dimension dimension, string? value) =>
        By(dimension).Top.FirstOrDefault(c => c.Value == value)?.Share ?? 0;
}
