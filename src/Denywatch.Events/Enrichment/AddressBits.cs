using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Denywatch.Events.Enrichment;

/// <summary>Addresses as numbers, so that they can be compared and masked.</summary>
internal static class AddressBits
{
    /// <summary>An address of either family; IPv4 fills the lower 32 bits.</summary>
    public static UInt128 Of(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetwork ? Four(address) : Six(address);

    public static uint Four(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[4];
        return address.TryWriteBytes(bytes, out _) ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : 0;
    }

    public static UInt128 Six(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        return address.TryWriteBytes(bytes, out _) ? BinaryPrimitives.ReadUInt128BigEndian(bytes) : 0;
    }
}
