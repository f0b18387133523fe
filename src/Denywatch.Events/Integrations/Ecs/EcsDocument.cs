using System.Net;
using Denywatch.Events.Text;

namespace Denywatch.Events.Integrations.Ecs;

/// <summary>The fields of one document. Of an array of addresses or rules the first that can be read counts.</summary>
internal struct EcsDocument
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

    public long? SourcePackets,
        DestinationPackets,
        FirewallEvent,
        ForwardingStatus;

    public bool IsUnfinished;
    public string? ConnectionState;

    /// <summary>Where the raw line stands in the document, if it holds one: <c>event.original</c> before <c>message</c>.</summary>
    public Range? Line;
    public bool IsLineEscaped;
    private bool isOriginal;

    public string? WrapperHost,
        WrapperProgram,
        UserName;

    public readonly string? Observer => ObserverName ?? ObserverHostname ?? HostName;

    /// <summary>
    /// Someone changed a firewall's configuration. An observer must be named: what a host or a cloud account changes on
    /// itself says nothing about a firewall.
    /// </summary>
    public readonly bool IsChange =>
        (Marks & EcsMarks.CategoryConfiguration) != EcsMarks.None
        && (Marks & EcsMarks.TypeChange) != EcsMarks.None
        && (ObserverName ?? ObserverHostname) is not null;

    /// <summary>True where any field speaks of events in the schema's words.</summary>
    public readonly bool IsInSchema =>
        Marks != EcsMarks.None || Action is not null || VendorAction is not null || Source is not null;

    public void Take(EcsField field, ReadOnlySpan<byte> value, Receipt receipt)
    {
        switch (field)
        {
            case EcsField.Timestamp:
                Timestamp ??= AnyTime.Of(value, receipt);
                break;
            case EcsField.FallbackTimestamp:
                FallbackTimestamp ??= AnyTime.Of(value, receipt);
                break;
            case EcsField.EventCategory or EcsField.EventType or EcsField.EventOutcome or EcsField.SchemaMark:
                Marks |= EcsMark.Of(field, value);
                break;
            case EcsField.EventAction:
                Action ??= NotEmpty(Words.LowerOf(value));
                break;
            case EcsField.VendorAction:
                TakeVendorAction(value);
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
                Direction = EventDraft.DirectionOf(value);
                break;
            case EcsField.NetworkPackets or EcsField.SourcePackets or EcsField.DestinationPackets:
            case EcsField.FirewallEvent or EcsField.ForwardingStatus:
                TakeNumber(field, value.Number());
                break;
            case EcsField.FlowFinal:
                IsUnfinished = value.Is("false"u8);
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
            case EcsField.ConnectionState:
                ConnectionState ??= Words.LowerOf(value);
                break;
            case EcsField.WrapperHost:
                WrapperHost ??= Words.OrNull(value);
                break;
            case EcsField.UserName:
                UserName ??= Words.OrNull(value);
                break;
            case EcsField.WrapperProgram:
                WrapperProgram ??= Words.OrNull(value);
                break;
            default:
                break;
        }
    }

    public void TakeLine(EcsField field, Range place, bool isEscaped)
    {
        if (Line is not null && (isOriginal || field == EcsField.Message))
            return;
        (Line, IsLineEscaped, isOriginal) = (place, isEscaped, field == EcsField.EventOriginal);
    }

    private void TakeNumber(EcsField field, long? number)
    {
        switch (field)
        {
            case EcsField.NetworkPackets:
                Packets ??= number;
                break;
            case EcsField.SourcePackets:
                SourcePackets ??= number;
                break;
            case EcsField.DestinationPackets:
                DestinationPackets ??= number;
                break;
            case EcsField.FirewallEvent:
                FirewallEvent ??= number;
                break;
            default:
                ForwardingStatus ??= number;
                break;
        }
    }

    // FortiGate documents hold both action and utmaction: the one that denies counts.
    private void TakeVendorAction(ReadOnlySpan<byte> word)
    {
        if (!word.IsEmpty && (VendorAction is null || ActionWords.Of(word) == Verdict.Denied))
            VendorAction = Words.LowerOf(word);
    }

    private static string? NotEmpty(string word) => word.Length == 0 ? null : word;
}
