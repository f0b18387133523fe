namespace Denywatch.Events;

/// <summary>What the receiver knows about a line beside its bytes.</summary>
/// <param name="ReceivedAt">The receiver's clock.</param>
/// <param name="Peer">Address or host the line came from: the firewall's name where the line has none.</param>
/// <param name="Zone">Zone of times that state none; a data source's setting, UTC by default.</param>
public sealed record Receipt(DateTimeOffset ReceivedAt, string? Peer, TimeZoneInfo Zone);

/// <summary>A line with its syslog header, if it has one, already read.</summary>
public readonly ref struct LogLine
{
    /// <summary>The line as it came, without its line end.</summary>
    public required ReadOnlySpan<byte> Raw { get; init; }

    /// <summary>What follows the syslog header; the whole line where there is none.</summary>
    public required ReadOnlySpan<byte> Message { get; init; }

    /// <summary>RFC 5424 structured data with its brackets: some firewalls put the event there. Empty where there is none.</summary>
    public ReadOnlySpan<byte> StructuredData { get; init; }

    /// <summary>RFC 5424 MSGID: the event's name with Juniper. Empty where there is none.</summary>
    public ReadOnlySpan<byte> MessageId { get; init; }

    /// <summary>Time of the syslog header (RFC 3164 or 5424), or null.</summary>
    public DateTimeOffset? HeaderTime { get; init; }

    /// <summary>Host of the syslog header, or null.</summary>
    public string? HeaderHost { get; init; }

    /// <summary>Program (RFC 5424 APP-NAME, RFC 3164 TAG), or null.</summary>
    public string? Program { get; init; }

    public required Receipt Receipt { get; init; }

    /// <summary>The same line with another message.</summary>
    public LogLine With(ReadOnlySpan<byte> message) =>
        new()
        {
            Raw = Raw,
            Message = message,
            StructuredData = StructuredData,
            MessageId = MessageId,
            HeaderTime = HeaderTime,
            HeaderHost = HeaderHost,
            Program = Program,
            Receipt = Receipt,
        };

    /// <summary>The firewall's name when the message has none: host of the header, else the peer.</summary>
    public string? Sender => HeaderHost ?? Receipt.Peer;
}
