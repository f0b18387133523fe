using Denywatch.Events.Text;

namespace Denywatch.Events.Integrations.AzureFirewall;

/// <summary>
/// Azure Firewall's diagnostic logs: structured (<c>AZFW…</c>), in the older form with one sentence in <c>msg</c>, and as
/// rows of a Log Analytics export. Also the web application firewalls of Application Gateway and Front Door.
/// </summary>
public sealed class AzureFirewallIntegration : IIntegration
{
    // The text fields are read here: a resource id, and a sentence.
    private const EventField ResourceId = EventField.Text;
    private const EventField Sentence = (EventField)200;

    private static readonly Names<EventField> Fields = JsonEvents.Prefixed(
        ["", "properties."],
        new Dictionary<string, EventField>(StringComparer.Ordinal)
        {
            ["time"] = EventField.Time,
            ["TimeGenerated"] = EventField.Time,
            ["timeStamp"] = EventField.OtherTime,
            ["category"] = EventField.Kind,
            ["Category"] = EventField.Kind,
            ["Type"] = EventField.Kind,
            ["resourceId"] = ResourceId,
            ["_ResourceId"] = ResourceId,
            ["ResourceId"] = ResourceId,
            ["msg"] = Sentence,
            ["msg_s"] = Sentence,
            ["Action"] = EventField.Action,
            ["action"] = EventField.Action,
            ["SourceIp"] = EventField.Source,
            ["SourcePort"] = EventField.SourcePort,
            ["clientIp"] = EventField.Source,
            ["clientIP"] = EventField.Source,
            ["clientPort"] = EventField.SourcePort,
            ["DestinationIp"] = EventField.Destination,
            ["DestinationPort"] = EventField.DestinationPort,
            ["Protocol"] = EventField.Transport,
            ["Rule"] = EventField.Rule,
            ["ruleName"] = EventField.Rule,
            ["ruleId"] = EventField.OtherRule,
            ["RuleCollection"] = EventField.OtherRule,
            ["Description"] = EventField.OtherRule,
            ["ThreatDescription"] = EventField.OtherRule,
            ["SignatureId"] = EventField.OtherRule,
        }
    );

    public string Name => "azure_firewall";
    public string Title => "Azure Firewall";

    public bool Recognises(in LogLine line) =>
        JsonEvents.Holds(line, "\"AZFW"u8)
        || JsonEvents.Holds(line, "\"AzureFirewall"u8)
        || JsonEvents.Holds(line, "ApplicationGatewayFirewallLog\""u8)
        || JsonEvents.Holds(line, "rontDoorWebApplicationFirewallLog\""u8)
        || JsonEvents.Holds(line, "rontdoorWebApplicationFirewallLog\""u8);

    public Outcome Parse(in LogLine line, ICollection<FirewallEvent> events)
    {
        var draft = new EventDraft();
        Span<byte> room = stackalloc byte[JsonFields.Room];
        var fields = new JsonFields(JsonEvents.In(line), room);
        while (fields.Next())
        {
            var field = Fields[fields.Path];
            if (field == ResourceId)
                draft.Take(EventField.Observer, JsonEvents.LastSegment(fields.Value), line.Receipt);
            else if (field == Sentence)
                AzureSentence.Read(fields.Value, ref draft, line.Receipt);
            else
                draft.Take(field, fields.Value, line.Receipt);
        }
        if (fields.Problem is { } problem)
            return Outcome.Rejected(problem);

        draft.Transport = TransportOf(draft.Transport);
        var verdict = ActionWords.Of(draft.Action);
        if (verdict == Verdict.Denied && draft.Source is null)
            return Outcome.Rejected("a deny without a source address: the record may be cut off");
        events.Add(draft.ToEvent(verdict, draft.Action is null ? null : Words.Reason("action="u8, draft.Action), line));
        return Outcome.Understood;
    }

    // Application rules name the protocol of the application.
    private static string? TransportOf(string? protocol) => protocol is "http" or "https" or "mssql" ? "tcp" : protocol;
}
