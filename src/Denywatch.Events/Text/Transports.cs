using System.Collections.Frozen;

namespace Denywatch.Events.Text;

/// <summary>ECS <c>network.transport</c> from a protocol's IANA number or from the name a device uses.</summary>
internal static class Transports
{
    // https://www.iana.org/assignments/protocol-numbers, those that firewalls log.
    private static readonly FrozenDictionary<int, string> ByNumber = new Dictionary<int, string>
    {
        [0] = "hopopt",
        [1] = "icmp",
        [2] = "igmp",
        [4] = "ipv4",
        [6] = "tcp",
        [8] = "egp",
        [9] = "igp",
        [17] = "udp",
        [27] = "rdp",
        [33] = "dccp",
        [41] = "ipv6",
        [43] = "ipv6-route",
        [44] = "ipv6-frag",
        [46] = "rsvp",
        [47] = "gre",
        [50] = "esp",
        [51] = "ah",
        [58] = "ipv6-icmp",
        [59] = "ipv6-nonxt",
        [60] = "ipv6-opts",
        [88] = "eigrp",
        [89] = "ospf",
        [94] = "ipip",
        [97] = "etherip",
        [103] = "pim",
        [108] = "ipcomp",
        [112] = "vrrp",
        [115] = "l2tp",
        [132] = "sctp",
        [136] = "udplite",
    }.ToFrozenDictionary();

    /// <summary>The keyword of a number or name; an unlisted number stays a number.</summary>
    public static string? Of(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty)
            return null;
        if (text[0] is >= (byte)'0' and <= (byte)'9')
            return text.Number() is { } number and <= 255 ? Of((int)number) : null;
        if (text.Is("tcp"u8))
            return "tcp";
        if (text.Is("udp"u8))
            return "udp";
        // "tcp/https": the application stands behind.
        if (text.StartsWith("tcp/"u8) || text.StartsWith("udp/"u8))
            return Of(text[..3]);
        if (text.Is("icmpv6"u8) || text.Is("icmp6"u8) || text.Is("ipv6-icmp"u8))
            return "ipv6-icmp";
        return Words.LowerOf(text);
    }

    public static string Of(int number) =>
        ByNumber.TryGetValue(number, out var keyword)
            ? keyword
            : number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
