using System.Net;
using Denywatch.Events.Text;

namespace Denywatch.Events.Integrations.FortiGate;

/// <summary>The fields of a FortiOS line that we use. Names: FortiOS Log Message Reference.</summary>
internal ref struct FortiGateFields
{
    // Real zones lie on the quarter hour between UTC-12 and UTC+14; logging takes some seconds.
    private static readonly TimeSpan QuarterHour = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan LoggingDelay = TimeSpan.FromMinutes(2);

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
        PolicyId;

    public IPAddress? Source,
        Destination;

    public int? SourcePort,
        DestinationPort;

    public long? Count,
        SentPackets;

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
        else if (key.SequenceEqual("direction"u8))
            Direction = DirectionOf(value);
    }

    /// <summary>
    /// Date and time with <c>tz</c>. Older lines state no zone: then <c>eventtime</c>, which is UTC, tells it, provided
    /// the two differ by something that can be a zone; else the receiver's zone holds.
    /// </summary>
    public readonly DateTimeOffset? Time(TimeZoneInfo receiverZone)
    {
        var since1970 = eventTime.Number() is { } number ? Times.Epoch(number) : null;
        if (date.Length != 10 || !Times.TryClock(clock, out _, out var clockLength))
            return since1970;

        Span<byte> text = stackalloc byte[11 + clockLength];
        date.CopyTo(text);
        text[10] = (byte)'T';
        clock[..clockLength].CopyTo(text[11..]);
        if (!Times.TryIso(text, TimeZoneInfo.Utc, out var local, out _))
            return since1970;

        if (Times.TryOffset(zone, out var offset, out _))
            return new DateTimeOffset(local.DateTime, offset);
        if (since1970 is { } at && CouldBeZone(local - at))
            return at;
        return Times.In(local.DateTime, receiverZone);
    }

    private void TakeSource(ReadOnlySpan<byte> value)
    {
        SourceText = value;
        Source = value.Address();
    }

    private static bool CouldBeZone(TimeSpan offset)
    {
        var steps = Math.Round(offset / QuarterHour);
        return steps is >= -48 and <= 56 && (offset - (steps * QuarterHour)).Duration() <= LoggingDelay;
    }

    private static Direction DirectionOf(ReadOnlySpan<byte> word) =>
        word.Is("incoming"u8) || word.Is("inbound"u8) ? Direction.Inbound
        : word.Is("outgoing"u8) || word.Is("outbound"u8) ? Direction.Outbound
        : Direction.Unknown;
}
