using Denywatch.Events;

namespace Denywatch.Alerting;

/// <summary>Measures the shape of the excess alone.</summary>
internal static class Shapes
{
    /// <summary>Remote control, file sharing and directory: what someone moving through a network needs.</summary>
    private static readonly HashSet<int> LateralPorts = [22, 23, 88, 135, 139, 389, 445, 636, 3389, 5985, 5986];

    public static ExcessShape Of(
        IReadOnlyList<FlowRow> current,
        IReadOnlyList<FlowRow> usual,
        Dictionary<Dimension, Tally> tallies,
        double ratio
    )
    {
        var flows = current.Select(flow => Weigh(flow, tallies)).Where(f => f.Weight > 0).ToList();
        var weight = flows.Sum(f => f.Weight);
        var sources = Group(flows, f => f.Source);
        var destinations = Group(flows, f => f.Destination);
        var ports = Group(flows, f => f.Port);
        var firewalls = Group(flows, f => f.Flow.Firewall);
        var rules = Group(flows, f => f.Flow.Rule ?? Attribution.Absent);
        var triples = Group(flows, f => (f.Source, f.Destination, f.Port));

        var topSource = Top(sources);
        var ofTopSource = flows.Where(f => f.Source == topSource.Key).ToList();
        var topSourceDestinations = Group(ofTopSource, f => f.Destination);
        var topSourcePorts = Group(ofTopSource, f => f.Port);
        var favourite = Top(topSourceDestinations).Key;
        var topTriple = Top(triples);
        var topDestination = Top(destinations);
        var (regularity, gap) = Beat(flows, topTriple.Key);

        return new(
            weight,
            Counted(sources),
            Counted(destinations),
            Counted(ports),
            Attribution.NormalisedEntropy(sources.Values),
            Attribution.NormalisedEntropy(destinations.Values),
            Attribution.NormalisedEntropy(ports.Values),
            topSource.Key,
            topDestination.Key,
            Top(ports).Key,
            Top(rules).Key,
            Top(firewalls).Key,
            Part(topSource.Value, weight),
            Part(topDestination.Value, weight),
            Part(Top(ports).Value, weight),
            Part(Top(firewalls).Value, weight),
            Counted(topSourceDestinations),
            Counted(topSourcePorts),
            Part(Top(topSourcePorts).Value, topSource.Value),
            Counted(Group(ofTopSource.Where(f => f.Destination == favourite), f => f.Port)),
            Part(topTriple.Value, weight),
            Part(weight, triples.Count),
            ofTopSource.Exists(f => f.Flow.Source is { } source && Networks.IsInternal(source)),
            topDestination.Key is { } key && !tallies[Dimension.Destination].Usual.ContainsKey(key),
            ShareOf(flows, weight, f => f.Flow.Direction == Direction.Inbound),
            ShareOf(flows, weight, f => f.Flow.Direction == Direction.Outbound),
            ShareOf(flows, weight, f => f.Flow.Direction == Direction.Internal),
            ShareOf(flows, weight, f => Networks.IsDiscovery(f.Flow)),
            ShareOf(flows, weight, f => f.Flow.DestinationPort is { } port && LateralPorts.Contains(port)),
            ShareOf(flows, weight, f => f.Flow.Rule is { } rule && !tallies[Dimension.Rule].Usual.ContainsKey(rule)),
            ShareOf(flows, weight, f => !tallies[Dimension.Source].Usual.ContainsKey(f.Source)),
            Similarity(current, usual),
            ratio,
            Paired(flows),
            regularity,
            gap
        );
    }

    private static Weighed Weigh(FlowRow flow, Dictionary<Dimension, Tally> tallies)
    {
        var source = Attribution.ValueOf(flow, Dimension.Source);
        var destination = Attribution.ValueOf(flow, Dimension.Destination);
        var port = Attribution.ValueOf(flow, Dimension.Port);
        var part = Math.Min(
            Math.Min(tallies[Dimension.Source].ExcessPartOf(source), tallies[Dimension.Port].ExcessPartOf(port)),
            Math.Min(
                tallies[Dimension.Destination].ExcessPartOf(destination),
                tallies[Dimension.Firewall].ExcessPartOf(flow.Firewall)
            )
        );
        return new(flow, source, destination, port, flow.Count * part);
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

    private static KeyValuePair<TKey, double> Top<TKey>(Dictionary<TKey, double> groups)
        where TKey : notnull => groups.Count == 0 ? default : groups.MaxBy(g => g.Value);

    /// <summary>Values with at least half a deny in the excess.</summary>
    private static int Counted<TKey>(Dictionary<TKey, double> groups)
        where TKey : notnull => groups.Count(g => g.Value >= 0.5);

    private static double Part(double part, double whole) => whole > 0 ? part / whole : 0;

    private static double ShareOf(List<Weighed> flows, double weight, Func<Weighed, bool> belongs) =>
        Part(flows.Where(belongs).Sum(f => f.Weight), weight);

    /// <summary>Cosine of the counts by port and rule, now and usually.</summary>
    private static double Similarity(IReadOnlyList<FlowRow> current, IReadOnlyList<FlowRow> usual)
    {
        var now = Mix(current);
        var before = Mix(usual);
        var product = now.Sum(n => n.Value * before.GetValueOrDefault(n.Key));
        var lengths = Math.Sqrt(now.Values.Sum(v => v * v)) * Math.Sqrt(before.Values.Sum(v => v * v));
        return lengths > 0 ? Math.Min(1, product / lengths) : 0;
    }

    private static Dictionary<(string Port, string? Rule), double> Mix(IReadOnlyList<FlowRow> flows)
    {
        var mix = new Dictionary<(string Port, string? Rule), double>();
        foreach (var flow in flows)
        {
            var key = (Attribution.ValueOf(flow, Dimension.Port), flow.Rule);
            mix[key] = mix.GetValueOrDefault(key) + flow.Count;
        }

        return mix;
    }

    private static double Paired(List<Weighed> flows)
    {
        double events = 0;
        double twins = 0;
        foreach (var offsets in flows.Select(f => f.Flow.Offsets).Where(offsets => offsets.Count > 0))
        {
            events += offsets.Count;
            twins += offsets.GroupBy(offset => offset).Where(same => same.Count() > 1).Sum(same => same.Count());
        }

        return Part(twins, events);
    }

    /// <summary>One minus the median deviation of the gaps over their median: after RITA's beacon score.</summary>
    private static (double Regularity, double? Gap) Beat(
        List<Weighed> flows,
        (string Source, string Destination, string Port) triple
    )
    {
        var times = flows
            .Where(f => (f.Source, f.Destination, f.Port) == triple)
            .SelectMany(f => f.Flow.Offsets.Select(offset => f.Flow.Slice.ToUnixTimeSeconds() + offset))
            .Order()
            .ToList();
        if (times.Count < 4)
            return (0, null);

        var gaps = times.Zip(times.Skip(1), (a, b) => (double)(b - a)).Order().ToList();
        var median = gaps[gaps.Count / 2];
        if (median <= 0)
            return (0, 0);

        var deviations = gaps.Select(gap => Math.Abs(gap - median)).Order().ToList();
        return (Math.Clamp(1 - deviations[deviations.Count / 2] / median, 0, 1), median);
    }

    private sealed record Weighed(FlowRow Flow, string Source, string Destination, string Port, double Weight);
}
