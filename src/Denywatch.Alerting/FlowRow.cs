using System.Net;
using Denywatch.Events;

namespace Denywatch.Alerting;

/// <summary>The denied events of one slice that share source, destination, port, transport, firewall, rule and direction, as stored.</summary>
/// <param name="Slice">Start of the 5-minute UTC slice.</param>
/// <param name="Count">Denied attempts.</param>
/// <param name="Offsets">Seconds into the slice of up to 32 events.</param>
public sealed record FlowRow(
    DateTimeOffset Slice,
    string Firewall,
    IPAddress? Source,
    IPAddress? Destination,
    int? DestinationPort,
    string? Transport,
    string? Rule,
    Direction Direction,
    string? SourceCountry,
    long? SourceAs,
    string? DestinationCountry,
    long? DestinationAs,
    long Count,
    IReadOnlyList<short> Offsets,
    DateTimeOffset First,
    DateTimeOffset Last
)
{
    /// <summary>What the owner said the source is; null where nothing was said.</summary>
    public string? SourceRole { get; init; }
    public string? DestinationRole { get; init; }
}
