using System.Net;
using Denywatch.Events.Text;

namespace Denywatch.Events.Integrations.AzureFlow;

/// <summary>
/// One flow. NSG: <c>seconds,src,dst,sport,dport,T|U,I|O,A|D</c>, in version 2 followed by <c>B|C|E</c> and counters. VNet:
/// <c>milliseconds,src,dst,sport,dport,protocol number,I|O,B|C|E|D</c>, encryption and counters.
/// </summary>
internal readonly record struct FlowTuple(
    DateTimeOffset At,
    IPAddress Source,
    IPAddress? Destination,
    int? SourcePort,
    int? DestinationPort,
    string? Transport,
    Direction Direction,
    Verdict Verdict,
    string Reason,
    long? Packets
)
{
    private const int Fewest = 8;

    public static bool TryRead(ReadOnlySpan<byte> text, out FlowTuple flow)
    {
        flow = default;
        Span<Range> ranges = stackalloc Range[16];
        var fields = CsvRow.Read(text, ranges);
        if (
            fields.Count < Fewest
            || AnyTime.SinceEpoch(fields[0]) is not { } at
            || fields[1].Address() is not { } source
        )
            return false;

        var state = fields[7];
        var isVirtualNetwork = fields[5].Number() is not null;
        // Both letters of an NSG flow: the decision stands here, the state behind it.
        var denied = state.SequenceEqual("D"u8);
        flow = new FlowTuple(
            at,
            source,
            fields[2].Address(),
            fields[3].Port(),
            fields[4].Port(),
            TransportOf(fields[5]),
            EventDraft.DirectionOf(fields[6]),
            denied ? Verdict.Denied : Verdict.Allowed,
            Words.Reason(isVirtualNetwork ? "flow state="u8 : "flow decision="u8, state),
            fields[9].Number()
        );
        return true;
    }

    public FirewallEvent ToEvent(string? firewall, string? rule, in LogLine line) =>
        new()
        {
            Verdict = Verdict,
            Reason = Reason,
            Timestamp = At,
            Action = Verdict == Verdict.Denied ? "denied" : "allowed",
            Source = Source,
            SourcePort = SourcePort,
            Destination = Destination,
            DestinationPort = DestinationPort,
            Transport = Transport,
            Direction = Direction,
            Observer = firewall ?? line.Sender,
            Rule = rule,
            Packets = Packets,
        };

    private static string? TransportOf(ReadOnlySpan<byte> text) =>
        text.SequenceEqual("T"u8) ? "tcp"
        : text.SequenceEqual("U"u8) ? "udp"
        : Transports.Of(text);
}
