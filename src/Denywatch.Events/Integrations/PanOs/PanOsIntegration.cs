using Denywatch.Events.Text;

namespace Denywatch.Events.Integrations.PanOs;

/// <summary>
/// PAN-OS syslog rows. Columns are read by place, extra trailing columns of newer versions are ignored. Layout: PAN-OS
/// administrator's guide, "Syslog Field Descriptions".
/// </summary>
public sealed class PanOsIntegration : IIntegration
{
    // 0-based columns that traffic and threat logs share.
    private const int Received = 1;
    private const int Type = 3;
    private const int Subtype = 4;
    private const int Generated = 6;
    private const int Source = 7;
    private const int Destination = 8;
    private const int Rule = 11;
    private const int RepeatCount = 23;
    private const int SourcePort = 24;
    private const int DestinationPort = 25;
    private const int Protocol = 29;
    private const int Action = 30;

    // Traffic logs only.
    private const int Packets = 34;
    private const int TrafficDevice = 52;
    private const int ThreatDevice = 59;

    // High-resolution timestamps stand somewhere behind these, by version.
    private const int FirstLateColumn = 60;
    private const int MostColumns = 160;

    public string Name => "panw_panos";
    public string Title => "Palo Alto Networks PAN-OS";

    public bool Recognises(in LogLine line)
    {
        var message = line.Message;
        var comma = message.IndexOf((byte)',');
        return comma is > 0 and < 6
            && message[..comma].Number() is not null
            && message.Length > comma + 20
            && message[comma + 20] == ','
            && message[comma + 5] == '/'
            && message[comma + 8] == '/'
            && message[comma + 14] == ':';
    }

    public Outcome Parse(in LogLine line, ICollection<FirewallEvent> events)
    {
        Span<Range> ranges = stackalloc Range[MostColumns];
        var row = CsvRow.Read(line.Message, ranges);
        var isTraffic = row[Type].SequenceEqual("TRAFFIC"u8);
        if (!isTraffic && !row[Type].SequenceEqual("THREAT"u8))
            return Outcome.Understood; // SYSTEM, CONFIG, USERID and others: no verdict on traffic
        if (row.Count <= Action)
            return Outcome.Rejected(
                $"row has {row.Count} columns; the action is column {Action + 1}: the line may be cut off"
            );
        if (row[Source].Address() is not { } source)
            return Outcome.Rejected(
                $"column {Source + 1} is \"{Words.Of(row[Source])}\"; the source address belongs there"
            );

        var transport = Transports.Of(row[Protocol]);
        var hasPorts = transport is "tcp" or "udp" or "sctp";
        var (verdict, reason) = PanOsVerdict.Of(isTraffic, row[Subtype], row[Action]);
        events.Add(
            new FirewallEvent
            {
                Verdict = verdict,
                Reason = reason,
                Timestamp = TimeOf(row, line),
                Action = Words.LowerOf(row[Action]),
                Source = source,
                SourcePort = Port(row[SourcePort], hasPorts),
                Destination = row[Destination].Address(),
                DestinationPort = Port(row[DestinationPort], hasPorts),
                Transport = transport,
                Observer = Words.OrNull(row[isTraffic ? TrafficDevice : ThreatDevice]) ?? line.Sender,
                Rule = Words.OrNull(row[Rule]),
                // Sessions with the same ends and application within 5 seconds share one row.
                Count = row[RepeatCount].Number() is > 1 and var repeated ? repeated : 1,
                Packets = isTraffic ? row[Packets].Number() : null,
            }
        );
        return Outcome.Understood;
    }

    // ICMP rows hold 0 in both port columns.
    private static int? Port(ReadOnlySpan<byte> text, bool hasPorts) =>
        text.Port() is { } port && (hasPorts || port > 0) ? port : null;

    /// <summary>The stamp with zone of PAN-OS 10 and later, else the firewall's local time.</summary>
    private static DateTimeOffset? TimeOf(in CsvRow row, in LogLine line)
    {
        var zone = line.Receipt.Zone;
        for (var column = FirstLateColumn; column < row.Count; column++)
        {
            var text = row[column];
            if (
                text.Length >= 20
                && text[10] == 'T'
                && Times.TryIso(text, zone, out var precise, out _)
                && precise.Year > 1990
            )
                return precise;
        }
        if (Times.TryIso(row[Generated], zone, out var at, out _) || Times.TryIso(row[Received], zone, out at, out _))
            return at;
        return line.HeaderTime;
    }
}
