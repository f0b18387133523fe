using Denywatch.Events.Text;

namespace Denywatch.Events.Integrations.Leef;

/// <summary>
/// IBM's Log Event Extended Format, versions 1 and 2. It has no standard key for what the device did: an action field, or
/// else the event's id or category, speaks.
/// </summary>
public sealed class LeefIntegration : IIntegration
{
    private static readonly Names<EventField> Known = new(
        new Dictionary<string, EventField>(StringComparer.OrdinalIgnoreCase)
        {
            ["action"] = EventField.Action,
            ["Action"] = EventField.Action,
            ["act"] = EventField.Action,
            ["deviceAction"] = EventField.Action,
            ["disposition"] = EventField.OtherAction,
            ["fw_action"] = EventField.OtherAction,
            ["rule_action"] = EventField.OtherAction,
            ["utmaction"] = EventField.OtherAction,
            ["status"] = EventField.OtherAction,
            ["cat"] = EventField.Kind,
            ["src"] = EventField.Source,
            ["srcip"] = EventField.Source,
            ["srcPort"] = EventField.SourcePort,
            ["srcport"] = EventField.SourcePort,
            ["dst"] = EventField.Destination,
            ["dstip"] = EventField.Destination,
            ["dstPort"] = EventField.DestinationPort,
            ["dstport"] = EventField.DestinationPort,
            ["proto"] = EventField.Transport,
            ["protocol"] = EventField.Transport,
            ["devTime"] = EventField.Time,
            ["devTimeFormat"] = EventField.Text,
            ["deviceTime"] = EventField.OtherTime,
            ["ReceiveTime"] = EventField.OtherTime,
            ["TimeGenerated"] = EventField.OtherTime,
            ["startTime"] = EventField.OtherTime,
            ["Direction"] = EventField.Direction,
            ["direction"] = EventField.Direction,
            ["identHostName"] = EventField.OtherObserver,
            ["deviceName"] = EventField.Observer,
            ["DeviceName"] = EventField.Observer,
            ["devname"] = EventField.Observer,
            ["dvchost"] = EventField.Observer,
            ["origin"] = EventField.OtherObserver,
            ["rule"] = EventField.Rule,
            ["ruleName"] = EventField.Rule,
            ["RuleName"] = EventField.Rule,
            ["rule_name"] = EventField.Rule,
            ["policyname"] = EventField.Rule,
            ["policy"] = EventField.OtherRule,
            ["policyid"] = EventField.OtherRule,
            ["rule_uid"] = EventField.OtherRule,
            ["RepeatCount"] = EventField.Count,
            ["totalPackets"] = EventField.Packets,
        }
    );

    public string Name => "leef";
    public string Title => "Log Event Extended Format (LEEF)";

    public bool Recognises(in LogLine line) => LeefHeader.StartIn(line.Raw) >= 0;

    public Outcome Parse(in LogLine line, ICollection<FirewallEvent> events)
    {
        var start = LeefHeader.StartIn(line.Raw);
        if (start < 0 || !LeefHeader.TryRead(line.Raw[start..], out var header))
            return Outcome.Rejected(
                "the LEEF header is cut off: LEEF:1.0|vendor|product|version|id| must come before the fields"
            );

        var draft = new EventDraft();
        ReadOnlySpan<byte> action = [],
            other = [],
            category = [],
            time = [],
            pattern = [];
        var pairs = new LeefPairs(header.Fields, header.Separator);
        while (pairs.Next())
        {
            var field = Known[pairs.Key];
            var value = pairs.Value;
            if (field == EventField.Action && action.IsEmpty)
                action = value;
            else if (field == EventField.OtherAction)
                other = value;
            else if (field == EventField.Kind)
                category = value;
            else if (field == EventField.Time)
                time = value;
            else if (field == EventField.Text)
                pattern = value;
            draft.Take(field, value, line.Receipt);
        }

        var (verdict, reason) = VerdictOf(header, action, other, category, draft);
        var at = PatternTime.Of(time, pattern, line.Receipt.Zone); // else the draft has read it by its shape
        events.Add(draft.ToEvent(verdict, reason, line, at));
        return Outcome.Understood;
    }

    private static (Verdict Verdict, string? Reason) VerdictOf(
        in LeefHeader header,
        ReadOnlySpan<byte> action,
        ReadOnlySpan<byte> other,
        ReadOnlySpan<byte> category,
        in EventDraft draft
    )
    {
        // Without an end of a connection nothing on the network was denied: a login, a file, a message.
        if (draft.Source is null && draft.Destination is null)
            return (Verdict.None, null);
        if (ActionWords.Of(action) is not Verdict.None and var acted)
            return (acted, Words.Reason("action="u8, action));
        if (ActionWords.Of(other) is not Verdict.None and var second)
            return (second, Words.Reason("action="u8, other));
        if (!action.IsEmpty)
            return (Verdict.None, Words.Reason("action="u8, action));
        if (ActionWords.Of(header.Id) is not Verdict.None and var identified)
            return (identified, Words.Reason("id="u8, header.Id));
        if (ActionWords.Of(category) is not Verdict.None and var sorted)
            return (sorted, Words.Reason("cat="u8, category));
        return (Verdict.None, null);
    }
}
