using Denywatch.Events.Text;

namespace Denywatch.Events.Integrations.CiscoAsa;

/// <summary>
/// Messages of Cisco ASA and of Firepower Threat Defense, which carry ASA's ids and a few of its own. Wording: Cisco Secure Firewall ASA
/// Series Syslog Messages.
/// </summary>
public sealed class CiscoAsaIntegration : IIntegration
{
    public string Name => "cisco_asa";
    public string Title => "Cisco ASA";

    public bool Recognises(in LogLine line) => MessageHead.Find(line.Message, out _) || IsHeadless(line.Message);

    public Outcome Parse(in LogLine line, ICollection<FirewallEvent> events)
    {
        var text = line.Message;
        var id = 106023; // a relay may cut the head off; only this message is known by its words
        if (MessageHead.Find(line.Message, out var head))
        {
            id = head.Id;
            text = line.Message[head.Length..];
            if (id == 0)
                return Outcome.Rejected("the message id after %ASA- is not a number of six digits");
        }

        if (FirepowerEvent.IsOne(id))
        {
            FirepowerEvent.Read(id, text, line, events);
            return Outcome.Understood;
        }

        var (verdict, reason) = CiscoAsaVerdict.Of(id, text);
        if (verdict == Verdict.None)
            return Outcome.Understood;

        var connection = new Connection();
        connection.Read(text);
        if (id == 313005)
            connection.ReadEmbedded(text);
        events.Add(
            new FirewallEvent
            {
                Verdict = verdict,
                Reason = reason,
                Timestamp = line.HeaderTime,
                Action = verdict == Verdict.Denied ? "deny" : "allow",
                Source = connection.Source.Address,
                SourcePort = connection.IsPortless ? null : connection.Source.Port,
                Destination = connection.Destination.Address,
                DestinationPort = connection.IsPortless ? null : connection.Destination.Port,
                Transport = connection.Transport,
                Direction = connection.Direction,
                Observer = line.Sender,
                Rule = connection.Rule,
                Count = connection.HitCount ?? 1,
            }
        );
        return Outcome.Understood;
    }

    private static bool IsHeadless(ReadOnlySpan<byte> message) =>
        message.StartsWith("Deny "u8) && message.IndexOf(" by access-group "u8) > 0;
}
