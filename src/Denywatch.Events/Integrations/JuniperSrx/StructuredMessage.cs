using Denywatch.Events.Text;

namespace Denywatch.Events.Integrations.JuniperSrx;

/// <summary>Structured data of one event, <c>name="value"</c> each.</summary>
internal static class StructuredMessage
{
    private static readonly Names<EventField> Fields = new(
        new Dictionary<string, EventField>(StringComparer.Ordinal)
        {
            ["source-address"] = EventField.Source,
            ["client-ip"] = EventField.OtherSource,
            ["source-port"] = EventField.SourcePort,
            ["destination-address"] = EventField.Destination,
            ["destination-port"] = EventField.DestinationPort,
            ["protocol-id"] = EventField.Transport,
            ["protocol-name"] = EventField.Transport,
            ["action"] = EventField.Action,
            ["rulebase-name"] = EventField.Rule,
            ["policy-name"] = EventField.OtherRule,
            ["repeat-count"] = EventField.Count,
            ["packets-from-client"] = EventField.Packets,
            ["packets-from-server"] = EventField.ReplyPackets,
        }
    );

    public static Outcome Read(
        ReadOnlySpan<byte> name,
        ReadOnlySpan<byte> structured,
        in LogLine line,
        ICollection<FirewallEvent> events
    )
    {
        var draft = new EventDraft();
        ReadOnlySpan<byte> action = [];
        var pairs = new KeyValues(structured, separators: " ]"u8);
        while (pairs.Next())
        {
            if (pairs.Key.SequenceEqual("action"u8) && action.IsEmpty)
                action = pairs.Value;
            draft.Take(Fields[pairs.Key], pairs.Value, line.Receipt);
        }

        var (verdict, reason) = JunosEvent.VerdictOf(name, action);
        if (draft.Source is null && draft.Destination is null)
            return verdict == Verdict.Denied
                ? Outcome.Rejected("source-address is missing or no address: the line may be cut off")
                : Outcome.Understood;
        // Of a datagram nobody expects an answer.
        if (verdict == Verdict.Allowed && draft is { Transport: "tcp", ReplyPackets: 0 })
            (verdict, reason) = (Verdict.Unanswered, "packets-from-server=0");
        draft.Action ??= Words.LowerOf(name);
        draft.Transport ??= JunosEvent.TransportOf(name);
        if (draft.Count is { } repeated)
            draft.Count = repeated + 1; // the first one is not a repetition
        draft.LeavePortsOut();
        events.Add(draft.ToEvent(verdict, reason, line));
        return Outcome.Understood;
    }
}
