using System.Net;

namespace Denywatch.Alerting;

/// <summary>When episodes of different series are one alert.</summary>
public static class Folding
{
    private const double ShareNeeded = 0.5;

    /// <summary>True if the two excesses share at least half of the smaller one's flows, by count.</summary>
    public static bool BelongTogether(IReadOnlyList<FlowRow> first, IReadOnlyList<FlowRow> second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        var (a, b) = (CountsOf(first), CountsOf(second));
        double smaller = Math.Min(a.Values.Sum(), b.Values.Sum());
        double shared = a.Sum(pair => Math.Min(pair.Value, b.GetValueOrDefault(pair.Key)));
        return smaller > 0 && shared >= ShareNeeded * smaller;
    }

    private static Dictionary<FlowIdentity, long> CountsOf(IReadOnlyList<FlowRow> flows)
    {
        var counts = new Dictionary<FlowIdentity, long>();
        foreach (var flow in flows)
        {
            var identity = new FlowIdentity(
                flow.Slice,
                flow.Firewall,
                flow.Source,
                flow.Destination,
                flow.DestinationPort,
                flow.Transport,
                flow.Rule
            );
            counts[identity] = counts.GetValueOrDefault(identity) + flow.Count;
        }

        return counts;
    }

    private readonly record struct FlowIdentity(
        DateTimeOffset Slice,
        string Firewall,
        IPAddress? Source,
        IPAddress? Destination,
        int? Port,
        string? Transport,
        string? Rule
    );
}

/// <summary>When a closed alert opens again.</summary>
public static class Reopening
{
    private const double Growth = 2;
    private const double NewContributorShare = 0.2;

    /// <param name="closedWith">The excess when the alert was closed.</param>
    /// <param name="now">The excess of the same episode now.</param>
    /// <returns>Why it reopens, or null.</returns>
    public static string? ReasonToReopen(Excess closedWith, Excess now)
    {
        ArgumentNullException.ThrowIfNull(closedWith);
        ArgumentNullException.ThrowIfNull(now);
        if (now.Total > Growth * closedWith.Total)
            return $"the excess more than doubled since closing, from {closedWith.Total:N0} to {now.Total:N0}";

        var known = closedWith.By(Dimension.Source).Top.Select(c => c.Value).ToHashSet(StringComparer.Ordinal);
        return
            now.By(Dimension.Source).Top.FirstOrDefault(c => c.Share > NewContributorShare && !known.Contains(c.Value))
                is { } joined
            ? $"{joined.Value} joined with {joined.Share * 100:0} % of the excess"
            : null;
    }
}

/// <summary>When many new alerts are one storm.</summary>
public static class Storms
{
    public const int MoreThan = 20;
    public static readonly TimeSpan Within = TimeSpan.FromMinutes(10);

    /// <summary>True if the alert that is raised now is the 21st or later within ten minutes.</summary>
    /// <param name="raised">When earlier alerts were raised; older ones may be among them.</param>
    public static bool IsStorm(IEnumerable<DateTimeOffset> raised, DateTimeOffset at) =>
        raised.Count(earlier => earlier > at - Within && earlier <= at) >= MoreThan;
}
