using Denywatch.Events.Text;

namespace Denywatch.Events.Integrations.WindowsFirewall;

/// <summary>
/// Security events of the Windows Filtering Platform. Their id decides: 5150 to 5153 dropped a packet, 5155, 5157 and 5159
/// blocked an application or a connection, 5031 a listening application; 5154, 5156 and 5158 permitted.
/// </summary>
internal static class PlatformEvent
{
    private const EventField Id = EventField.Text;

    // The event log's message table: which way the connection goes.
    private static ReadOnlySpan<byte> InboundMessage => "%%14592"u8;
    private static ReadOnlySpan<byte> OutboundMessage => "%%14593"u8;

    private static readonly Names<EventField> Fields = new(
        new Dictionary<string, EventField>(StringComparer.Ordinal)
        {
            // Winlogbeat and Elastic Agent.
            ["event.code"] = Id,
            ["winlog.event_id"] = Id,
            ["winlog.time_created"] = EventField.Time,
            ["winlog.computer_name"] = EventField.Observer,
            ["@timestamp"] = EventField.OtherTime,
            ["host.name"] = EventField.OtherObserver,
            ["winlog.event_data.SourceAddress"] = EventField.Source,
            ["winlog.event_data.SourcePort"] = EventField.SourcePort,
            ["winlog.event_data.DestAddress"] = EventField.Destination,
            ["winlog.event_data.DestPort"] = EventField.DestinationPort,
            ["winlog.event_data.Protocol"] = EventField.Transport,
            ["winlog.event_data.Direction"] = EventField.Direction,
            ["winlog.event_data.FilterOrigin"] = EventField.Rule,
            // What an Elastic pipeline made of them.
            ["source.ip"] = EventField.OtherSource,
            ["source.port"] = EventField.OtherSourcePort,
            ["destination.ip"] = EventField.OtherDestination,
            ["destination.port"] = EventField.OtherDestinationPort,
            ["network.transport"] = EventField.Transport,
            ["network.direction"] = EventField.Direction,
            // NXLog and Fluent Bit put everything on top; in XML the names are the same.
            ["EventID"] = Id,
            ["EventTime"] = EventField.Time,
            ["TimeCreated"] = EventField.Time,
            ["SystemTime"] = EventField.Time,
            ["Hostname"] = EventField.Observer,
            ["Computer"] = EventField.Observer,
            ["SourceAddress"] = EventField.Source,
            ["SourcePort"] = EventField.SourcePort,
            ["DestAddress"] = EventField.Destination,
            ["DestPort"] = EventField.DestinationPort,
            ["Protocol"] = EventField.Transport,
            ["Direction"] = EventField.Direction,
            ["FilterOrigin"] = EventField.Rule,
            ["Event.System.EventID"] = Id,
            // The text of the event viewer.
            ["Source Address"] = EventField.Source,
            ["Source Port"] = EventField.SourcePort,
            ["Destination Address"] = EventField.Destination,
            ["Destination Port"] = EventField.DestinationPort,
            ["Filter Origin"] = EventField.Rule,
        }
    );

    public static bool IsIn(in LogLine line)
    {
        var raw = line.Raw;
        if (raw.IndexOf("Windows Filtering Platform has "u8) >= 0)
            return true;
        if (raw.IndexOf("Microsoft-Windows-Security-Auditing"u8) < 0 && raw.IndexOf("\"EventID\""u8) < 0)
            return false;
        return IdIn(raw) != 0;
    }

    public static Outcome Read(in LogLine line, ICollection<FirewallEvent> events)
    {
        var draft = new EventDraft();
        var id = 0L;
        var json = JsonEvents.In(line);
        if (!json.IsEmpty)
        {
            Span<byte> room = stackalloc byte[JsonFields.Room];
            var fields = new JsonFields(json, room);
            while (fields.Next())
                Take(Fields[fields.Path], fields.Value, line.Receipt, ref draft, ref id);
            if (fields.Problem is { } problem)
                return Outcome.Rejected(problem);
        }
        else if (line.Raw.IndexOf("<EventID"u8) >= 0)
        {
            var data = new XmlFields(line.Raw);
            while (data.Next())
                Take(Fields[data.Name], data.Value, line.Receipt, ref draft, ref id);
        }
        else
        {
            var labels = new LabelledText(line.Raw);
            while (labels.Next())
                Take(Fields[labels.Label], labels.Value, line.Receipt, ref draft, ref id);
        }
        if (id == 0)
            id = IdIn(line.Raw);

        var verdict = VerdictOf(id, line.Raw);
        draft.Take(EventField.Action, WordOf(verdict), line.Receipt);
        if (verdict == Verdict.Denied && id is 5152 or 5157 && draft.Source is null && draft.Destination is null)
            return Outcome.Rejected($"event {id} without addresses: send it as JSON, XML or with its whole message");
        events.Add(draft.ToEvent(verdict, verdict == Verdict.None ? null : ReasonOf(id), line));
        return Outcome.Understood;
    }

    private static void Take(
        EventField field,
        ReadOnlySpan<byte> value,
        Receipt receipt,
        ref EventDraft draft,
        ref long id
    )
    {
        if (field == Id)
            id = value.Number() ?? id;
        else if (field == EventField.Direction && value.SequenceEqual(InboundMessage))
            draft.Direction = Direction.Inbound;
        else if (field == EventField.Direction && value.SequenceEqual(OutboundMessage))
            draft.Direction = Direction.Outbound;
        else if (!value.SequenceEqual("-"u8))
            draft.Take(field, value, receipt);
    }

    private static Verdict VerdictOf(long id, ReadOnlySpan<byte> raw) =>
        id switch
        {
            5031 or 5150 or 5151 or 5152 or 5153 or 5155 or 5157 or 5159 => Verdict.Denied,
            5154 or 5156 or 5158 => Verdict.Allowed,
            // The text alone, without its number.
            0 when raw.IndexOf("Platform has blocked"u8) >= 0 => Verdict.Denied,
            0 when raw.IndexOf("Platform has permitted"u8) >= 0 => Verdict.Allowed,
            _ => Verdict.None,
        };

    private static ReadOnlySpan<byte> WordOf(Verdict verdict) =>
        verdict switch
        {
            Verdict.Denied => "blocked"u8,
            Verdict.Allowed => "permitted"u8,
            _ => [],
        };

    private static string ReasonOf(long id) =>
        id switch
        {
            5031 => "event 5031",
            5150 => "event 5150",
            5151 => "event 5151",
            5152 => "event 5152",
            5153 => "event 5153",
            5154 => "event 5154",
            5155 => "event 5155",
            5156 => "event 5156",
            5157 => "event 5157",
            5158 => "event 5158",
            5159 => "event 5159",
            _ => "the Windows Filtering Platform's text",
        };

    /// <summary>The number of one of our events where it stands as a field or a word of its own; 0 where there is none.</summary>
    private static int IdIn(ReadOnlySpan<byte> raw)
    {
        var look = raw[..Math.Min(raw.Length, 8 * 1024)];
        for (var from = 0; from < look.Length; )
        {
            var next = look[from..].IndexOf("5"u8);
            if (next < 0)
                return 0;
            from += next;
            if (
                from + 4 <= look.Length
                && (from == 0 || !char.IsAsciiLetterOrDigit((char)look[from - 1]))
                && (from + 4 == look.Length || !char.IsAsciiLetterOrDigit((char)look[from + 4]))
                && look.Slice(from, 4).Number() is 5031 or (>= 5150 and <= 5159)
            )
                return (int)look.Slice(from, 4).Number()!.Value;
            from++;
        }
        return 0;
    }
}
