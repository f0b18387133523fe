using Denywatch.Events.Text;

namespace Denywatch.Events.Integrations.ZscalerZia;

/// <summary>
/// Zscaler Internet Access: firewall, web and DNS logs as JSON, as Nanolog streaming sends them, with and without its
/// <c>sourcetype</c> envelope.
/// </summary>
public sealed class ZscalerZiaIntegration : IIntegration
{
    private static readonly Names<EventField> Fields = JsonEvents.Prefixed(
        ["", "event."],
        new Dictionary<string, EventField>(StringComparer.Ordinal)
        {
            ["datetime"] = EventField.Time,
            ["time"] = EventField.OtherTime,
            ["epochtime"] = EventField.OtherTime,
            ["action"] = EventField.Action,
            ["reqaction"] = EventField.Action,
            ["csip"] = EventField.Source,
            ["ssip"] = EventField.OtherSource,
            ["cip"] = EventField.Source,
            ["ClientIP"] = EventField.Source,
            ["clientip"] = EventField.Source,
            ["clientpublicIP"] = EventField.OtherSource,
            ["clt_sip"] = EventField.Source,
            ["csport"] = EventField.SourcePort,
            ["ssport"] = EventField.OtherSourcePort,
            ["cdip"] = EventField.Destination,
            ["sdip"] = EventField.OtherDestination,
            ["serverip"] = EventField.Destination,
            ["srv_dip"] = EventField.Destination,
            ["cdport"] = EventField.DestinationPort,
            ["sdport"] = EventField.OtherDestinationPort,
            ["srv_dport"] = EventField.DestinationPort,
            ["proto"] = EventField.Transport,
            ["devicename"] = EventField.Observer,
            ["locationname"] = EventField.OtherObserver,
            ["location"] = EventField.OtherObserver,
            ["rulelabel"] = EventField.Rule,
            ["rule"] = EventField.Rule,
            ["reqrulelabel"] = EventField.Rule,
            ["ipsrulelabel"] = EventField.OtherRule,
            ["urlfilterrulelabel"] = EventField.OtherRule,
            ["numsessions"] = EventField.Count,
        }
    );

    public string Name => "zscaler_zia";
    public string Title => "Zscaler Internet Access";

    public bool Recognises(in LogLine line) =>
        JsonEvents.Holds(line, "\"zscalernss-"u8)
        || JsonEvents.Holds(line, "\"csip\""u8) && JsonEvents.Holds(line, "\"cdip\""u8);

    public Outcome Parse(in LogLine line, ICollection<FirewallEvent> events)
    {
        var draft = new EventDraft();
        if (JsonEvents.Read(line, Fields, ref draft) is { } problem)
            return Outcome.Rejected(problem);

        var verdict = ActionWords.Of(draft.Action);
        if (verdict == Verdict.Denied && draft.Source is null)
            return Outcome.Rejected("csip is missing or no address: add the field to the feed's output format");
        events.Add(draft.ToEvent(verdict, draft.Action is null ? null : Words.Reason("action="u8, draft.Action), line));
        return Outcome.Understood;
    }
}
