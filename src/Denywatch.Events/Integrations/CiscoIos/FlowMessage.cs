using Denywatch.Events.Text;

namespace Denywatch.Events.Integrations.CiscoIos;

/// <summary>
/// NX-OS: <c>Src IP: 192.0.2.1, Dst IP: …, Protocol: "TCP"(6), ACL Name: a, ACE Action: Deny, Hit-count: 5</c>. Older
/// versions leave the action out: then there is no verdict.
/// </summary>
internal static class FlowMessage
{
    private static readonly Names<EventField> Fields = new(
        new Dictionary<string, EventField>(StringComparer.Ordinal)
        {
            ["Src IP"] = EventField.Source,
            ["Source IP"] = EventField.Source,
            ["Dst IP"] = EventField.Destination,
            ["Destination IP"] = EventField.Destination,
            ["Src Port"] = EventField.SourcePort,
            ["Source Port"] = EventField.SourcePort,
            ["Dst Port"] = EventField.DestinationPort,
            ["Destination Port"] = EventField.DestinationPort,
            ["Protocol"] = EventField.Transport,
            ["ACL Name"] = EventField.Rule,
            ["ACE Action"] = EventField.Action,
            ["Hit-count"] = EventField.Count,
        }
    );

    public static void Read(ReadOnlySpan<byte> text, in LogLine line, ICollection<FirewallEvent> events)
    {
        var draft = new EventDraft();
        foreach (var range in text.Split((byte)','))
        {
            var pair = text[range];
            var colon = pair.IndexOf((byte)':');
            if (colon < 0)
                colon = pair.IndexOf((byte)'='); // "Hit-count = 5"
            if (colon < 0)
                continue;
            var value = pair[(colon + 1)..].Trim((byte)' ');
            var close = value.StartsWith((byte)'"') ? value[1..].IndexOf((byte)'"') : -1;
            draft.Take(Fields[pair[..colon].Trim((byte)' ')], close < 0 ? value : value.Slice(1, close), line.Receipt);
        }
        var verdict = ActionWords.Of(draft.Action);
        events.Add(
            draft.ToEvent(verdict, draft.Action is null ? null : Words.Reason("ace action="u8, draft.Action), line)
        );
    }
}
