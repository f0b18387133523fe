using Denywatch.Events.Text;

namespace Denywatch.Events.Integrations.BarracudaCloudGen;

/// <summary>
/// Barracuda CloudGen Firewall: JSON of the log streamer, and the activity log over syslog, <c>Block:
/// type=FWD|proto=TCP|srcIP=…</c> or its columns without names, <c>Block: FWD|TCP|eth0|192.0.2.1|…</c>.
/// </summary>
public sealed class BarracudaCloudGenIntegration : IIntegration
{
    private static readonly Names<EventField> Fields = new(
        new Dictionary<string, EventField>(StringComparer.Ordinal)
        {
            ["timestamp"] = EventField.Time,
            ["action"] = EventField.Action,
            ["operation"] = EventField.OtherAction,
            ["src_ip"] = EventField.Source,
            ["srcIP"] = EventField.Source,
            ["src_port"] = EventField.SourcePort,
            ["srcPort"] = EventField.SourcePort,
            ["dst_ip"] = EventField.Destination,
            ["dstIP"] = EventField.Destination,
            ["dst_port"] = EventField.DestinationPort,
            ["dstPort"] = EventField.DestinationPort,
            ["port"] = EventField.OtherDestinationPort,
            ["ip_proto"] = EventField.Transport,
            ["trans_proto"] = EventField.Transport,
            ["proto"] = EventField.Transport,
            ["fw_rule"] = EventField.Rule,
            ["rule"] = EventField.Rule,
            ["count"] = EventField.Count,
            ["fwd_packets"] = EventField.Packets,
            ["receivedPackets"] = EventField.Packets,
        }
    );

    // The columns of the activity log, where they come without names.
    private static readonly EventField[] Columns =
    [
        EventField.None,
        EventField.Transport,
        EventField.None,
        EventField.Source,
        EventField.SourcePort,
        EventField.None,
        EventField.Destination,
        EventField.DestinationPort,
        EventField.None,
        EventField.None,
        EventField.Rule,
        EventField.None,
        EventField.None,
        EventField.None,
        EventField.None,
        EventField.Count,
    ];

    public string Name => "barracuda_cloudgen";
    public string Title => "Barracuda CloudGen Firewall";

    public bool Recognises(in LogLine line) =>
        !Activity(line.Message, out _).IsEmpty
        || JsonEvents.Holds(line, "\"fw_rule\""u8) && JsonEvents.Holds(line, "\"src_iface\""u8)
        || JsonEvents.Holds(line, "\"trans_proto\""u8) && JsonEvents.Holds(line, "\"threat_severity\""u8);

    public Outcome Parse(in LogLine line, ICollection<FirewallEvent> events)
    {
        var draft = new EventDraft();
        var word = Activity(line.Message, out var activity);
        if (word.IsEmpty)
        {
            if (JsonEvents.Read(line, Fields, ref draft) is { } problem)
                return Outcome.Rejected(problem);
        }
        else
        {
            draft.Take(EventField.Action, word, line.Receipt);
            ReadActivity(activity, ref draft, line.Receipt);
        }

        var (verdict, reason) = VerdictOf(draft.Action ?? draft.OtherAction);
        if (verdict == Verdict.Denied && draft.Source is null)
            return Outcome.Rejected("the source is missing or no address: the line may be cut off");
        draft.LeavePortsOut();
        events.Add(draft.ToEvent(verdict, reason, line));
        return Outcome.Understood;
    }

    private static (Verdict, string?) VerdictOf(string? action)
    {
        if (action is null)
            return (Verdict.None, null);
        var verdict = action switch
        {
            "begin" or "end" or "remove" => Verdict.Allowed,
            "localblock" or "localdeny" or "localdrop" => Verdict.Denied,
            "fail" => Verdict.None, // the destination did not answer
            _ => ActionWords.Of(action),
        };
        return (verdict, Words.Reason("action="u8, action));
    }

    private static void ReadActivity(ReadOnlySpan<byte> text, ref EventDraft draft, Receipt receipt)
    {
        if (text.Contains((byte)'='))
        {
            PairEvents.Read(new KeyValues(text, separators: "|"u8), Fields, ref draft, receipt);
            return;
        }
        Span<Range> ranges = stackalloc Range[16];
        var row = CsvRow.Read(text, ranges, (byte)'|');
        for (var column = 0; column < row.Count; column++)
            draft.Take(Columns[column], row[column], receipt);
    }

    /// <summary>The word in front of the columns, such as <c>Block</c>; empty where the line is no activity.</summary>
    private static ReadOnlySpan<byte> Activity(ReadOnlySpan<byte> message, out ReadOnlySpan<byte> columns)
    {
        columns = [];
        var bar = message[..Math.Min(message.Length, 256)].IndexOf((byte)'|');
        if (bar < 6)
            return [];
        var colon = message[..bar].LastIndexOf(": "u8);
        if (colon < 1)
            return [];
        columns = message[(colon + 2)..];
        var kind = columns[..(bar - colon - 2)];
        kind = kind.StartsWith("type="u8) ? kind[5..] : kind;
        if (
            !kind.SequenceEqual("FWD"u8)
            && !kind.SequenceEqual("LIN"u8)
            && !kind.SequenceEqual("LOUT"u8)
            && !kind.SequenceEqual("IPXY"u8)
        )
            return [];
        var before = message[..colon];
        return before[(before.LastIndexOf((byte)' ') + 1)..];
    }
}
