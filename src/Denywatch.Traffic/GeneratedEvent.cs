using Denywatch.Alerting;
using Denywatch.Events;

namespace Denywatch.Traffic;

/// <summary>One made-up event and the integration whose product would have logged it.</summary>
public sealed record GeneratedEvent(FirewallEvent Event, string Integration);

/// <summary>Folds generated events to flows, as intake would: for tests and benchmarks that need no storage.</summary>
public static class GeneratedFlows
{
    private const int MostOffsets = 32;

    /// <summary>The denied events, folded.</summary>
    public static IReadOnlyList<FlowRow> Of(IEnumerable<GeneratedEvent> events)
    {
        ArgumentNullException.ThrowIfNull(events);
        return
        [
            .. events
                .Select(e => e.Event)
                .Where(e => e.Verdict == Verdict.Denied)
                .GroupBy(e => new
                {
                    Slice = DenyFlow.SliceOf(e.Timestamp!.Value),
                    e.Observer,
                    e.Source,
                    e.Destination,
                    e.DestinationPort,
                    e.Transport,
                    e.Rule,
                })
                .Select(same => new FlowRow(
                    same.Key.Slice,
                    same.Key.Observer!,
                    same.Key.Source,
                    same.Key.Destination,
                    same.Key.DestinationPort,
                    same.Key.Transport,
                    same.Key.Rule,
                    Addresses.DirectionOf(same.Key.Source!, same.Key.Destination!),
                    null,
                    null,
                    null,
                    null,
                    same.Sum(e => e.Count),
                    [.. same.Take(MostOffsets).Select(e => (short)(e.Timestamp!.Value - same.Key.Slice).TotalSeconds)],
                    same.Min(e => e.Timestamp!.Value),
                    same.Max(e => e.Timestamp!.Value)
                )),
        ];
    }
}
