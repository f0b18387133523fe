using Denywatch.Events.Integrations.Suricata;
using Denywatch.Events.Text;

namespace Denywatch.Events.Integrations.AwsNetworkFirewall;

/// <summary>AWS Network Firewall: a Suricata record inside the firewall's own envelope.</summary>
public sealed class AwsNetworkFirewallIntegration : IIntegration
{
    private static readonly Names<EventField> Fields = new([
        .. EveFields.Names.Select(name => KeyValuePair.Create("event." + name.Key, name.Value)),
        new("firewall_name", EventField.Observer),
        new("event_timestamp", EventField.OtherTime),
    ]);

    public string Name => "aws_network_firewall";
    public string Title => "AWS Network Firewall";

    public bool Recognises(in LogLine line) =>
        JsonEvents.Holds(line, "\"firewall_name\""u8) && JsonEvents.Holds(line, "\"event_type\""u8);

    public Outcome Parse(in LogLine line, ICollection<FirewallEvent> events)
    {
        var draft = new EventDraft();
        if (JsonEvents.Read(line, Fields, ref draft) is { } problem)
            return Outcome.Rejected(problem);

        var (verdict, reason) = EveVerdict.Of(draft);
        if (verdict == Verdict.Denied && draft.Source is null)
            return Outcome.Rejected("event.src_ip is missing or no address: the record may be cut off");
        events.Add(draft.ToEvent(verdict, reason, line));
        return Outcome.Understood;
    }
}
