using Denywatch.Alerting;

namespace Denywatch.Storage;

/// <summary>
/// The flows of the buckets read last, of all firewalls: where hundreds of series ask about the same buckets, each is read
/// once. For one thread.
/// </summary>
public sealed class FlowMemory
{
    /// <summary>Flows of a bucket that is kept; a larger one is read for each series.</summary>
    public const int MostFlows = 10_000;

    /// <summary>One time of day in a month of days, and some buckets before it.</summary>
    private const int MostBuckets = 48;

    private readonly Dictionary<
        (DateTimeOffset From, DateTimeOffset To),
        (List<(int Firewall, FlowRow Row)>? Flows, long Turn)
    > kept = [];
    private long turn;

    /// <param name="flows">Null for a bucket that is too large.</param>
    internal bool TryGet(DateTimeOffset from, DateTimeOffset to, out List<(int Firewall, FlowRow Row)>? flows)
    {
        var isKept = kept.TryGetValue((from, to), out var known);
        flows = known.Flows;
        if (isKept)
            kept[(from, to)] = (flows, ++turn);
        return isKept;
    }

    /// <summary>Keeps a bucket instead of the one that was not asked for the longest; null where it is too large.</summary>
    internal List<(int Firewall, FlowRow Row)>? Keep(
        DateTimeOffset from,
        DateTimeOffset to,
        List<(int Firewall, FlowRow Row)> flows
    )
    {
        if (kept.Count >= MostBuckets)
            kept.Remove(kept.MinBy(bucket => bucket.Value.Turn).Key);
        var small = flows.Count <= MostFlows ? flows : null;
        kept[(from, to)] = (small, ++turn);
        return small;
    }
}
