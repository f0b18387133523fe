using System.Runtime.InteropServices;
using System.Text;
using Denywatch.Events.Enrichment;
using Denywatch.Events.Exceptions;

namespace Denywatch.Events.Flows;

/// <summary>
/// Folds the denied events of one batch to deny flows. Not for more than one
/// thread; the <paramref name="budget"/> is shared by all batches of a node.
/// </summary>
/// <param name="exceptions">Applied before folding: what is excepted never crowds out what counts.</param>
/// <param name="countsUnanswered">Connections that got no answer are denied ones here: the source was opted in.</param>
public sealed class FlowFolder(
    Enricher enricher,
    FlowBudget budget,
    ExceptionTable? exceptions = null,
    bool countsUnanswered = false
)
{
    /// <summary>Name of a firewall that neither the event nor the receiver names.</summary>
    public const string UnknownFirewall = "unknown";

    // Characters of a raw line that are kept, and of a firewall's name.
    private const int LongestLine = 2048;
    private const int LongestFirewall = 255;

    // The address of a network is also that of a host: the prefix tells 198.51.0.0/16 from 198.51.0.0.
    private readonly Dictionary<(FlowKey, int?), DenyFlow> flows = [];
    private readonly ExceptionTable exceptions = exceptions ?? ExceptionTable.Empty;

    public IReadOnlyCollection<DenyFlow> Flows => flows.Values;

    /// <summary>The firewall an event is counted for.</summary>
    /// <param name="peer">Who sent it, where the event names no firewall.</param>
    public static string FirewallOf(FirewallEvent firewallEvent, string? peer)
    {
        var name = string.IsNullOrWhiteSpace(firewallEvent.Observer) ? peer : firewallEvent.Observer;
        if (string.IsNullOrWhiteSpace(name))
            return UnknownFirewall;
        if (name.Length <= LongestFirewall)
            return name;
        // Half of a surrogate pair is no text that a database takes.
        return name[..(char.IsHighSurrogate(name[LongestFirewall - 1]) ? LongestFirewall - 1 : LongestFirewall)];
    }

    /// <summary>Counts one event.</summary>
    /// <param name="at">The accepted time, see <see cref="EventTime"/>.</param>
    /// <param name="line">The raw line; a few are kept with each flow.</param>
    public void Add(
        FirewallEvent firewallEvent,
        DateTimeOffset at,
        string integration,
        string? peer,
        ReadOnlySpan<byte> line
    )
    {
        if (
            firewallEvent.Verdict != Verdict.Denied
            && !(countsUnanswered && firewallEvent.Verdict == Verdict.Unanswered)
        )
            return;

        var key = new FlowKey(
            DenyFlow.SliceOf(at),
            FirewallOf(firewallEvent, peer),
            firewallEvent.Source,
            firewallEvent.Destination,
            firewallEvent.DestinationPort,
            firewallEvent.Transport,
            firewallEvent.Rule,
            enricher.DirectionOf(firewallEvent)
        );
        if (!exceptions.IsEmpty)
            key = key with
            {
                ExceptedBy = exceptions.Excepting(key, enricher.AttributesOf(firewallEvent), integration),
            };
        var place = budget.Place(key, firewallEvent.Count);

        ref var flow = ref CollectionsMarshal.GetValueRefOrAddDefault(flows, (place.Key, place.SourcePrefix), out _);
        flow ??= NewFlow(place, firewallEvent, integration);
        flow.SourcesEstimate = Math.Max(flow.SourcesEstimate, place.SourcesEstimate);
        flow.Add(at, firewallEvent.Count, firewallEvent.Packets, flow.WantsLine ? Text(line) : null);
    }

    private DenyFlow NewFlow(FlowPlace place, FirewallEvent firewallEvent, string integration)
    {
        // A network has no one country: what is folded gets the attributes of what is left of it.
        var left = firewallEvent with
        {
            Source = place.SourcePrefix is null ? place.Key.Source : null,
            Destination = place.Key.Destination,
        };
        return new DenyFlow(place.Key, enricher.AttributesOf(left), integration) { SourcePrefix = place.SourcePrefix };
    }

    private static string? Text(ReadOnlySpan<byte> line) =>
        line.IsEmpty ? null : Encoding.UTF8.GetString(line[..Math.Min(line.Length, LongestLine)]).Replace('\0', ' ');
}
