using Denywatch.Events.Text;

namespace Denywatch.Events.Integrations.CiscoAsa;

/// <summary>
/// Messages of Cisco ASA and of Firepower Threat Defense, which carry ASA's ids and a few of its own. Wording: Cisco Secure Firewall ASA
/// Series Syslog Messages.
/// </summary>
public sealed class CiscoAsaIntegration : IIntegration
{
    public string Name => "cisco_asa";
    public string Title => "Cisco ASA and Firepower (FTD)";

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

        if (id is 111008 or 111010)
            events.Add(Notice.Change(line, text, UserIn(text)));
        else if (id == 106101)
            events.Add(Notice.Suppressed(line, null, "message 106101: more denied flows than are kept for logging"));

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

    // "User 'admin' executed the 'access-list …' command."
    private static ReadOnlySpan<byte> UserIn(ReadOnlySpan<byte> text)
    {
        var open = text.IndexOf((byte)'\'');
        var close = open < 0 ? -1 : text[(open + 1)..].IndexOf((byte)'\'');
        return close < 0 ? [] : text.Slice(open + 1, close);
    }

    private static bool IsHeadless(ReadOnlySpan<byte> message) =>
        message.StartsWith("Deny "u8) && message.IndexOf(" by access-group "u8) > 0;
}
