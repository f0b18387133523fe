using Denywatch.Events.Text;

namespace Denywatch.Events.Integrations.Zeek;

/// <summary>
/// Zeek's connection log, as JSON or tab-separated under its <c>#fields</c> line. Zeek watches and denies nothing; what it
/// can tell is that nobody answered.
/// </summary>
public sealed class ZeekIntegration : IIntegration
{
    private const int MostColumns = 64;

    // The order since Zeek 2.0 where the file's head was not sent along.
    private const string DefaultOrder =
        "ts uid id.orig_h id.orig_p id.resp_h id.resp_p proto service duration orig_bytes resp_bytes conn_state local_orig local_resp missed_bytes history orig_pkts orig_ip_bytes resp_pkts resp_ip_bytes";

    private const EventField LocalSource = (EventField)200;
    private const EventField LocalDestination = (EventField)201;

    private static readonly Names<EventField> Fields = new(
        new Dictionary<string, EventField>(StringComparer.Ordinal)
        {
            ["ts"] = EventField.Time,
            ["@timestamp"] = EventField.OtherTime,
            ["id.orig_h"] = EventField.Source,
            ["id.orig_p"] = EventField.SourcePort,
            ["id.resp_h"] = EventField.Destination,
            ["id.resp_p"] = EventField.DestinationPort,
            ["proto"] = EventField.Transport,
            ["conn_state"] = EventField.Action,
            ["local_orig"] = LocalSource,
            ["local_resp"] = LocalDestination,
            ["orig_pkts"] = EventField.Packets,
            ["resp_pkts"] = EventField.ReplyPackets,
            ["_system_name"] = EventField.Observer,
            ["_path"] = EventField.Kind,
        }
    );

    private EventField[] columns = Columns(System.Text.Encoding.ASCII.GetBytes(DefaultOrder), (byte)' ');

    private bool hasHead;

    public string Name => "zeek";
    public string Title => "Zeek";

    public IIntegration ForSender() => new ZeekIntegration();

    public bool Recognises(in LogLine line)
    {
        if (JsonEvents.Holds(line, "orig_h\""u8) && !JsonEvents.IsInSchema(line))
            return true;
        var text = line.Raw;
        if (text.StartsWith("#separator"u8) || text.StartsWith("#fields\t"u8) || text.StartsWith("#path\t"u8))
            return true;
        if (text.StartsWith((byte)'#'))
            return IsHead(text);
        if (hasHead && text.Count((byte)'\t') == columns.Length - 1)
            return true;
        return text.Length > 40 && char.IsAsciiDigit((char)text[0]) && text.IndexOf("\tC"u8) is > 9 and < 20;
    }

    public Outcome Parse(in LogLine line, ICollection<FirewallEvent> events)
    {
        var draft = new EventDraft();
        bool? localSource = null,
            localDestination = null;
        if (!JsonEvents.In(line).IsEmpty)
        {
            Span<byte> room = stackalloc byte[JsonFields.Room];
            var fields = new JsonFields(JsonEvents.In(line), room);
            while (fields.Next())
                Take(Fields[fields.Path], fields.Value, line.Receipt, ref draft, ref localSource, ref localDestination);
            if (fields.Problem is { } problem)
                return Outcome.Rejected(problem);
        }
        else if (line.Raw.StartsWith((byte)'#'))
        {
            if (line.Raw.StartsWith("#fields\t"u8))
            {
                columns = Columns(line.Raw["#fields\t".Length..], (byte)'\t');
                hasHead = columns.Length > 1;
            }
            return Outcome.Understood;
        }
        else
        {
            Span<Range> ranges = stackalloc Range[MostColumns];
            var row = CsvRow.Read(line.Raw, ranges, (byte)'\t');
            for (var i = 0; i < Math.Min(row.Count, columns.Length); i++)
                Take(columns[i], row[i], line.Receipt, ref draft, ref localSource, ref localDestination);
        }

        draft.Direction = (localSource, localDestination) switch
        {
            (true, true) => Direction.Internal,
            (true, false) => Direction.Outbound,
            (false, true) => Direction.Inbound,
            (false, false) => Direction.External,
            _ => Direction.Unknown,
        };
        events.Add(
            draft.ToEvent(
                VerdictOf(draft.Action),
                draft.Action is null ? null : Words.Reason("conn_state="u8, draft.Action),
                line
            )
        );
        return Outcome.Understood;
    }

    // REJ is the host itself that refuses: no firewall, and an answer.
    private static Verdict VerdictOf(string? state) =>
        state switch
        {
            "s0" or "sh" or "rstos0" => Verdict.Unanswered,
            "sf" or "s1" or "s2" or "s3" or "rsto" or "rstr" => Verdict.Allowed,
            _ => Verdict.None,
        };

    private static void Take(
        EventField field,
        ReadOnlySpan<byte> value,
        Receipt receipt,
        ref EventDraft draft,
        ref bool? localSource,
        ref bool? localDestination
    )
    {
        if (field == LocalSource)
            localSource = IsTrue(value) ?? localSource;
        else if (field == LocalDestination)
            localDestination = IsTrue(value) ?? localDestination;
        else if (!value.SequenceEqual("-"u8))
            draft.Take(field, value, receipt);
    }

    private static bool? IsTrue(ReadOnlySpan<byte> value) =>
        value.Is("t"u8) || value.Is("true"u8) ? true
        : value.Is("f"u8) || value.Is("false"u8) ? false
        : null;

    private static bool IsHead(ReadOnlySpan<byte> text) =>
        text.StartsWith("#set_separator\t"u8)
        || text.StartsWith("#empty_field\t"u8)
        || text.StartsWith("#unset_field\t"u8)
        || text.StartsWith("#types\t"u8)
        || text.StartsWith("#open\t"u8)
        || text.StartsWith("#close\t"u8);

    private static EventField[] Columns(ReadOnlySpan<byte> names, byte separator)
    {
        Span<Range> ranges = stackalloc Range[MostColumns];
        var row = CsvRow.Read(names, ranges, separator);
        var fields = new EventField[row.Count];
        for (var i = 0; i < fields.Length; i++)
            fields[i] = Fields[row[i]];
        return fields;
    }
}
