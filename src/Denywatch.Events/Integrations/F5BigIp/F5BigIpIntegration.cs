using Denywatch.Events.Text;

namespace Denywatch.Events.Integrations.F5BigIp;

/// <summary>
/// F5 BIG-IP: network firewall (AFM) and web firewall (ASM) as JSON of Telemetry Streaming or as <c>key="value",…</c> of
/// its logging profiles. Fields: F5 "External monitoring of BIG-IP systems".
/// </summary>
public sealed class F5BigIpIntegration : IIntegration
{
    private static readonly Names<EventField> Fields = new(
        new Dictionary<string, EventField>(StringComparer.Ordinal)
        {
            ["date_time"] = EventField.Time,
            ["timestamp"] = EventField.OtherTime,
            ["action"] = EventField.Action,
            ["request_status"] = EventField.OtherAction,
            ["source_ip"] = EventField.Source,
            ["client_ip"] = EventField.Source,
            ["ip_client"] = EventField.Source,
            ["source_port"] = EventField.SourcePort,
            ["client_port"] = EventField.SourcePort,
            ["src_port"] = EventField.SourcePort,
            ["dest_ip"] = EventField.Destination,
            ["dest_port"] = EventField.DestinationPort,
            ["ip_protocol"] = EventField.Transport,
            ["hostname"] = EventField.Observer,
            ["unit_hostname"] = EventField.Observer,
            ["acl_rule_name"] = EventField.Rule,
            ["policy_name"] = EventField.OtherRule,
            ["acl_policy_name"] = EventField.OtherRule,
            ["device_product"] = EventField.Kind,
            ["dos_attack_name"] = EventField.Text,
        }
    );

    public string Name => "f5_bigip";
    public string Title => "F5 BIG-IP AFM and ASM";

    public bool Recognises(in LogLine line)
    {
        var head = line.Message[..Math.Min(line.Message.Length, 8192)];
        return head.IndexOf("errdefs_msgno"u8) >= 0
            || head.IndexOf("\"telemetryEventCategory\""u8) >= 0
            || head.IndexOf("acl_policy_name"u8) >= 0 && head.IndexOf("context_name"u8) >= 0
            || head.IndexOf("unit_hostname="u8) >= 0 && head.IndexOf("request_status="u8) >= 0;
    }

    public Outcome Parse(in LogLine line, ICollection<FirewallEvent> events)
    {
        var draft = new EventDraft();
        if (!JsonEvents.In(line).IsEmpty)
        {
            if (JsonEvents.Read(line, Fields, ref draft) is { } problem)
                return Outcome.Rejected(problem);
        }
        else
        {
            var isQuoted = line.Message.IndexOf("=\""u8) >= 0;
            PairEvents.Read(
                new KeyValues(line.Message, separators: isQuoted ? ", "u8 : ";"u8),
                Fields,
                ref draft,
                line.Receipt
            );
        }

        var (verdict, reason) = VerdictOf(draft);
        if (draft.Source is null && draft.Destination is null)
            return verdict == Verdict.Denied
                ? Outcome.Rejected("source_ip is missing or no address: the line may be cut off")
                : Outcome.Understood; // statistics, audit
        draft.LeavePortsOut();
        events.Add(draft.ToEvent(verdict, reason, line));
        return Outcome.Understood;
    }

    // "Blocking" of the flood protection counts requests of a time span, whoever sent them.
    private static (Verdict, string?) VerdictOf(in EventDraft draft)
    {
        if (draft.OtherAction is "blocked")
            return (Verdict.Denied, "request_status=blocked");
        if (draft.Action is null or "blocking" or "undetermined" or "none")
            return draft.OtherAction is "passed" ? (Verdict.Allowed, "request_status=passed") : (Verdict.None, null);
        var verdict = draft.Action is "established" or "open" or "closed"
            ? Verdict.Allowed
            : ActionWords.Of(draft.Action);
        return (verdict, Words.Reason("action="u8, draft.Action));
    }
}
