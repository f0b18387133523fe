using System.Net;
using Denywatch.Events.Text;

namespace Denywatch.Events.Integrations.FortiGate;

/// <summary>The fields of a FortiOS line that we use. Names: FortiOS Log Message Reference.</summary>
internal ref struct FortiGateFields
{
    // Less than the smallest step between zones.
    private static readonly TimeSpan JustWritten = TimeSpan.FromMinutes(10);

    private ReadOnlySpan<byte> date,
        clock,
        zone,
        eventTime;

    public ReadOnlySpan<byte> Type,
        Action,
        UtmAction,
        SourceText,
        Protocol,
        DeviceName,
        PolicyName,
        PolicyId,
        ChangedPath,
        Message,
        User;

    public IPAddress? Source,
        Destination;

    public int? SourcePort,
        DestinationPort;

    public long? Count,
        SentPackets,
        ReceivedPackets;

    /// <summary>Of TCP only: of a datagram nobody expects an answer.</summary>
    public readonly bool HadNoReply => ReceivedPackets == 0 && SentPackets > 0 && Protocol.SequenceEqual("6"u8);

    public Direction Direction;

    public void Read(ReadOnlySpan<byte> message)
    {
        var pairs = new KeyValues(message);
        while (pairs.Next())
            Take(pairs.Key, pairs.Value);
    }

    private void Take(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        if (key.SequenceEqual("date"u8))
            date = value;
        else if (key.SequenceEqual("time"u8))
            clock = value;
        else if (key.SequenceEqual("tz"u8))
            zone = value;
        else if (key.SequenceEqual("eventtime"u8))
            eventTime = value;
        else if (key.SequenceEqual("type"u8))
            Type = value;
        else if (key.SequenceEqual("action"u8))
            Action = value;
        else if (key.SequenceEqual("utmaction"u8))
            UtmAction = value;
        else if (key.SequenceEqual("srcip"u8))
            TakeSource(value);
        else if (key.SequenceEqual("dstip"u8))
            Destination = value.Address();
        else if (key.SequenceEqual("srcport"u8))
            SourcePort = value.Port();
        else if (key.SequenceEqual("dstport"u8))
            DestinationPort = value.Port();
        else if (key.SequenceEqual("proto"u8))
            Protocol = value;
        else if (key.SequenceEqual("devname"u8))
            DeviceName = value;
        else if (key.SequenceEqual("policyname"u8))
            PolicyName = value;
        else if (key.SequenceEqual("policyid"u8))
            PolicyId = value;
        else if (key.SequenceEqual("count"u8))
            Count = value.Number() is > 0 and var count ? count : null;
        else if (key.SequenceEqual("sentpkt"u8))
            SentPackets = value.Number();
        else if (key.SequenceEqual("rcvdpkt"u8))
            ReceivedPackets = value.Number();
        else
            TakeOther(key, value);
    }

    private void TakeOther(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        if (key.SequenceEqual("cfgpath"u8))
            ChangedPath = value;
        else if (key.SequenceEqual("msg"u8))
            Message = value;
        else if (key.SequenceEqual("user"u8))
            User = value;
        else if (key.SequenceEqual("direction"u8))
            Direction = DirectionOf(value);
        // FortiOS 4.
        else if (key.SequenceEqual("src"u8) && Source is null)
            TakeSource(value);
        else if (key.SequenceEqual("dst"u8))
            Destination ??= value.Address();
        else if (key.SequenceEqual("src_port"u8))
            SourcePort ??= value.Port();
        else if (key.SequenceEqual("dst_port"u8))
            DestinationPort ??= value.Port();
        else if (key.SequenceEqual("status"u8) && Action.IsEmpty)
            Action = value;
    }

    /// <summary>
    /// Date and time with <c>tz</c>. Lines before FortiOS 6.2 state no zone: then <c>eventtime</c> where it agrees with the
    /// receiver's clock, as it does for a line that has just been written, else date and time in the receiver's zone.
    /// </summary>
    public readonly DateTimeOffset? Time(Receipt receipt)
    {
        var sinceEpoch = eventTime.Number() is { } number ? Times.Epoch(number) : null;
        if (AnyTime.Of(date, clock, TimeZoneInfo.Utc) is not { } local)
            return sinceEpoch;
        if (Times.TryOffset(zone, out var offset, out _))
            return new DateTimeOffset(local.DateTime, offset);
        return sinceEpoch is { } now && (now - receipt.ReceivedAt).Duration() < JustWritten
            ? now
            : Times.In(local.DateTime, receipt.Zone);
    }

    private void TakeSource(ReadOnlySpan<byte> value)
    {
        SourceText = value;
        Source = value.Address();
    }

    private static Direction DirectionOf(ReadOnlySpan<byte> word) =>
        word.Is("incoming"u8) || word.Is("inbound"u8) ? Direction.Inbound
        : word.Is("outgoing"u8) || word.Is("outbound"u8) ? Direction.Outbound
        : Direction.Unknown;
}
