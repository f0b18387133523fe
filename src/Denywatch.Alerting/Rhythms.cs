namespace Denywatch.Alerting;

/// <summary>What the times of events say.</summary>
internal static class Rhythms
{
    /// <summary>A duplicate feed comes by another way: its lines are stamped up to so many seconds apart.</summary>
    private const long TwinSeconds = 2;

    /// <summary>Five gaps: with fewer, chance looks like a clock.</summary>
    private const int LeastEvents = 6;

    /// <summary>Flows of comparable buckets that are looked at for what is usual.</summary>
    private const int MostFlows = 20_000;

    /// <summary>
    /// One minus the median deviation of the gaps over their median, after RITA's beacon score; gaps of chance give 0.31
    /// (an exponential distribution's ln((1 + sqrt 5) / 2) over ln 2 is 0.69).
    /// </summary>
    /// <returns>Regularity from 0 to 1 and the median gap in seconds; null with fewer than six events.</returns>
    public static (double Regularity, double? Gap) Of(IEnumerable<FlowRow> flows)
    {
        var times = TimesOf(flows);
        if (times.Count < LeastEvents)
            return (0, null);

        var gaps = times.Zip(times.Skip(1), (a, b) => (double)(b - a)).Order().ToList();
        var median = gaps[gaps.Count / 2];
        if (median <= 0)
            return (0, 0);

        var deviations = gaps.Select(gap => Math.Abs(gap - median)).Order().ToList();
        return (Math.Clamp(1 - deviations[deviations.Count / 2] / median, 0, 1), median);
    }

    /// <summary>Share of events that have a twin: the same source, destination and port within two seconds.</summary>
    /// <param name="weights">Of each flow, 0 to 1.</param>
    public static double Twins(IReadOnlyList<FlowRow> flows, IReadOnlyList<double> weights)
    {
        var (events, twins) = (0.0, 0.0);
        var groups = Enumerable
            .Range(0, flows.Count)
            .Where(i => weights[i] > 0 && flows[i].Offsets.Count == flows[i].Count)
            .GroupBy(i =>
                (AddressKey.Of(flows[i].Source), AddressKey.Of(flows[i].Destination), flows[i].DestinationPort)
            );
        foreach (var group in groups)
        {
            var times = TimesOf(group.Select(i => flows[i]));
            var weight = group.Average(i => weights[i]);
            events += weight * times.Count;
            for (var i = 1; i < times.Count; i++)
            {
                if (times[i] - times[i - 1] > TwinSeconds)
                    continue;
                twins += 2 * weight;
                i++;
            }
        }

        return events > 0 ? twins / events : 0;
    }

    /// <summary>The same share in comparable buckets.</summary>
    public static double UsualTwins(IReadOnlyList<IReadOnlyList<FlowRow>> comparableBuckets)
    {
        var shares = new List<double>();
        var looked = 0;
        foreach (var bucket in comparableBuckets)
        {
            if (bucket.Count == 0 || looked + bucket.Count > MostFlows && looked > 0)
                continue;
            var some = bucket.Take(MostFlows).ToList();
            looked += some.Count;
            shares.Add(Twins(some, Enumerable.Repeat(1.0, some.Count).ToList()));
        }

        return shares.Count > 0 ? shares.Average() : 0;
    }

    private static List<long> TimesOf(IEnumerable<FlowRow> flows) =>
        [.. flows.SelectMany(flow => flow.Offsets.Select(offset => flow.Slice.ToUnixTimeSeconds() + offset)).Order()];
}
