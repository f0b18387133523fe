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

    // Configuration logs.
    private const int Command = 9;
    private const int Admin = 10;
    private const int Result = 12;
    private const int Path = 13;

    // Threat logs only: which end of the session attacked.
    private const int AttackDirection = 35;

    // Traffic logs only.
    private const int Packets = 34;
    private const int PacketsReceived = 45;
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
        var isThreat = row[Type].SequenceEqual("THREAT"u8);
        if (row[Type].SequenceEqual("CONFIG"u8))
            return ReadChange(row, line, events);
        if (!isTraffic && !isThreat && !SharesLayout(row[Type]))
            return Outcome.Understood; // SYSTEM, USERID and others: no verdict on traffic
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
        // At the end of a session; of a datagram nobody expects an answer.
        if (
            verdict == Verdict.Allowed
            && transport == "tcp"
            && row[Subtype].SequenceEqual("end"u8)
            && row[PacketsReceived].SequenceEqual("0"u8)
        )
            (verdict, reason) = (Verdict.Unanswered, "packets received=0");
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
                Direction = isThreat ? DirectionOf(row[AttackDirection]) : Direction.Unknown,
                Observer =
                    (isTraffic || isThreat ? Words.OrNull(row[isTraffic ? TrafficDevice : ThreatDevice]) : null)
                    ?? line.Sender,
                Rule = Words.OrNull(row[Rule]),
                // Sessions with the same ends and application within 5 seconds share one row.
                Count = row[RepeatCount].Number() is > 1 and var repeated ? repeated : 1,
                Packets = isTraffic ? row[Packets].Number() : null,
            }
        );
        return Outcome.Understood;
    }

    private static bool SharesLayout(ReadOnlySpan<byte> type) =>
        type.SequenceEqual("SCTP"u8) || type.SequenceEqual("GTP"u8) || type.SequenceEqual("TUNNEL"u8);

    private static Outcome ReadChange(in CsvRow row, in LogLine line, ICollection<FirewallEvent> events)
    {
        if (row.Count <= Result || row[Result].Is("failed"u8) || row[Result].Is("unauthorized"u8))
            return Outcome.Understood;
        Span<byte> what = stackalloc byte[256];
        var command = row[Command][..Math.Min(row[Command].Length, 32)];
        var path = row[Path][..Math.Min(row[Path].Length, what.Length - command.Length - 1)];
        command.CopyTo(what);
        what[command.Length] = (byte)' ';
        path.CopyTo(what[(command.Length + 1)..]);
        events.Add(
            Notice.Change(
                line,
                what[..(command.Length + 1 + path.Length)].TrimEnd((byte)' '),
                row[Admin],
                TimeOf(row, line)
            )
        );
        return Outcome.Understood;
    }

    // ECS's reading of these words; where the addresses know better, they win (see Enricher).
    private static Direction DirectionOf(ReadOnlySpan<byte> word) =>
        word.SequenceEqual("client-to-server"u8) ? Direction.Inbound
        : word.SequenceEqual("server-to-client"u8) ? Direction.Outbound
        : Direction.Unknown;

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
