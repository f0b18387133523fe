using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Denywatch.Events;

namespace Denywatch.Alerting;

/// <summary>An address as a number, IPv4 in its mapped form (RFC 4291, 2.5.5.2): cheap to hash and to compare.</summary>
internal readonly record struct AddressKey(UInt128 Bits, bool IsKnown)
{
    private static readonly UInt128 Mapped = (UInt128)0xFFFF << 32;

    public bool IsIPv4 => Bits >> 32 == 0xFFFF;

    public static AddressKey Of(IPAddress? address)
    {
        if (address is null)
            return default;

        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var length);
        return new(
            length == 4
                ? Mapped | BinaryPrimitives.ReadUInt32BigEndian(bytes)
                : BinaryPrimitives.ReadUInt128BigEndian(bytes),
            true
        );
    }

    /// <summary>The /24 (IPv6: /64) it lies in.</summary>
    public AddressKey Network => this with { Bits = IsIPv4 ? Bits >> 8 << 8 : Bits >> 64 << 64 };

    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, Bits);
        return new IPAddress(IsIPv4 ? bytes[12..] : bytes).ToString();
    }
}

/// <summary>What addresses and ports say by themselves.</summary>
internal static class Networks
{
    /// <summary>Remote control, file sharing and directory: what someone moving through a network needs (ATT&amp;CK T1021).</summary>
    private static readonly HashSet<int> LateralPorts = [22, 23, 88, 135, 139, 389, 445, 636, 3389, 5985, 5986];

    /// <summary>RFC 1918, RFC 6598, unspecified, loopback, link-local and unique local addresses.</summary>
    public static bool IsInternal(IPAddress address)
    {
        if (address.AddressFamily == AddressFamily.InterNetworkV6)
            return address.IsIPv6UniqueLocal
                || address.IsIPv6LinkLocal
                || IPAddress.IsLoopback(address)
                || address.Equals(IPAddress.IPv6Any);

        Span<byte> b = stackalloc byte[4];
        address.TryWriteBytes(b, out _);
        return b[0] is 0 or 10 or 127
            || b[0] == 172 && b[1] is >= 16 and < 32
            || b[0] == 192 && b[1] == 168
            || b[0] == 169 && b[1] == 254
            || b[0] == 100 && b[1] is >= 64 and < 128;
    }

    /// <summary>
    /// Where a flow goes. Private addresses decide; public ones are inside or outside as the flow says, and a firewall that
    /// says nothing denies what comes in.
    /// </summary>
    public static Direction WayOf(FlowRow flow)
    {
        if (flow.Source is not { } source || flow.Destination is not { } destination)
            return flow.Direction;

        var fromInside = IsInternal(source);
        if (fromInside && (IsInternal(destination) || IsManyHosts(destination)))
            return Direction.Internal;
        if (fromInside)
            return flow.Direction == Direction.Internal ? Direction.Internal : Direction.Outbound;
        return flow.Direction is Direction.Outbound or Direction.Internal ? flow.Direction : Direction.Inbound;
    }

    /// <summary>
    /// Traffic that finds neighbours: multicast, broadcast, and from inside the ports of name and service discovery (DHCP,
    /// NetBIOS, SSDP, WS-Discovery, mDNS, LLMNR, Dropbox). The internet tries some of these ports too: that is scanning.
    /// </summary>
    public static bool IsDiscovery(FlowRow flow, Direction way) =>
        way != Direction.Inbound
        && (
            flow.DestinationPort is 67 or 68 or 137 or 138 or 546 or 547 or 1900 or 3702 or 5353 or 5355 or 17500
            || flow.Destination is { } destination && IsManyHosts(destination)
        );

    public static bool IsLateralPort(FlowRow flow) => flow.DestinationPort is { } port && LateralPorts.Contains(port);

    private static bool IsManyHosts(IPAddress address)
    {
        if (address.AddressFamily == AddressFamily.InterNetworkV6)
            return address.IsIPv6Multicast;

        Span<byte> b = stackalloc byte[4];
        address.TryWriteBytes(b, out _);
        return b[0] is >= 224 and < 240 || b[3] == 255 && (b[0] == 255 || IsInternal(address));
    }
}
