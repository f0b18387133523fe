using Denywatch.Events.Text;

namespace Denywatch.Events.Integrations.CheckPoint;

/// <summary>Several drops in one log: <c>&lt;src,sport,dst,dport,proto;if&gt; &lt;…&gt;</c>, each an event of its own.</summary>
internal static class DroppedPackets
{
    private const int Most = 1000;

    public static Outcome Read(
        ReadOnlySpan<byte> text,
        in LogLine line,
        EventDraft draft,
        string? reason,
        ICollection<FirewallEvent> events
    )
    {
        var read = 0;
        Span<Range> ranges = stackalloc Range[6];
        for (; read < Most; read++)
        {
            var open = text.IndexOf((byte)'<');
            var close = open < 0 ? -1 : text[open..].IndexOf((byte)'>');
            if (close < 0)
                break;
            var packet = text.Slice(open + 1, close - 1);
            var end = packet.IndexOf((byte)';');
            var row = CsvRow.Read(end < 0 ? packet : packet[..end], ranges);
            var one = draft;
            one.Take(EventField.Source, row[0], line.Receipt);
            one.Take(EventField.SourcePort, row[1], line.Receipt);
            one.Take(EventField.Destination, row[2], line.Receipt);
            one.Take(EventField.DestinationPort, row[3], line.Receipt);
            one.Take(EventField.Transport, row[4], line.Receipt);
            events.Add(one.ToEvent(Verdict.Denied, reason, line));
            text = text[(open + close + 1)..];
        }
        return read > 0
            ? Outcome.Understood
            : Outcome.Rejected("packets holds no <source,port,destination,port,protocol>");
    }
}
