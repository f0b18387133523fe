using Denywatch.Events.Text;

namespace Denywatch.Events.Integrations.Cef;

/// <summary>The fields of a CEF event that we use, whatever product wrote it.</summary>
internal ref struct CefEvent
{
    private const EventField Outcome = (EventField)200;
    private const EventField Behaviour = (EventField)201;
    private const EventField Utm = (EventField)203;

    // Short names of the CEF dictionary, their long names, and what vendors add.
    private static readonly Names<EventField> Known = new(
        new Dictionary<string, EventField>(StringComparer.Ordinal)
        {
            ["act"] = EventField.Action,
            ["deviceAction"] = EventField.Action,
            ["action"] = EventField.Action,
            ["fw_action"] = EventField.OtherAction,
            ["rule_action"] = EventField.OtherAction,
            ["disposition"] = EventField.OtherAction,
            ["FTNTFGTutmaction"] = Utm,
            ["utmaction"] = Utm,
            ["outcome"] = Outcome,
            ["eventOutcome"] = Outcome,
            ["categoryOutcome"] = Outcome,
            ["categoryBehavior"] = Behaviour,
            ["src"] = EventField.Source,
            ["sourceAddress"] = EventField.Source,
            ["spt"] = EventField.SourcePort,
            ["sourcePort"] = EventField.SourcePort,
            ["dst"] = EventField.Destination,
            ["destinationAddress"] = EventField.Destination,
            ["dpt"] = EventField.DestinationPort,
            ["destinationPort"] = EventField.DestinationPort,
            ["proto"] = EventField.Transport,
            ["transportProtocol"] = EventField.Transport,
            ["deviceDirection"] = EventField.Direction,
            ["rt"] = EventField.Time,
            ["deviceReceiptTime"] = EventField.Time,
            ["FTNTFGTeventtime"] = EventField.OtherTime,
            ["dvchost"] = EventField.Observer,
            ["deviceHostName"] = EventField.Observer,
            ["devname"] = EventField.Observer,
            ["dvc"] = EventField.OtherObserver,
            ["deviceAddress"] = EventField.OtherObserver,
            ["origin"] = EventField.OtherObserver,
            ["PanOSDeviceName"] = EventField.OtherObserver,
            ["rule_name"] = EventField.Rule,
            ["ruleName"] = EventField.Rule,
            ["PanOSRuleMatched"] = EventField.Rule,
            ["FTNTFGTpolicyname"] = EventField.Rule,
            ["FTNTFGTpolicyid"] = EventField.OtherRule,
            ["policy_id"] = EventField.OtherRule,
            ["rule_uid"] = EventField.OtherRule,
            ["cnt"] = EventField.Count,
            ["baseEventCount"] = EventField.Count,
        }
    );

    // Which custom field is the rule is said by its label.
    private static readonly Names<EventField> Labels = new(
        new Dictionary<string, EventField>(StringComparer.Ordinal)
        {
            ["rule"] = EventField.Rule,
            ["rule name"] = EventField.Rule,
            ["rulename"] = EventField.Rule,
            ["access rule name"] = EventField.Rule,
            ["access control rule name"] = EventField.Rule,
            ["firewall rule"] = EventField.Rule,
            ["access rule"] = EventField.Rule,
            ["security rule"] = EventField.Rule,
            ["rulelabel"] = EventField.Rule,
            ["rule label"] = EventField.Rule,
            ["acl name"] = EventField.Rule,
            ["ruleid"] = EventField.OtherRule,
            ["rule id"] = EventField.OtherRule,
            ["policy id"] = EventField.OtherRule,
            ["firewall policy"] = EventField.OtherRule,
            ["acl"] = EventField.Rule,
            ["policy"] = EventField.OtherRule,
            ["policy name"] = EventField.OtherRule,
            ["policyname"] = EventField.OtherRule,
            ["source ipv6 address"] = EventField.Source,
            ["destination ipv6 address"] = EventField.Destination,
        }
    );

    public EventDraft Draft;

    public ReadOnlySpan<byte> Action,
        OtherAction,
        UtmAction,
        OutcomeWord,
        BehaviourWord;

    /// <param name="isSession">
    /// Events are told when a session ends: it was decided at its <c>start</c>, and <c>rt</c> is when the log was written.
    /// </param>
    public void Read(ReadOnlySpan<byte> extension, bool isSession, Receipt receipt)
    {
        ReadOnlySpan<byte> start = [],
            end = [],
            written = [],
            zone = [];
        var custom = new CefCustomFields();
        var pairs = new CefPairs(extension);
        while (pairs.Next())
        {
            var field = Known[pairs.Key];
            switch (field)
            {
                case EventField.None:
                    if (pairs.Key.SequenceEqual("start"u8) || pairs.Key.SequenceEqual("startTime"u8))
                        start = pairs.Value;
                    else if (pairs.Key.SequenceEqual("dtz"u8))
                        zone = pairs.Value;
                    else if (pairs.Key.SequenceEqual("end"u8))
                        end = pairs.Value;
                    else
                        custom.Take(pairs.Key, pairs.ValueStart, pairs.Value.Length);
                    break;
                case EventField.Action when Action.IsEmpty:
                    Action = pairs.Value;
                    Draft.Take(EventField.Action, pairs.Value, receipt);
                    break;
                case EventField.Action:
                    break;
                case EventField.OtherAction:
                    OtherAction = pairs.Unquoted;
                    break;
                case EventField.Time:
                    written = pairs.Value;
                    break;
                case Utm:
                    UtmAction = pairs.Value;
                    break;
                case Outcome:
                    if (OutcomeWord.IsEmpty)
                        OutcomeWord = pairs.Value;
                    break;
                case Behaviour:
                    BehaviourWord = pairs.Value;
                    break;
                case EventField.Direction:
                    Draft.Direction =
                        pairs.Value.SequenceEqual("0"u8) ? Direction.Inbound
                        : pairs.Value.SequenceEqual("1"u8) ? Direction.Outbound
                        : EventDraft.DirectionOf(pairs.Value);
                    break;
                default:
                    Draft.Take(field, pairs.Value, receipt);
                    break;
            }
        }
        for (var i = 0; i < CefCustomFields.Count; i++)
        {
            if (MeaningOf(custom.Label(i, extension)) is { } meaning)
                Draft.Take(meaning, custom.Value(i, extension), receipt);
        }
        // Seconds since 1970 need no zone, and no receipt of their own.
        if (written.Number() is null)
            receipt = In(zone, receipt);
        if (isSession)
            Draft.Take(EventField.Time, start, receipt);
        Draft.Take(EventField.Time, written, receipt);
        Draft.Take(EventField.OtherTime, start, receipt);
        Draft.Take(EventField.OtherTime, end, receipt);
    }

    // The device's zone, for times that state none.
    private static Receipt In(ReadOnlySpan<byte> zone, Receipt receipt) =>
        Zones.Of(zone) is { } known && !ReferenceEquals(known, receipt.Zone) ? receipt with { Zone = known } : receipt;

    private static EventField? MeaningOf(ReadOnlySpan<byte> label)
    {
        Span<byte> lower = stackalloc byte[32];
        if (label.Length is 0 or > 32)
            return null;
        for (var i = 0; i < label.Length; i++)
            lower[i] = label[i] is >= (byte)'A' and <= (byte)'Z' ? (byte)(label[i] | 0x20) : label[i];
        return Labels[lower[..label.Length]] is not EventField.None and var field ? field : null;
    }
}
