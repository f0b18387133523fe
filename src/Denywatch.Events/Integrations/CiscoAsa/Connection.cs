using Denywatch.Events.Text;

namespace Denywatch.Events.Integrations.CiscoAsa;

/// <summary>
/// Reads who spoke to whom out of a message's words. ASA phrases every id differently, yet always puts the source behind
/// <c>src</c>, <c>from</c> or <c>for</c> (or before an arrow) and the destination behind <c>dst</c>, <c>dest</c>,
/// <c>to</c> or an arrow.
/// </summary>
internal ref struct Connection
{
    public Endpoint Source,
        Destination;

    public string? Transport,
        Rule;

    public Direction Direction;

    public long? HitCount;

    /// <summary>ICMP: what stands where the port stands is a type or an identifier.</summary>
    public readonly bool IsPortless => Transport is "icmp" or "ipv6-icmp";

    public void Read(ReadOnlySpan<byte> text)
    {
        ReadOnlySpan<byte> previous = [];
        ReadOnlySpan<byte> beforeArrow = [];
        var words = new TextWords(text);
        while (words.Next(out var word))
        {
            // "from laddr 10.1.2.3" and "for faddr 10.1.2.3": the keyword before keeps its meaning.
            if (IsSource(previous) && (word.Is("laddr"u8) || word.Is("faddr"u8)))
                continue;
            if (Transport is null && TransportOf(word) is { } transport)
                Transport = transport;
            else if (IsSource(previous))
                Take(ref Source, word, previous.Is("for"u8));
            else if (IsDestination(previous))
                Take(ref Destination, word, false);
            else if (word.StartsWith("->"u8) || word.SequenceEqual("==>"u8))
                Take(ref Source, beforeArrow, false);
            else if (previous.SequenceEqual("hit-cnt"u8))
                HitCount = word.Number() is > 0 and var hits ? hits : HitCount;
            else if (Rule is null && IsList(previous))
                Rule = Words.OrNull(word.Trim("\":"u8));
            else if (Direction == Direction.Unknown)
                Direction = DirectionOf(word);

            beforeArrow = word;
            previous = word;
        }
    }

    /// <summary>
    /// 313005 is an ICMP error without a connection; ECS takes the ends of the packet it complains about, which is
    /// printed behind "payload:".
    /// </summary>
    public void ReadEmbedded(ReadOnlySpan<byte> text)
    {
        var payload = text.IndexOf("payload:"u8);
        if (payload < 0)
            return;
        var embedded = new Connection();
        embedded.Read(text[(payload + 8)..]);
        if (embedded.Source.Address is not null)
            (Source, Destination, Transport) = (embedded.Source, embedded.Destination, embedded.Transport ?? Transport);
    }

    private static void Take(ref Endpoint end, ReadOnlySpan<byte> word, bool addressOnly)
    {
        if (end.Address is not null)
            return;
        var read = Endpoint.Read(word);
        // "for user 'x'" and "from the interface": a word that is no address does not hide a later one.
        if (read.Address is not null || !addressOnly && end.Port is null)
            end = read;
    }

    private static bool IsSource(ReadOnlySpan<byte> word) =>
        word.Is("src"u8) || word.Is("from"u8) || word.Is("for"u8) || word.Is("packet:"u8);

    private static bool IsDestination(ReadOnlySpan<byte> word) =>
        word.Is("dst"u8)
        || word.Is("dest"u8)
        || word.Is("to"u8)
        || word.Is("laddr"u8)
        || word.SequenceEqual("->"u8)
        || word.SequenceEqual("==>"u8)
        || word.EndsWith("->"u8);

    private static bool IsList(ReadOnlySpan<byte> word) =>
        word.Is("access-group"u8) || word.Is("access-list"u8) || word.Is("access_group"u8) || word.Is("list"u8);

    private static string? TransportOf(ReadOnlySpan<byte> word)
    {
        word = word.TrimEnd((byte)':');
        if (word.Is("tcp"u8))
            return "tcp";
        if (word.Is("udp"u8))
            return "udp";
        if (word.Is("icmp"u8))
            return "icmp";
        if (word.Is("icmpv6"u8) || word.Is("icmp6"u8))
            return "ipv6-icmp";
        if (
            word.Is("sctp"u8)
            || word.Is("gre"u8)
            || word.Is("esp"u8)
            || word.Is("igmp"u8)
            || word.Is("ospf"u8)
            || word.Is("eigrp"u8)
            || word.Is("pim"u8)
        )
            return Words.LowerOf(word);
        return null;
    }

    private static Direction DirectionOf(ReadOnlySpan<byte> word) =>
        word.Is("inbound"u8) ? Direction.Inbound
        : word.Is("outbound"u8) ? Direction.Outbound
        : Direction.Unknown;
}
