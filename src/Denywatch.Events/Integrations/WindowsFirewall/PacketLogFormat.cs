using Denywatch.Events.Text;

namespace Denywatch.Events.Integrations.WindowsFirewall;

/// <summary>The columns of <c>pfirewall.log</c>, as its <c>#Fields:</c> line says. Its times are local.</summary>
internal sealed class PacketLogFormat
{
    private const int MostColumns = 32;
    private const int StampLength = 19;
    private const EventField Date = (EventField)200;
    private const EventField Clock = (EventField)201;

    private static readonly Names<EventField> Known = new(
        new Dictionary<string, EventField>(StringComparer.Ordinal)
        {
            ["date"] = Date,
            ["time"] = Clock,
            ["action"] = EventField.Action,
            ["protocol"] = EventField.Transport,
            ["src-ip"] = EventField.Source,
            ["dst-ip"] = EventField.Destination,
            ["src-port"] = EventField.SourcePort,
            ["dst-port"] = EventField.DestinationPort,
            ["path"] = EventField.Direction,
            ["info"] = EventField.Count,
        }
    );

    private readonly EventField[] columns;

    private PacketLogFormat(EventField[] columns) => this.columns = columns;

    /// <summary>Since Windows XP; later versions add a column behind.</summary>
    public static PacketLogFormat Default { get; } =
        TryRead(
            "#Fields: date time action protocol src-ip dst-ip src-port dst-port size tcpflags tcpsyn tcpack tcpwin icmptype icmpcode info path"u8
        )!;

    public static bool IsHead(ReadOnlySpan<byte> line) =>
        line.StartsWith("#Fields: date time action"u8)
        || line.StartsWith("#Software: Microsoft Windows Firewall"u8)
        || line.StartsWith("#Time Format: "u8)
        || line.StartsWith("#Version: "u8);

    public static PacketLogFormat? TryRead(ReadOnlySpan<byte> line)
    {
        if (!line.StartsWith("#Fields: "u8))
            return null;
        Span<Range> ranges = stackalloc Range[MostColumns];
        var names = CsvRow.Read(line["#Fields: ".Length..].TrimEnd((byte)' '), ranges, (byte)' ');
        var fields = new EventField[names.Count];
        for (var i = 0; i < fields.Length; i++)
            fields[i] = Known[names[i]];
        return new PacketLogFormat(fields);
    }

    /// <summary>
    /// Where a row begins in a line, behind a relay's header for instance; negative where there is none. An action in
    /// capitals behind a date and a time marks it.
    /// </summary>
    public static int StartIn(ReadOnlySpan<byte> line)
    {
        var look = line[..Math.Min(line.Length, 256)];
        foreach (var action in Actions)
        {
            var at = look.IndexOf(action);
            if (at < StampLength)
                continue;
            var start = at - StampLength;
            if (
                look[start + 4] == '-'
                && look[start + 7] == '-'
                && look[start + 10] == ' '
                && look[start + 13] == ':'
                && look[start + 16] == ':'
                && IsProtocol(look[(at + action.Length)..])
            )
                return start;
        }
        return -1;
    }

    // Others write a verdict behind a time as well: "DROP IN=eth0".
    private static bool IsProtocol(ReadOnlySpan<byte> rest)
    {
        var end = rest.IndexOf((byte)' ');
        var word = end < 0 ? rest : rest[..end];
        return word.SequenceEqual("-"u8)
            || word.Is("tcp"u8)
            || word.Is("udp"u8)
            || word.Is("icmp"u8)
            || word.Is("icmpv6"u8)
            || word.Number() is <= 255;
    }

    public Outcome Read(ReadOnlySpan<byte> text, in LogLine line, ICollection<FirewallEvent> events)
    {
        Span<Range> ranges = stackalloc Range[MostColumns];
        var row = CsvRow.Read(text, ranges, (byte)' ');
        var draft = new EventDraft();
        scoped ReadOnlySpan<byte> date = [];
        scoped ReadOnlySpan<byte> clock = [];
        for (var i = 0; i < Math.Min(row.Count, columns.Length); i++)
        {
            if (columns[i] == Date)
                date = row[i];
            else if (columns[i] == Clock)
                clock = row[i];
            else if (!row[i].SequenceEqual("-"u8))
                draft.Take(columns[i], row[i], line.Receipt);
        }
        var at = AnyTime.Of(date, clock, line.Receipt.Zone);

        if (draft.Action is "info-events-lost")
        {
            events.Add(Notice.Suppressed(line, draft.Count, "action=info-events-lost", at));
            return Outcome.Understood;
        }

        var verdict =
            draft.Action is "drop" ? Verdict.Denied
            : draft.Action is "allow" or "open" or "open-inbound" ? Verdict.Allowed
            : Verdict.None;
        if (verdict == Verdict.Denied && draft.Source is null)
            return Outcome.Rejected("src-ip is missing or no address: is the #Fields line of this log sent first?");
        events.Add(
            draft.ToEvent(verdict, draft.Action is null ? null : Words.Reason("action="u8, draft.Action), line, at)
        );
        return Outcome.Understood;
    }

    private static readonly byte[][] Actions =
    [
        " DROP "u8.ToArray(),
        " ALLOW "u8.ToArray(),
        " OPEN "u8.ToArray(),
        " CLOSE "u8.ToArray(),
        " OPEN-INBOUND "u8.ToArray(),
        " INFO-EVENTS-LOST "u8.ToArray(),
    ];
}
