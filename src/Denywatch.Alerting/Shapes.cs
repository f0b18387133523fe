using Denywatch.Events;

namespace Denywatch.Alerting;

/// <summary>Measures the shape of the excess alone.</summary>
internal static class Shapes
{
    /// <summary>A flow with less of it in the excess is left out of the shape.</summary>
    private const double LeastPart = 0.01;

    private const int TopTriples = 3;

    public static ExcessShape Of(
        IReadOnlyList<FlowRow> current,
        IReadOnlyList<IReadOnlyList<FlowRow>> comparableBuckets,
        Tallies tallies,
        double ratio
    )
    {
        var parts = Mixture.ExcessParts(current, tallies);
        var flows = Weigh(current, parts, tallies);
        var weight = flows.Sum(f => f.Weight);
        var (source, destination) = (tallies[Dimension.Source], tallies[Dimension.Destination]);
        var (port, rule) = (tallies[Dimension.Port], tallies[Dimension.Rule]);
        var firewall = tallies[Dimension.Firewall];

        var sources = Group(flows.Where(f => f.Flow.Source is not null), f => f.Source);
        var destinations = Group(flows.Where(f => f.Flow.Destination is not null), f => f.Destination);
        var ports = Group(flows.Where(HasPort), f => f.Port);
        var rules = Group(flows.Where(f => f.Flow.Rule is not null), f => f.Rule);
        var firewalls = Group(flows, f => f.Firewall);
        var triples = Group(flows, f => (f.Source, f.Destination, f.Port));

        var topSource = Top(sources);
        var topDestination = Top(destinations);
        var ofTopSource = flows.Where(f => f.Flow.Source is not null && f.Source == topSource?.Key).ToList();
        var itsDestinations = Group(ofTopSource, f => f.Destination);
        var itsPorts = Group(ofTopSource, f => f.Port);
        var favourite = Top(itsDestinations)?.Key;
        var (regularity, gap) = BeatOf(flows, triples);
        var way = Top(Group(flows, f => f.Way))?.Key ?? Direction.Unknown;

        double ShareOf(Func<Weighed, bool> belongs) => Part(flows.Where(belongs).Sum(f => f.Weight), weight);

        return new(
            weight,
            Counted(sources),
            Counted(destinations),
            Counted(ports),
            Entropies.Normalised(sources.Values),
            Entropies.Normalised(destinations.Values),
            Entropies.Normalised(ports.Values),
            TextOf(topSource, source),
            TextOf(topDestination, destination),
            TextOf(Top(ports), port),
            TextOf(Top(rules), rule),
            TextOf(Top(firewalls), firewall),
            Part(topSource?.Value, weight),
            Part(topDestination?.Value, weight),
            Part(Top(ports)?.Value, weight),
            Part(Top(firewalls)?.Value, weight),
            Counted(itsDestinations),
            Counted(itsPorts),
            Part(Top(itsPorts)?.Value, topSource?.Value ?? 0),
            Counted(Group(ofTopSource.Where(f => f.Destination == favourite), f => f.Port)),
            Part(Top(triples)?.Value, weight),
            Part(weight, Counted(triples)),
            ofTopSource.Exists(f =>
                f.Way is Direction.Outbound or Direction.Internal || Networks.IsInternal(f.Flow.Source!)
            ),
            topDestination is { } top && destination.IsNew(top.Key),
            ShareOf(f => f.Way is Direction.Inbound or Direction.External),
            ShareOf(f => f.Way == Direction.Outbound),
            ShareOf(f => f.Way == Direction.Internal),
            ShareOf(f => Networks.IsDiscovery(f.Flow, f.Way)),
            ShareOf(f => Networks.IsLateralPort(f.Flow)),
            ShareOf(f => f.Flow.Rule is not null && rule.IsNew(f.Rule)),
            ShareOf(f => f.Flow.Source is not null && source.IsNew(f.Source)),
            Mixes.Similarity(tallies, way, Counted(triples)),
            ratio,
            Rhythms.Twins(current, parts),
            regularity,
            gap
        )
        {
            EffectiveSources = Entropies.Effective(sources.Values),
            EffectiveDestinations = Entropies.Effective(destinations.Values),
            EffectivePorts = Entropies.Effective(ports.Values),
            SourceKnown = ShareOf(f => f.Flow.Source is not null),
            DestinationKnown = ShareOf(f => f.Flow.Destination is not null),
            PortKnown = ShareOf(HasPort),
            RuleKnown = ShareOf(f => f.Flow.Rule is not null),
            UsualTopDestinationShare = topDestination is { } key ? destination.UsualShareOf(key.Key) : 0,
            NewDestinationShare = ShareOf(f => f.Flow.Destination is not null && destination.IsNew(f.Destination)),
            UsualPairedShare = Rhythms.UsualTwins(comparableBuckets),
            Repetition = Mixes.Repetition(current, comparableBuckets, TextOf(Top(firewalls), firewall)),
            TopDestinationRate = RateOf(flows.Where(f => f.Destination == topDestination?.Key).ToList()),
        };
    }

    private static bool HasPort(Weighed f) => f.Flow.DestinationPort is not null || f.Flow.Transport is not null;

    private static List<Weighed> Weigh(IReadOnlyList<FlowRow> current, double[] parts, Tallies tallies)
    {
        var (source, destination) = (tallies[Dimension.Source], tallies[Dimension.Destination]);
        var (port, rule) = (tallies[Dimension.Port], tallies[Dimension.Rule]);
        var firewall = tallies[Dimension.Firewall];
        var flows = new List<Weighed>();
        for (var i = 0; i < current.Count; i++)
        {
            var flow = current[i];
            if (parts[i] < LeastPart)
                continue;
            flows.Add(
                new(
                    flow,
                    Networks.WayOf(flow),
                    source.NumberOf(flow),
                    destination.NumberOf(flow),
                    port.NumberOf(flow),
                    rule.NumberOf(flow),
                    firewall.NumberOf(flow),
                    flow.Count * parts[i]
                )
            );
        }

        return flows;
    }

    private static Dictionary<TKey, double> Group<TKey>(IEnumerable<Weighed> flows, Func<Weighed, TKey> keyOf)
        where TKey : notnull
    {
        var groups = new Dictionary<TKey, double>();
        foreach (var flow in flows)
        {
            var key = keyOf(flow);
            groups[key] = groups.GetValueOrDefault(key) + flow.Weight;
        }

        return groups;
    }

    private static KeyValuePair<TKey, double>? Top<TKey>(Dictionary<TKey, double> groups)
        where TKey : notnull => groups.Count == 0 ? null : groups.MaxBy(g => g.Value);

    private static string? TextOf(KeyValuePair<int, double>? top, Tally tally) =>
        top is { } found ? tally.TextOf(found.Key) : null;

    /// <summary>Values with at least half a deny in the excess.</summary>
    private static int Counted<TKey>(Dictionary<TKey, double> groups)
        where TKey : notnull => groups.Count(g => g.Value >= 0.5);

    private static double Part(double? part, double whole) => whole > 0 ? (part ?? 0) / whole : 0;

    /// <summary>The most regular of the heaviest triples that together weigh something.</summary>
    private static (double Regularity, double? Gap) BeatOf(
        List<Weighed> flows,
        Dictionary<(int Source, int Destination, int Port), double> triples
    ) =>
        triples
            .OrderByDescending(triple => triple.Value)
            .Take(TopTriples)
            .Select(triple =>
                Rhythms.Of(flows.Where(f => (f.Source, f.Destination, f.Port) == triple.Key).Select(f => f.Flow))
            )
            .OrderByDescending(beat => beat.Regularity)
            .FirstOrDefault();

    private static double RateOf(List<Weighed> flows)
    {
        if (flows.Count == 0)
            return 0;
        var slices = (flows.Max(f => f.Flow.Slice) - flows.Min(f => f.Flow.Slice)) / DenyFlow.SliceSpan + 1;
        return flows.Sum(f => f.Weight) / (slices * DenyFlow.SliceSpan.TotalSeconds);
    }

    private sealed record Weighed(
        FlowRow Flow,
        Direction Way,
        int Source,
        int Destination,
        int Port,
        int Rule,
        int Firewall,
        double Weight
    );
}
