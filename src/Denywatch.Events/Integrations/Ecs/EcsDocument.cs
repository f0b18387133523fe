using System.Net;
using Denywatch.Events.Text;

namespace Denywatch.Events.Integrations.Ecs;

/// <summary>The fields of one document. Of an array of addresses or rules the first that can be read counts.</summary>
internal sealed class EcsDocument
{
    public DateTimeOffset? Timestamp;
    public DateTimeOffset? FallbackTimestamp;

    public EcsMarks Marks;

    public string? Action,
        VendorAction;

    public int? EventCode;

    public IPAddress? Source,
        Destination;

    public int? SourcePort,
        DestinationPort;

    public string? Transport;
    public Direction Direction;
    public long? Packets;

    public string? ObserverName,
        ObserverHostname,
        HostName,
        RuleName,
        RuleId;

    public byte[]? Message,
        Original;

    public string? WrapperHost,
        WrapperProgram;

    public string? Observer => ObserverName ?? ObserverHostname ?? HostName;

    /// <summary>True where any field speaks of events in the schema's words.</summary>
    public bool IsInSchema =>
        Marks != EcsMarks.None || Action is not null || VendorAction is not null || Source is not null;

    public void Take(EcsField field, ReadOnlySpan<byte> value, TimeZoneInfo zone)
    {
        switch (field)
        {
            case EcsField.Timestamp:
                Timestamp ??= TimeOf(value, zone);
                break;
            case EcsField.FallbackTimestamp:
                FallbackTimestamp ??= TimeOf(value, zone);
                break;
            case EcsField.EventCategory or EcsField.EventType or EcsField.EventOutcome or EcsField.SchemaMark:
                Marks |= EcsMark.Of(field, value);
                break;
            case EcsField.EventAction:
                Action ??= NotEmpty(Words.LowerOf(value));
                break;
            case EcsField.VendorAction:
                TakeVendorAction(Words.LowerOf(value));
                break;
            case EcsField.EventCode:
                EventCode ??= value.Number() is { } code and <= int.MaxValue ? (int)code : null;
                break;
            case EcsField.SourceIp or EcsField.SourceAddress:
                Source ??= value.Address();
                break;
            case EcsField.DestinationIp or EcsField.DestinationAddress:
                Destination ??= value.Address();
                break;
            case EcsField.SourcePort:
                SourcePort ??= value.Port();
                break;
            case EcsField.DestinationPort:
                DestinationPort ??= value.Port();
                break;
            case EcsField.Transport:
                Transport = Transports.Of(value) ?? Transport;
                break;
            case EcsField.IanaNumber:
                Transport ??= Transports.Of(value);
                break;
            case EcsField.NetworkDirection:
                Direction = DirectionOf(value);
                break;
            case EcsField.NetworkPackets:
                Packets ??= value.Number();
                break;
            default:
                TakeText(field, value);
                break;
        }
    }

    private void TakeText(EcsField field, ReadOnlySpan<byte> value)
    {
        switch (field)
        {
            case EcsField.ObserverName:
                ObserverName ??= Words.OrNull(value);
                break;
            case EcsField.ObserverHostname:
                ObserverHostname ??= Words.OrNull(value);
                break;
            case EcsField.HostName:
                HostName ??= Words.OrNull(value);
                break;
            case EcsField.RuleName:
                RuleName ??= Words.OrNull(value);
                break;
            case EcsField.RuleId:
                RuleId ??= Words.OrNull(value);
                break;
            case EcsField.Message:
                Message ??= value.ToArray();
                break;
            case EcsField.EventOriginal:
                Original ??= value.ToArray();
                break;
            case EcsField.WrapperHost:
                WrapperHost ??= Words.OrNull(value);
                break;
            case EcsField.WrapperProgram:
                WrapperProgram ??= Words.OrNull(value);
                break;
            default:
                break;
        }
    }

    // FortiGate documents hold both action and utmaction: the one that denies counts.
    private void TakeVendorAction(string word)
    {
        if (word.Length > 0 && (VendorAction is null || EcsVerdict.IsDenyWord(word)))
            VendorAction = word;
    }

    private static string? NotEmpty(string word) => word.Length == 0 ? null : word;

    private static DateTimeOffset? TimeOf(ReadOnlySpan<byte> value, TimeZoneInfo zone)
    {
        if (Times.TryIso(value, zone, out var at, out _))
            return at;
        var dot = value.IndexOf((byte)'.'); // seconds with a fraction
        return (dot > 0 ? value[..dot] : value).Number() is { } number ? Times.Epoch(number) : null;
    }

    private static Direction DirectionOf(ReadOnlySpan<byte> word) =>
        word.Is("inbound"u8) || word.Is("ingress"u8) ? Direction.Inbound
        : word.Is("outbound"u8) || word.Is("egress"u8) ? Direction.Outbound
        : word.Is("internal"u8) ? Direction.Internal
        : word.Is("external"u8) ? Direction.External
        : Direction.Unknown;
}
