using Denywatch.Events.Text;

namespace Denywatch.Events.Integrations.GcpFirewall;

/// <summary>
/// Log entries of Google Cloud's VPC firewall rules, of its threat prevention, and of Cloud Armor policies. The network
/// counts as the firewall: its rules hold for all of its machines.
/// </summary>
public sealed class GcpFirewallIntegration : IIntegration
{
    private static readonly Names<EventField> Fields = new(
        new Dictionary<string, EventField>(StringComparer.Ordinal)
        {
            ["timestamp"] = EventField.Time,
            ["receiveTimestamp"] = EventField.OtherTime,
            ["jsonPayload.disposition"] = EventField.Action,
            ["jsonPayload.connection.src_ip"] = EventField.Source,
            ["jsonPayload.connection.src_port"] = EventField.SourcePort,
            ["jsonPayload.connection.dest_ip"] = EventField.Destination,
            ["jsonPayload.connection.dest_port"] = EventField.DestinationPort,
            ["jsonPayload.connection.protocol"] = EventField.Transport,
            ["jsonPayload.rule_details.reference"] = EventField.Rule,
            ["jsonPayload.rule_details.direction"] = EventField.Direction,
            ["jsonPayload.rule_details.action"] = EventField.OtherAction,
            ["jsonPayload.vpc.vpc_name"] = EventField.Observer,
            ["resource.labels.subnetwork_name"] = EventField.OtherObserver,
            // Threat prevention.
            ["jsonPayload.action"] = EventField.Action,
            ["jsonPayload.connection.clientIp"] = EventField.Source,
            ["jsonPayload.connection.clientPort"] = EventField.SourcePort,
            ["jsonPayload.connection.serverIp"] = EventField.Destination,
            ["jsonPayload.connection.serverPort"] = EventField.DestinationPort,
            ["jsonPayload.threatDetails.threat"] = EventField.OtherRule,
            ["jsonPayload.interceptVpc.vpc"] = EventField.Observer,
            // Cloud Armor.
            ["jsonPayload.enforcedSecurityPolicy.outcome"] = EventField.Action,
            ["jsonPayload.enforcedSecurityPolicy.name"] = EventField.OtherRule,
            ["httpRequest.remoteIp"] = EventField.OtherSource,
            ["httpRequest.serverIp"] = EventField.OtherDestination,
            ["resource.labels.forwarding_rule_name"] = EventField.OtherObserver,
        }
    );

    public string Name => "gcp_firewall";
    public string Title => "Google Cloud firewall";

    public bool Recognises(in LogLine line) =>
        JsonEvents.Holds(line, "\"jsonPayload\""u8)
        && (
            JsonEvents.Holds(line, "\"disposition\""u8)
            || JsonEvents.Holds(line, "googleapis.com%2Ffirewall"u8)
            || JsonEvents.Holds(line, "\"enforcedSecurityPolicy\""u8)
        );

    public Outcome Parse(in LogLine line, ICollection<FirewallEvent> events)
    {
        var draft = new EventDraft();
        if (JsonEvents.Read(line, Fields, ref draft) is { } problem)
            return Outcome.Rejected(problem);

        var word = draft.Action ?? draft.OtherAction;
        var verdict = ActionWords.Of(word);
        if (verdict == Verdict.Denied && draft.Source is null)
            return Outcome.Rejected("jsonPayload.connection.src_ip is missing or no address: the entry may be cut off");
        events.Add(draft.ToEvent(verdict, word is null ? null : Words.Reason("disposition="u8, word), line));
        return Outcome.Understood;
    }
}
