using Denywatch.Events.Integrations.Iptables;
using Denywatch.Events.Text;

namespace Denywatch.Events.Integrations.MikroTik;

/// <summary>
/// MikroTik RouterOS: <c>firewall,info drop-wan input: in:ether1 out:(unknown 0), … proto TCP (SYN),
/// 192.0.2.1:1->192.0.2.2:80, len 40</c>. RouterOS logs no verdict: the rule's log prefix has to say it.
/// </summary>
public sealed class MikroTikIntegration : IIntegration
{
    public string Name => "mikrotik";
    public string Title => "MikroTik RouterOS";

    public bool Recognises(in LogLine line)
    {
        var head = line.Message[..Math.Min(line.Message.Length, 512)];
        return head.IndexOf(": in:"u8) is > 0 and var at
            && head[at..].IndexOf(" out:"u8) > 0
            && head[at..].IndexOf("proto "u8) > 0;
    }

    public Outcome Parse(in LogLine line, ICollection<FirewallEvent> events)
    {
        var at = line.Message.IndexOf(": in:"u8);
        var head = line.Message[..at];
        var chain = head[(head.LastIndexOf((byte)' ') + 1)..];
        var prefix = PrefixIn(head[..(head.Length - chain.Length)]);

        var text = line.Message[at..];
        text = text[(text.IndexOf("proto "u8) + 6)..];
        var end = text.IndexOfAny(" ,"u8);
        var transport = Transports.Of(end < 0 ? text : text[..end]);
        HostPort.TryPair(text, out var sourceText, out var destinationText, out _);
        var (source, destination) = (HostPort.Read(sourceText), HostPort.Read(destinationText));
        if (source.Address is null)
            return Outcome.Rejected("there is no address->address behind proto: the line may be cut off");

        if (transport == "icmp" && source.Address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6)
            transport = "ipv6-icmp";
        var hasPorts = transport is not ("icmp" or "ipv6-icmp");
        var (verdict, word) = VerdictWords.In(prefix);
        events.Add(
            new FirewallEvent
            {
                Verdict = verdict,
                Reason = word is null ? null : Words.Reason("prefix="u8, word),
                Timestamp = line.HeaderTime,
                Action = word,
                Source = source.Address,
                SourcePort = hasPorts ? source.Port : null,
                Destination = destination.Address,
                DestinationPort = hasPorts ? destination.Port : null,
                Transport = transport,
                Direction =
                    chain.SequenceEqual("input"u8) ? Direction.Inbound
                    : chain.SequenceEqual("output"u8) ? Direction.Outbound
                    : Direction.Unknown,
                Observer = line.Sender,
                Rule = Words.OrNull(prefix) ?? Words.OrNull(chain),
            }
        );
        return Outcome.Understood;
    }

    // In front of the prefix: the topics "firewall,info", and without the BSD format the router's name and a colon.
    private static ReadOnlySpan<byte> PrefixIn(ReadOnlySpan<byte> text)
    {
        text = text.Trim((byte)' ');
        if (text.StartsWith("firewall,"u8))
        {
            var end = text.IndexOf((byte)' ');
            text = end < 0 ? [] : text[(end + 1)..];
        }
        return text.Trim(" :"u8);
    }
}
