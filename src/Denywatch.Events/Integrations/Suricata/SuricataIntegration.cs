using Denywatch.Events.Text;

namespace Denywatch.Events.Integrations.Suricata;

/// <summary>Suricata's EVE records, one JSON object a line, from its file or over syslog.</summary>
public sealed class SuricataIntegration : IIntegration
{
    private static readonly Names<EventField> Fields = new(EveFields.Names);

    public string Name => "suricata";
    public string Title => "Suricata";

    public bool Recognises(in LogLine line) =>
        JsonEvents.Holds(line, "\"event_type\""u8)
        && (JsonEvents.Holds(line, "\"src_ip\""u8) || JsonEvents.Holds(line, "\"stats\""u8))
        && !JsonEvents.IsInSchema(line);

    public Outcome Parse(in LogLine line, ICollection<FirewallEvent> events)
    {
        var draft = new EventDraft();
        if (JsonEvents.Read(line, Fields, ref draft) is { } problem)
            return Outcome.Rejected(problem);

        var (verdict, reason) = EveVerdict.Of(draft);
        if (verdict == Verdict.Denied && draft.Source is null)
            return Outcome.Rejected("src_ip is missing or no address: the record may be cut off");
        events.Add(draft.ToEvent(verdict, reason, line));
        return Outcome.Understood;
    }
}
