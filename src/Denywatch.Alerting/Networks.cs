using System.Net;
using System.Net.Sockets;

namespace Denywatch.Alerting;

/// <summary>What an address says by itself.</summary>
internal static class Networks
{
    /// <summary>RFC 1918, RFC 6598, loopback, link-local and unique local addresses.</summary>
    public static bool IsInternal(IPAddress address)
    {
        if (address.AddressFamily == AddressFamily.InterNetworkV6)
            return address.IsIPv6UniqueLocal || address.IsIPv6LinkLocal || IPAddress.IsLoopback(address);

        Span<byte> b = stackalloc byte[4];
        address.TryWriteBytes(b, out _);
        return b[0] is 10 or 127
            || b[0] == 172 && b[1] is >= 16 and < 32
            || b[0] == 192 && b[1] == 168
            || b[0] == 169 && b[1] == 254
            || b[0] == 100 && b[1] is >= 64 and < 128;
    }

    /// <summary>The /24 (IPv6: /64) an address lies in.</summary>
    public static string NetworkOf(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var length);
        var kept = length == 4 ? 3 : 8;
        bytes[kept..length].Clear();
        return $"{new IPAddress(bytes[..length])}/{kept * 8}";
    }

    /// <summary>Traffic that finds neighbours: multicast, broadcast, and the ports of name and service discovery.</summary>
    public static bool IsDiscovery(FlowRow flow) =>
        flow.DestinationPort is 67 or 68 or 137 or 138 or 546 or 547 or 1900 or 3702 or 5353 or 5355 or 17500
        || flow.Destination is { } destination && IsManyHosts(destination);

    private static bool IsManyHosts(IPAddress address)
    {
        if (address.AddressFamily == AddressFamily.InterNetworkV6)
            return address.IsIPv6Multicast;

        Span<byte> b = stackalloc byte[4];
        address.TryWriteBytes(b, out _);
        return b[0] is >= 224 and < 240 || b[3] == 255 && (b[0] == 255 || IsInternal(address));
    }
}
