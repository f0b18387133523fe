using Denywatch.Events.Text;

namespace Denywatch.Events.Integrations.BarracudaWaf;

/// <summary>
/// Barracuda Web Application Firewall: network firewall (<c>NF ALER TCP 192.0.2.1 1 192.0.2.2 80 DENY rule …</c>) and
/// web firewall (<c>WF ALER attack 192.0.2.1 1 192.0.2.2 443 rule kind DENY …</c>). Layout: product's "Syslog and other
/// logs".
/// </summary>
public sealed class BarracudaWafIntegration : IIntegration
{
    public string Name => "barracuda_waf";
    public string Title => "Barracuda Web Application Firewall";

    public bool Recognises(in LogLine line)
    {
        var words = new TextWords(line.Message[..Math.Min(line.Message.Length, 64)]);
        words.Next(out var kind);
        if (kind.SequenceEqual("TR"u8))
            return words.Next(out var address) && address.Address() is not null;
        return IsKind(kind)
            && (words.Next(out var one) && IsSeverity(one) || words.Next(out var two) && IsSeverity(two));
    }

    public Outcome Parse(in LogLine line, ICollection<FirewallEvent> events)
    {
        var words = new TextWords(line.Message);
        words.Next(out var kind);
        var isNetwork = kind.SequenceEqual("NF"u8);
        if (!isNetwork && !kind.SequenceEqual("WF"u8))
            return Outcome.Understood; // access, audit and system logs

        words.Next(out _); // severity
        words.Next(out var protocol); // of the web firewall the attack
        words.Next(out var source);
        words.Next(out var sourcePort);
        words.Next(out var destination);
        words.Next(out var destinationPort);
        words.Next(out var action);
        words.Next(out var rule);
        if (!isNetwork)
        {
            rule = action;
            words.Next(out action);
        }
        if (source.Address() is not { } from)
            return Outcome.Rejected("the source is missing or no address: the line may be cut off");

        var transport = isNetwork ? Transports.Of(protocol) : "tcp";
        var hasPorts = transport is "tcp" or "udp" or "sctp";
        events.Add(
            new FirewallEvent
            {
                Verdict = ActionWords.Of(action),
                Reason = Words.Reason("action="u8, action),
                Timestamp = line.HeaderTime,
                Action = Words.LowerOf(action),
                Source = from,
                SourcePort = hasPorts ? sourcePort.Port() : null,
                Destination = destination.Address(),
                DestinationPort = hasPorts ? destinationPort.Port() : null,
                Transport = transport,
                Observer = line.Sender,
                Rule = Words.OrNull(rule),
            }
        );
        return Outcome.Understood;
    }

    private static bool IsKind(ReadOnlySpan<byte> word) =>
        word.SequenceEqual("NF"u8)
        || word.SequenceEqual("WF"u8)
        || word.SequenceEqual("SYS"u8)
        || word.SequenceEqual("AUDIT"u8);

    private static bool IsSeverity(ReadOnlySpan<byte> word) =>
        word.Length == 4
        && (
            word.SequenceEqual("EMER"u8)
            || word.SequenceEqual("ALER"u8)
            || word.SequenceEqual("CRIT"u8)
            || word.SequenceEqual("ERRO"u8)
            || word.SequenceEqual("WARN"u8)
            || word.SequenceEqual("NOTI"u8)
            || word.SequenceEqual("INFO"u8)
            || word.SequenceEqual("DEBU"u8)
        );
}
