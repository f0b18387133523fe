using Denywatch.Events.Text;

namespace Denywatch.Events.Integrations.CiscoIos;

/// <summary>
/// <c>list 177 denied udp 192.0.2.1(55250) -> 192.0.2.2(53), 1 packet</c> and its kin: IPv6, no ports, a protocol
/// number, <c>list 1 denied 192.0.2.1 3 packets</c>, an interface in parentheses, IOS XR's <c>access-list a (20) deny</c>.
/// </summary>
internal static class AccessListMessage
{
    // The ends stand well before; what goes on and on is no message.
    private const int MostWords = 24;

    public static Outcome Read(ReadOnlySpan<byte> text, in LogLine line, ICollection<FirewallEvent> events)
    {
        var at = text.IndexOf("list "u8);
        if (at < 0)
            return Outcome.Rejected("the access list's name is missing: the line may be cut off");

        var words = new TextWords(text[(at + 5)..]);
        words.Next(out var list);
        words.Next(out var verdictWord);
        if (verdictWord.StartsWith((byte)'('))
            words.Next(out verdictWord); // the entry's number
        words.Next(out var protocol);

        ReadOnlySpan<byte> previous = [];
        HostPort source = default,
            destination = default;
        long? count = null;
        var isBehindArrow = false;
        for (var read = 0; read < MostWords && words.Next(out var word); read++)
        {
            if (word.SequenceEqual("->"u8))
                isBehindArrow = true;
            else if (word.StartsWith("packet"u8))
                count = previous.Number();
            else if (isBehindArrow && destination.Address is null)
                destination = HostPort.Read(word);
            else if (!isBehindArrow && source.Address is null)
                source = HostPort.Read(word);
            previous = word;
        }
        if (source.Address is null && protocol.Address() is { } only)
        {
            source = new(only, null); // a standard list knows sources only
            protocol = [];
        }
        if (source.Address is null)
            return Outcome.Rejected("the source is missing or no address: the line may be cut off");

        var isDenied = verdictWord.StartsWith("den"u8);
        var transport = Transports.Of(protocol);
        var hasPorts = transport is "tcp" or "udp" or "sctp";
        events.Add(
            new FirewallEvent
            {
                Verdict =
                    isDenied ? Verdict.Denied
                    : verdictWord.StartsWith("permit"u8) ? Verdict.Allowed
                    : Verdict.None,
                Reason = Words.Reason("list says "u8, verdictWord),
                Timestamp = line.HeaderTime,
                Action = isDenied ? "deny" : "allow",
                Source = source.Address,
                SourcePort = hasPorts ? source.Port : null,
                Destination = destination.Address,
                DestinationPort = hasPorts ? destination.Port : null,
                Transport = transport,
                Observer = line.Sender,
                Rule = Words.OrNull(list),
                Count = count is > 0 ? count.Value : 1,
            }
        );
        return Outcome.Understood;
    }
}
