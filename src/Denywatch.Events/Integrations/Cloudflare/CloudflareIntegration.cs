using Denywatch.Events.Text;

namespace Denywatch.Events.Integrations.Cloudflare;

/// <summary>
/// Cloudflare Logpush: firewall events, HTTP requests, Gateway network, DNS and HTTP, Spectrum, Magic IDS and network
/// analytics. The user chooses the fields of a job, so a record tells itself by its verdict's key, not by all of them.
/// </summary>
public sealed class CloudflareIntegration : IIntegration
{
    // Names: Cloudflare's Logpush datasets. RFC 3339, seconds and nanoseconds are all settings of a job.
    private static readonly Names<EventField> Fields = new(
        new Dictionary<string, EventField>(StringComparer.Ordinal)
        {
            ["Datetime"] = EventField.Time,
            ["Timestamp"] = EventField.Time,
            ["EdgeStartTimestamp"] = EventField.OtherTime,
            ["Action"] = EventField.Action,
            ["ResolverDecision"] = EventField.Action,
            ["SecurityAction"] = EventField.Action,
            ["Outcome"] = EventField.OtherAction,
            ["Verdict"] = EventField.OtherAction,
            ["WAFAction"] = EventField.OtherAction,
            ["ClientMatchedIpFirewall"] = EventField.OtherAction,
            ["Event"] = EventField.Kind,
            ["ClientIP"] = EventField.Source,
            ["SourceIP"] = EventField.Source,
            ["SrcIP"] = EventField.Source,
            ["IPSourceAddress"] = EventField.Source,
            ["ClientPort"] = EventField.SourcePort,
            ["ClientSrcPort"] = EventField.OtherSourcePort,
            ["SourcePort"] = EventField.SourcePort,
            ["SrcPort"] = EventField.SourcePort,
            ["OriginIP"] = EventField.Destination,
            ["DestinationIP"] = EventField.Destination,
            ["DstIP"] = EventField.Destination,
            ["IPDestinationAddress"] = EventField.Destination,
            ["OriginPort"] = EventField.DestinationPort,
            ["DestinationPort"] = EventField.DestinationPort,
            ["DstPort"] = EventField.DestinationPort,
            ["Transport"] = EventField.Transport,
            ["Protocol"] = EventField.Transport,
            ["ClientProto"] = EventField.Transport,
            ["IPProtocolName"] = EventField.Transport,
            ["Direction"] = EventField.Direction,
            ["DeviceName"] = EventField.Observer,
            ["ZoneName"] = EventField.OtherObserver,
            ["ClientRequestHost"] = EventField.OtherObserver,
            ["RuleID"] = EventField.Rule,
            ["RuleName"] = EventField.Rule,
            ["PolicyName"] = EventField.Rule,
            ["SecurityRuleID"] = EventField.Rule,
            ["SignatureMessage"] = EventField.Rule,
            ["PolicyID"] = EventField.OtherRule,
            ["SignatureID"] = EventField.OtherRule,
            ["MitigationReason"] = EventField.OtherRule,
        }
    );

    public string Name => "cloudflare";
    public string Title => "Cloudflare Logpush";

    public bool Recognises(in LogLine line)
    {
        // Upper-case keys without spaces, a time of Logpush and an address of Logpush.
        var hasTime =
            JsonEvents.Holds(line, "\"Datetime\":"u8)
            || JsonEvents.Holds(line, "\"Timestamp\":"u8)
            || JsonEvents.Holds(line, "\"EdgeStartTimestamp\":"u8);
        return hasTime
            && (
                JsonEvents.Holds(line, "\"ClientIP\":"u8)
                || JsonEvents.Holds(line, "\"SourceIP\":"u8)
                || JsonEvents.Holds(line, "\"SrcIP\":"u8)
                || JsonEvents.Holds(line, "\"IPSourceAddress\":"u8)
            )
            && !JsonEvents.IsInSchema(line);
    }

    public Outcome Parse(in LogLine line, ICollection<FirewallEvent> events)
    {
        var draft = new EventDraft();
        if (JsonEvents.Read(line, Fields, ref draft) is { } problem)
            return Outcome.Rejected(problem);

        var (verdict, reason) = VerdictOf(draft);
        if (verdict == Verdict.Denied && draft.Source is null)
            return Outcome.Rejected(
                "the client's address is missing or no address: add ClientIP or SourceIP to the job"
            );
        draft.Action ??= draft.OtherAction;
        events.Add(draft.ToEvent(verdict, reason, line));
        return Outcome.Understood;
    }

    private static (Verdict Verdict, string? Reason) VerdictOf(in EventDraft draft)
    {
        if (draft.Kind is "clientFiltered")
            return (Verdict.Denied, "Event=clientFiltered");
        if (draft.Action is { } action && Of(action) is not Verdict.None and var verdict)
            return (verdict, Words.Reason("action="u8, action));
        if (draft.OtherAction is { } other && Of(other) is not Verdict.None and var second)
            return (second, Words.Reason("outcome="u8, other));
        if (draft.Kind is "connect" or "disconnect")
            return (Verdict.Allowed, Words.Reason("event="u8, draft.Kind));
        return (Verdict.None, draft.Action is null ? null : Words.Reason("action="u8, draft.Action));
    }

    private static Verdict Of(string word) =>
        word is "connectionclose" or "forceconnectionclose" ? Verdict.Denied : ActionWords.Of(Parts(word));

    // blockedByPolicy has lost its capitals on the way: what matters stands in front.
    private static string Parts(string word) =>
        word.StartsWith("blocked", StringComparison.Ordinal) ? "blocked"
        : word.StartsWith("allowed", StringComparison.Ordinal) ? "allowed"
        : word;
}
