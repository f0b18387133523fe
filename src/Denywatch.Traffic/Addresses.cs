using System.Net;
using Denywatch.Events;

namespace Denywatch.Traffic;

/// <summary>Plausible addresses of the internet, and what an address says about the way of a connection.</summary>
internal static class Addresses
{
    /// <summary>First octets that are in wide use on the internet.</summary>
    private static readonly byte[] FirstOctets =
    [
        1,
        2,
        5,
        14,
        23,
        27,
        31,
        34,
        35,
        36,
        37,
        39,
        41,
        42,
        43,
        45,
        46,
        47,
        49,
        51,
        52,
        54,
        58,
        59,
        60,
        61,
        62,
        64,
        66,
        69,
        71,
        74,
        77,
        78,
        79,
        80,
        81,
        82,
        83,
        84,
        85,
        87,
        88,
        89,
        91,
        92,
        93,
        94,
        95,
        101,
        103,
        104,
        106,
        109,
        110,
        112,
        113,
        114,
        115,
        116,
        117,
        118,
        119,
        120,
        121,
        122,
        123,
        124,
        125,
        128,
        130,
        134,
        138,
        139,
        141,
        144,
        146,
        148,
        152,
        154,
        159,
        161,
        162,
        164,
        167,
        170,
        175,
        176,
        177,
        178,
        179,
        180,
        181,
        183,
        185,
        186,
        187,
        188,
        189,
        190,
        193,
        194,
        195,
        196,
        197,
        200,
        201,
        202,
        206,
        209,
        210,
        211,
        212,
        213,
        216,
        217,
        218,
        219,
        220,
        221,
        222,
        223,
    ];

    public static IPAddress Internet(ulong number)
    {
        var second = (byte)(number >> 16);
        return new([
            FirstOctets[number % (ulong)FirstOctets.Length],
            second is 0 or 168 or 254 ? (byte)77 : second,
            (byte)(number >> 32),
            (byte)(1 + (number >> 48) % 254),
        ]);
    }

    public static Direction DirectionOf(IPAddress source, IPAddress destination) =>
        (IsInside(source), IsInside(destination)) switch
        {
            (true, true) => Direction.Internal,
            (true, false) => Direction.Outbound,
            _ => Direction.Inbound,
        };

    /// <summary>RFC 1918, multicast and broadcast.</summary>
    private static bool IsInside(IPAddress address)
    {
        Span<byte> b = stackalloc byte[4];
        address.TryWriteBytes(b, out _);
        return b[0] is 10 or >= 224 || b[0] == 172 && b[1] is >= 16 and < 32 || b[0] == 192 && b[1] == 168;
    }
}
