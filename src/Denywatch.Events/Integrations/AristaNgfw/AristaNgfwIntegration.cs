using Denywatch.Events.Text;

namespace Denywatch.Events.Integrations.AristaNgfw;

/// <summary>
/// Arista Edge Threat Management NG Firewall (Untangle): one JSON event a line, with the Java class of its kind and, for
/// most kinds, the session it belongs to.
/// </summary>
public sealed class AristaNgfwIntegration : IIntegration
{
    private static readonly Names<EventField> Fields = new(
        new Dictionary<string, EventField>(StringComparer.Ordinal)
        {
            ["timeStamp"] = EventField.Time,
            ["blocked"] = EventField.Action,
            ["action"] = EventField.OtherAction,
            ["class"] = EventField.Kind,
            ["sessionEvent.CClientAddr"] = EventField.Source,
            ["CClientAddr"] = EventField.Source,
            ["sourceAddr"] = EventField.Source,
            ["sessionEvent.CClientPort"] = EventField.SourcePort,
            ["CClientPort"] = EventField.SourcePort,
            ["sourcePort"] = EventField.SourcePort,
            ["sessionEvent.SServerAddr"] = EventField.Destination,
            ["SServerAddr"] = EventField.Destination,
            ["destAddr"] = EventField.Destination,
            ["sessionEvent.SServerPort"] = EventField.DestinationPort,
            ["SServerPort"] = EventField.DestinationPort,
            ["destPort"] = EventField.DestinationPort,
            ["sessionEvent.protocolName"] = EventField.Transport,
            ["protocolName"] = EventField.Transport,
            ["protocol"] = EventField.Transport,
            ["ruleId"] = EventField.Rule,
            ["sessionEvent.policyRuleId"] = EventField.OtherRule,
        }
    );

    public string Name => "arista_ngfw";
    public string Title => "Arista NG Firewall (Untangle)";

    public bool Recognises(in LogLine line) => JsonEvents.Holds(line, "\"class com.untangle."u8);

    public Outcome Parse(in LogLine line, ICollection<FirewallEvent> events)
    {
        var draft = new EventDraft();
        if (JsonEvents.Read(line, Fields, ref draft) is { } problem)
            return Outcome.Rejected(problem);

        var (verdict, reason) = VerdictOf(draft);
        if (draft.Source is null && verdict != Verdict.Denied)
            return Outcome.Understood; // statistics of interfaces, the system, flows of other events
        draft.Action = draft.OtherAction;
        draft.LeavePortsOut();
        events.Add(draft.ToEvent(verdict, reason, line));
        return Outcome.Understood;
    }

    private static (Verdict, string?) VerdictOf(in EventDraft draft)
    {
        if (draft.Action is "true")
            return (Verdict.Denied, "blocked=true");
        if (draft.OtherAction is "block" or "b")
            return (Verdict.Denied, "action=block");
        return draft.Action is "false" ? (Verdict.Allowed, "blocked=false") : (Verdict.None, null);
    }
}
