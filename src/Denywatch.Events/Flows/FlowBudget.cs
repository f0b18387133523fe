namespace Denywatch.Events.Flows;

/// <summary>Where an event is counted.</summary>
/// <param name="Key">The key as it came, or a coarser one.</param>
/// <param name="SourcePrefix">Prefix length of a folded source; null where the source is one address.</param>
/// <param name="SourcesEstimate">Distinct sources of the key in this slice so far.</param>
public readonly record struct FlowPlace(FlowKey Key, int? SourcePrefix, int SourcesEstimate);

/// <summary>
/// Keeps the number of flows per slice and firewall bounded, whatever an attacker sends: past the first cap sources fold
/// to their /16 (IPv6 /32), past the second also destinations and ports. Totals stay true. Sources with a thousandth of a
/// slice's traffic stay named. Lives as long as the node, shared by all batches.
/// </summary>
/// <param name="slices">Slices and firewalls remembered at a time; the one not used for longest is forgotten first.</param>
public sealed class FlowBudget(int flowsPerSlice = FlowBudget.DefaultFlows, int slices = FlowBudget.DefaultSlices)
{
    public const int DefaultFlows = 20_000;
    private const int DefaultSlices = 1024;

    private readonly Lock sync = new();
    private readonly Dictionary<(DateTimeOffset Slice, string Firewall), LinkedListNode<SliceBudget>> byKey = [];
    private readonly LinkedList<SliceBudget> byUse = [];

    /// <summary>Finds the key to count an event under.</summary>
    /// <param name="count">Attempts the event states.</param>
    public FlowPlace Place(FlowKey key, long count)
    {
        var slice = Of(key);
        lock (slice)
            return slice.Place(key, count);
    }

    private SliceBudget Of(FlowKey key)
    {
        lock (sync)
        {
            if (byKey.TryGetValue((key.Slice, key.Firewall), out var node))
            {
                if (!ReferenceEquals(byUse.First, node))
                {
                    byUse.Remove(node);
                    byUse.AddFirst(node);
                }
                return node.Value;
            }

            if (byKey.Count >= slices && byUse.Last is { } oldest)
            {
                byUse.RemoveLast();
                byKey.Remove((oldest.Value.Slice, oldest.Value.Firewall));
            }
            var slice = new SliceBudget(key.Slice, key.Firewall, flowsPerSlice);
            byKey.Add((key.Slice, key.Firewall), byUse.AddFirst(slice));
            return slice;
        }
    }
}
