using System.Net;
using System.Net.Sockets;

namespace Denywatch.Events.Flows;

/// <summary>The budget of one slice and firewall. The caller holds its lock.</summary>
internal sealed class SliceBudget(DateTimeOffset slice, string firewall, int cap)
{
    private const int Prefix4 = 16;
    private const int Prefix6 = 32;

    // Hashes stand for keys: a collision lets one flow too many in, and memory is a tenth.
    private readonly HashSet<int> known = [];
    private readonly Dictionary<FlowKey, DistinctSketch> folded = [];
    private HeavySources? heavy;

    public DateTimeOffset Slice => slice;
    public string Firewall => firewall;

    public FlowPlace Place(FlowKey key, long count)
    {
        var isHeavy = heavy is not null && key.Source is not null && heavy.Add(key.Source, count);
        if (Fits(key, cap))
            return new(key, null, 1);

        heavy ??= new HeavySources();
        if (isHeavy)
        {
            // At most a thousand sources can be heavy at a time; each keeps one row per rule and direction.
            var named = key with
            {
                Destination = null,
                DestinationPort = null,
            };
            if (Fits(named, cap * 3))
                return new(named, null, 1);
        }
        return Fold(key);
    }

    private FlowPlace Fold(FlowKey key)
    {
        var (network, prefix) = NetworkOf(key.Source);
        var bySource = key with { Source = network };
        if (Fits(bySource, cap * 2, prefix))
            return Count(bySource, prefix, key.Source);

        var bare = bySource with { Destination = null, DestinationPort = null };
        if (Fits(bare, cap * 3, prefix))
            return Count(bare, prefix, key.Source);

        // Only rules and transports are left to vary, which no sender of packets can choose.
        return Count(bare with { Source = null }, null, key.Source);
    }

    private bool Fits(FlowKey key, int limit, int? prefix = null)
    {
        var hash = HashCode.Combine(key, prefix);
        if (known.Contains(hash))
            return true;
        if (known.Count >= limit)
            return false;
        known.Add(hash);
        return true;
    }

    private FlowPlace Count(FlowKey key, int? prefix, IPAddress? source)
    {
        if (!folded.TryGetValue(key, out var sketch))
            folded.Add(key, sketch = new DistinctSketch());
        if (source is not null)
            sketch.Add(source);
        return new(key, prefix, sketch.Estimate);
    }

    private static (IPAddress? Network, int? Prefix) NetworkOf(IPAddress? source)
    {
        if (source is null)
            return (null, null);

        Span<byte> bytes = stackalloc byte[16];
        source.TryWriteBytes(bytes, out var length);
        var prefix = source.AddressFamily == AddressFamily.InterNetwork ? Prefix4 : Prefix6;
        bytes[(prefix / 8)..].Clear();
        return (new IPAddress(bytes[..length]), prefix);
    }
}
