using Denywatch.Events.Text;

namespace Denywatch.Events.Integrations.PfSense;

/// <summary>
/// pf's <c>filterlog</c> rows of pfSense and OPNsense. Layout: https://docs.netgate.com/pfsense/en/latest/monitoring/logs/raw-filter-format.html.
/// </summary>
public sealed class PfSenseIntegration : IIntegration
{
    // 0-based columns, the same for both address families up to the version.
    private const int Tracker = 3;
    private const int Action = 6;
    private const int Way = 7;
    private const int IpVersion = 8;

    public string Name => "pfsense";
    public string Title => "pfSense and OPNsense";

    public bool Recognises(in LogLine line) =>
        line.Program == "filterlog" || line.Program is null && LooksLikeRow(line.Message);

    public Outcome Parse(in LogLine line, ICollection<FirewallEvent> events)
    {
        Span<Range> ranges = stackalloc Range[24];
        var row = CsvRow.Read(line.Message, ranges);
        if (row.Count <= IpVersion)
            return Outcome.Rejected(
                $"filterlog row has {row.Count} fields; action, direction and IP version are fields 7 to 9"
            );

        var layout = Layout.Of(row[IpVersion]);
        if (layout is null)
            return Outcome.Rejected(
                $"filterlog field 9 is \"{Words.Of(row[IpVersion])}\"; the IP version 4 or 6 belongs there"
            );
        if (row[layout.Source].Address() is not { } source)
            return Outcome.Rejected($"filterlog field {layout.Source + 1} is not a source address");

        var transport = Transports.Of(row[layout.Protocol]);
        var hasPorts = transport is "tcp" or "udp" or "sctp" or "udplite";
        var (verdict, reason) = VerdictOf(row[Action]);
        events.Add(
            new FirewallEvent
            {
                Verdict = verdict,
                Reason = reason,
                Timestamp = line.HeaderTime,
                Action = Words.LowerOf(row[Action]),
                Source = source,
                Destination = row[layout.Source + 1].Address(),
                SourcePort = hasPorts ? row[layout.Source + 2].Port() : null,
                DestinationPort = hasPorts ? row[layout.Source + 3].Port() : null,
                Transport = transport,
                Direction = DirectionOf(row[Way]),
                Observer = line.Sender,
                Rule = Words.OrNull(row[Tracker]),
            }
        );
        return Outcome.Understood;
    }

    private static (Verdict Verdict, string? Reason) VerdictOf(ReadOnlySpan<byte> action) =>
        action switch
        {
            _ when action.SequenceEqual("block"u8) => (Verdict.Denied, "action=block"),
            _ when action.SequenceEqual("reject"u8) => (Verdict.Denied, "action=reject"),
            _ when action.SequenceEqual("pass"u8) => (Verdict.Allowed, "action=pass"),
            _ => (Verdict.None, null), // nat, rdr, match, synproxy: no verdict on the traffic
        };

    private static Direction DirectionOf(ReadOnlySpan<byte> way) =>
        way.SequenceEqual("in"u8) ? Direction.Inbound
        : way.SequenceEqual("out"u8) ? Direction.Outbound
        : Direction.Unknown;

    // A relay may have cut the program's name off: then the shape must do.
    private static bool LooksLikeRow(ReadOnlySpan<byte> message)
    {
        if (message.Length < 30 || !char.IsAsciiDigit((char)message[0]))
            return false;
        Span<Range> ranges = stackalloc Range[10];
        var row = CsvRow.Read(message, ranges);
        return row.Count == 10
            && row[0].Number() is not null
            && (row[Way].SequenceEqual("in"u8) || row[Way].SequenceEqual("out"u8))
            && Layout.Of(row[IpVersion]) is not null;
    }

    /// <summary>Where IPv4 and IPv6 rows differ: protocol name, source address; destination and ports follow the source.</summary>
    private sealed record Layout(int Protocol, int Source)
    {
        private static readonly Layout Four = new(16, 18);
        private static readonly Layout Six = new(12, 15);

        public static Layout? Of(ReadOnlySpan<byte> version) =>
            version.SequenceEqual("4"u8) ? Four
            : version.SequenceEqual("6"u8) ? Six
            : null;
    }
}
