using Denywatch.Events.Integrations.Cef;
using Denywatch.Events.Text;

namespace Denywatch.Events.Integrations.PrismaAccess;

/// <summary>
/// Palo Alto Networks' logs out of Strata Logging Service (Cortex Data Lake), to which Prisma Access writes: CEF over
/// syslog, or JSON over HTTPS.
/// </summary>
public sealed class PrismaAccessIntegration : IIntegration
{
    private static readonly Names<EventField> Fields = new(
        new Dictionary<string, EventField>(StringComparer.Ordinal)
        {
            ["TimeGenerated"] = EventField.Time,
            ["TimeReceived"] = EventField.OtherTime,
            ["LogType"] = EventField.Kind,
            ["Subtype"] = EventField.OtherAction,
            ["Action"] = EventField.Action,
            ["SourceAddress"] = EventField.Source,
            ["SourceIP"] = EventField.Source,
            ["SourcePort"] = EventField.SourcePort,
            ["DestinationAddress"] = EventField.Destination,
            ["DestinationIP"] = EventField.Destination,
            ["DestinationPort"] = EventField.DestinationPort,
            ["Protocol"] = EventField.Transport,
            ["Rule"] = EventField.Rule,
            ["RuleMatched"] = EventField.Rule,
            ["DeviceName"] = EventField.Observer,
            ["DeviceSN"] = EventField.OtherObserver,
            ["CountOfRepeats"] = EventField.Count,
            ["RepeatCount"] = EventField.Count,
        }
    );

    public string Name => "prisma_access";
    public string Title => "Palo Alto Prisma Access";

    public bool Recognises(in LogLine line) =>
        CefHeader.StartIn(line.Raw) is >= 0 and var start
            ? line.Raw[start..].StartsWith("CEF:0|Palo Alto Networks|LF|"u8)
            : JsonEvents.Holds(line, "\"LogType\""u8)
                && JsonEvents.Holds(line, "\"TimeReceived\""u8)
                && JsonEvents.Holds(line, "\"Subtype\""u8);

    public Outcome Parse(in LogLine line, ICollection<FirewallEvent> events)
    {
        if (JsonEvents.In(line).IsEmpty)
            return CefIntegration.Read(line, isSession: true, events);

        var draft = new EventDraft();
        if (JsonEvents.Read(line, Fields, ref draft) is { } problem)
            return Outcome.Rejected(problem);

        var (verdict, reason) = VerdictOf(draft);
        if (verdict == Verdict.Denied && draft.Source is null)
            return Outcome.Rejected("SourceAddress is missing or no address: add the field to the profile");
        events.Add(draft.ToEvent(verdict, reason, line));
        return Outcome.Understood;
    }

    private static (Verdict Verdict, string? Reason) VerdictOf(in EventDraft draft)
    {
        if (draft.Kind is not ("TRAFFIC" or "THREAT" or "URL" or "DECRYPTION" or "SCTP" or "FILE" or "TUNNEL"))
            return (Verdict.None, null);
        if (ActionWords.Of(draft.Action) is not Verdict.None and var verdict)
            return (verdict, Words.Reason("action="u8, draft.Action!));
        if (draft.OtherAction is "deny" or "drop")
            return (Verdict.Denied, Words.Reason("subtype="u8, draft.OtherAction));
        return (Verdict.None, draft.Action is null ? null : Words.Reason("action="u8, draft.Action));
    }
}
