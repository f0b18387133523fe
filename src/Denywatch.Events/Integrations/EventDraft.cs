using System.Net;
using Denywatch.Events.Text;

namespace Denywatch.Events.Integrations;

/// <summary>
/// The fields of one event while a structured log is read. The first value of a field that can be read counts; of
/// <see cref="EventField.Source"/> and <see cref="EventField.OtherSource"/> and their kin the former goes before.
/// </summary>
internal struct EventDraft
{
    private DateTimeOffset? time,
        otherTime;

    private IPAddress? source,
        otherSource,
        destination,
        otherDestination;

    private int? sourcePort,
        otherSourcePort,
        destinationPort,
        otherDestinationPort;

    private string? observer,
        otherObserver,
        rule,
        otherRule;

    public string? Action,
        OtherAction,
        Kind;

    public string? Transport;
    public Direction Direction;

    public long? Count,
        Packets,
        ReplyPackets;

    public readonly string? Observer => observer ?? otherObserver;
    public readonly string? Rule => rule ?? otherRule;
    public readonly DateTimeOffset? Time => time ?? otherTime;
    public readonly IPAddress? Source => source ?? otherSource;
    public readonly IPAddress? Destination => destination ?? otherDestination;
    public readonly int? SourcePort => sourcePort ?? otherSourcePort;
    public readonly int? DestinationPort => destinationPort ?? otherDestinationPort;

    public void Take(EventField field, ReadOnlySpan<byte> value, Receipt receipt)
    {
        // Nearly all fields of a document are none of ours.
        if (field == EventField.None || value.IsEmpty)
            return;
        switch (field)
        {
            case EventField.Time:
                time ??= AnyTime.Of(value, receipt);
                break;
            case EventField.OtherTime:
                otherTime ??= AnyTime.Of(value, receipt);
                break;
            case EventField.Source:
                source ??= value.Address();
                break;
            case EventField.OtherSource:
                otherSource ??= value.Address();
                break;
            case EventField.SourcePort:
                sourcePort ??= value.Port();
                break;
            case EventField.OtherSourcePort:
                otherSourcePort ??= value.Port();
                break;
            case EventField.Destination:
                destination ??= value.Address();
                break;
            case EventField.OtherDestination:
                otherDestination ??= value.Address();
                break;
            case EventField.DestinationPort:
                destinationPort ??= value.Port();
                break;
            case EventField.OtherDestinationPort:
                otherDestinationPort ??= value.Port();
                break;
            default:
                TakeWord(field, value);
                break;
        }
    }

    /// <summary>The event's time where its shape is told.</summary>
    public void At(DateTimeOffset? at) => time ??= at;

    private void TakeWord(EventField field, ReadOnlySpan<byte> value)
    {
        switch (field)
        {
            case EventField.Transport:
                Transport ??= Transports.Of(value);
                break;
            case EventField.Direction:
                if (Direction == Direction.Unknown)
                    Direction = DirectionOf(value);
                break;
            case EventField.Observer:
                observer ??= Named(value);
                break;
            case EventField.OtherObserver:
                otherObserver ??= Named(value);
                break;
            case EventField.Rule:
                rule ??= Named(value);
                break;
            case EventField.OtherRule:
                otherRule ??= Named(value);
                break;
            case EventField.Action:
                Action ??= Words.LowerOf(value);
                break;
            case EventField.OtherAction:
                OtherAction ??= Words.LowerOf(value);
                break;
            case EventField.Kind:
                Kind ??= Words.Of(value);
                break;
            case EventField.Count:
                Count ??= value.Number() is > 0 and var count ? count : null;
                break;
            case EventField.Packets:
                Packets ??= value.Number();
                break;
            case EventField.ReplyPackets:
                ReplyPackets ??= value.Number();
                break;
            default:
                break;
        }
    }

    /// <summary>ICMP has no ports: what stands there is a type or an identifier.</summary>
    public void LeavePortsOut()
    {
        if (Transport is "icmp" or "ipv6-icmp")
            sourcePort = otherSourcePort = destinationPort = otherDestinationPort = null;
    }

    /// <param name="at">The event's time, where the product states it in a way of its own.</param>
    /// <param name="firewall">The firewall's name, where the product states it in a way of its own.</param>
    /// <param name="rule">The firewall rule, likewise.</param>
    public readonly FirewallEvent ToEvent(
        Verdict verdict,
        string? reason,
        in LogLine line,
        DateTimeOffset? at = null,
        string? firewall = null,
        string? rule = null
    ) =>
        new()
        {
            Verdict = verdict,
            Reason = reason,
            Timestamp = at ?? Time ?? line.HeaderTime,
            Action = Action,
            Source = Source,
            SourcePort = SourcePort,
            Destination = Destination,
            DestinationPort = DestinationPort,
            Transport = Transport,
            Direction = Direction,
            Observer = firewall ?? Observer ?? line.Sender,
            Rule = rule ?? Rule,
            Count = Count ?? 1,
            Packets = Packets,
        };

    /// <summary>The words that devices use for a direction as seen from what they protect.</summary>
    public static Direction DirectionOf(ReadOnlySpan<byte> word) =>
        word.Is("inbound"u8)
        || word.Is("ingress"u8)
        || word.Is("incoming"u8)
        || word.Is("in"u8)
        || word.Is("i"u8)
        || word.Is("receive"u8)
            ? Direction.Inbound
        : word.Is("outbound"u8)
        || word.Is("egress"u8)
        || word.Is("outgoing"u8)
        || word.Is("out"u8)
        || word.Is("o"u8)
        || word.Is("send"u8)
            ? Direction.Outbound
        : word.Is("internal"u8) ? Direction.Internal
        : word.Is("external"u8) ? Direction.External
        : Direction.Unknown;

    // Placeholders are no names.
    private static string? Named(ReadOnlySpan<byte> value) =>
        value.Is("-"u8) || value.Is("none"u8) || value.Is("n/a"u8) || value.Is("na"u8) || value.Is("unknown"u8)
            ? null
            : Words.Of(value);
}
