using Denywatch.Events.Integrations.Iptables;
using Denywatch.Events.Text;

namespace Denywatch.Events.Integrations.Ulogd;

/// <summary>
/// JSON of ulogd2: packets that nftables or iptables handed over by NFLOG. The rule's prefix says the verdict; without
/// one the label that ulogd was given for the group, which is "allowed" unless somebody set it: only "blocked" counts.
/// </summary>
public sealed class UlogdIntegration : IIntegration
{
    private static readonly Names<EventField> Fields = new(
        new Dictionary<string, EventField>(StringComparer.Ordinal)
        {
            ["oob.time.sec"] = EventField.Time,
            ["timestamp"] = EventField.OtherTime,
            ["dvc"] = EventField.Observer,
            ["src_ip"] = EventField.Source,
            ["src_port"] = EventField.SourcePort,
            ["dest_ip"] = EventField.Destination,
            ["dest_port"] = EventField.DestinationPort,
            ["ip.protocol"] = EventField.Transport,
            ["action"] = EventField.OtherAction,
            ["raw.pktcount"] = EventField.Packets,
            ["oob.prefix"] = EventField.Text,
        }
    );

    private const int LongestDocument = 16 * 1024;

    public string Name => "ulogd";
    public string Title => "ulogd2 (JSON)";

    public bool Recognises(in LogLine line) =>
        JsonEvents.Holds(line, "\"oob.family\""u8)
        || JsonEvents.Holds(line, "\"oob.prefix\""u8)
        || JsonEvents.Holds(line, "\"raw.pktlen\""u8);

    public Outcome Parse(in LogLine line, ICollection<FirewallEvent> events)
    {
        var draft = new EventDraft();
        var prefix = default(RulePrefix);
        Span<byte> room = stackalloc byte[JsonFields.Room];
        var json = JsonEvents.In(line);
        var fields = new JsonFields(json[..Math.Min(json.Length, LongestDocument)], room);
        while (fields.Next())
        {
            var field = Fields[fields.Path];
            if (field == EventField.Text)
                prefix = RulePrefix.Read(null, fields.Value);
            else
                draft.Take(field, fields.Value, line.Receipt);
        }
        if (fields.Problem is { } problem)
            return Outcome.Rejected(problem);
        if (draft.Source is null)
            return Outcome.Rejected("src_ip is missing or no address: load ulogd's filter IP2STR in front of JSON");

        var (verdict, reason) =
            prefix.Verdict == Verdict.None && draft.OtherAction is "blocked"
                ? (Verdict.Denied, "action=blocked")
                : (prefix.Verdict, prefix.Reason);
        draft.Action = prefix.Action ?? (verdict == Verdict.Denied ? draft.OtherAction : null);
        draft.LeavePortsOut();
        events.Add(draft.ToEvent(verdict, reason, line, rule: prefix.Rule));
        return Outcome.Understood;
    }
}
