using System.Net;
using System.Net.Sockets;

namespace Denywatch.Events.Enrichment;

/// <summary>Addresses that are nobody's on the internet: private, local, multicast, broadcast, unspecified.</summary>
public static class ReservedAddresses
{
    public static bool Contains(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        if (!address.TryWriteBytes(bytes, out var length))
            return false;
        return address.AddressFamily == AddressFamily.InterNetwork
            ? IsReserved4(bytes[..length])
            : IsReserved6(bytes[..length]);
    }

    private static bool IsReserved4(ReadOnlySpan<byte> a) =>
        a[0] switch
        {
            0 or 10 or 127 => true,
            100 => a[1] is >= 64 and < 128, // RFC 6598, carrier-grade NAT
            169 => a[1] == 254,
            172 => a[1] is >= 16 and < 32,
            192 => a[1] == 168,
            >= 224 => true, // multicast, reserved, broadcast
            _ => false,
        };

    private static bool IsReserved6(ReadOnlySpan<byte> a) =>
        a[0] switch
        {
            0xfc or 0xfd => true, // RFC 4193
            0xfe => (a[1] & 0x80) != 0, // link-local and the old site-local
            0xff => true,
            0 => a[..15].IndexOfAnyExcept((byte)0) < 0, // ::, ::1
            _ => false,
        };
}
