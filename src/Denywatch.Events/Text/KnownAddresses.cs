using System.Buffers.Binary;
using System.Net;

namespace Denywatch.Events.Text;

/// <summary>
/// Address objects for addresses that repeat from line to line, as those of allowed traffic do: no object for an event
/// that is not kept. A fixed table keeps the last address of each hash, so memory stays bounded and a race costs one more
/// object, nothing else.
/// </summary>
internal static class KnownAddresses
{
    private const int Slots = 16384;

    private static readonly IPAddress?[] Kept = new IPAddress?[Slots];

    /// <param name="octets">In the order they are written, the first in the highest byte.</param>
    public static IPAddress Version4(uint octets)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, octets);
        return Of(bytes, octets * 0x9E3779B1u);
    }

    /// <summary>An IPv6 address in its text form, an embedded IPv4 address included; null where it is none.</summary>
    public static IPAddress? Version6(ReadOnlySpan<byte> text)
    {
        Span<byte> bytes = stackalloc byte[16];
        if (!TryRead(text, bytes))
            return null;
        // ::ffff:192.0.2.1 is the IPv4 address.
        if (bytes[..10].IndexOfAnyExcept((byte)0) < 0 && bytes[10] == 0xFF && bytes[11] == 0xFF)
            return Version4(BinaryPrimitives.ReadUInt32BigEndian(bytes[12..]));
        var mixed =
            (BinaryPrimitives.ReadUInt64LittleEndian(bytes) * 0x9E3779B97F4A7C15)
            ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]);
        return Of(bytes, (uint)((mixed * 0xC2B2AE3D27D4EB4F) >> 32));
    }

    private static IPAddress Of(ReadOnlySpan<byte> bytes, uint hash)
    {
        // Two places for each hash, as for words.
        var place = ((hash >> 16) ^ hash) % Slots;
        if (Is(Volatile.Read(ref Kept[place]), bytes) is { } known)
            return known;
        if (Is(Volatile.Read(ref Kept[place ^ 1]), bytes) is { } other)
            return other;

        var address = new IPAddress(bytes);
        if (Kept[place] is { } before)
            Volatile.Write(ref Kept[place ^ 1], before);
        Volatile.Write(ref Kept[place], address);
        return address;
    }

    private static IPAddress? Is(IPAddress? kept, ReadOnlySpan<byte> bytes)
    {
        Span<byte> its = stackalloc byte[16];
        return kept is not null && kept.TryWriteBytes(its, out var length) && its[..length].SequenceEqual(bytes)
            ? kept
            : null;
    }

    // By hand: the framework makes an object before we can know the address.
    private static bool TryRead(ReadOnlySpan<byte> text, Span<byte> bytes)
    {
        bytes.Clear();
        int written = 0,
            gap = -1,
            i = 0;
        if (text.StartsWith("::"u8))
            (gap, i) = (0, 2);
        while (i < text.Length)
        {
            var end = text[i..].IndexOf((byte)':');
            end = end < 0 ? text.Length : i + end;
            var group = text[i..end];
            if (end == text.Length && group.Contains((byte)'.'))
            {
                if (written > 12 || !Field.TryOctets(group, out var octets))
                    return false;
                BinaryPrimitives.WriteUInt32BigEndian(bytes[written..], octets);
                written += 4;
                break;
            }
            if (written > 14 || !TryGroup(group, out var number))
                return false;
            BinaryPrimitives.WriteUInt16BigEndian(bytes[written..], number);
            written += 2;
            if (end == text.Length)
                break;
            i = end + 1;
            if (i == text.Length)
                return false; // one colon at the end
            if (text[i] == ':')
            {
                if (gap >= 0)
                    return false;
                (gap, i) = (written, i + 1);
            }
        }
        if (gap < 0)
            return written == 16;
        if (written > 14)
            return false;
        bytes[gap..written].CopyTo(bytes[(16 - (written - gap))..]);
        bytes[gap..(16 - (written - gap))].Clear();
        return true;
    }

    private static bool TryGroup(ReadOnlySpan<byte> text, out ushort number)
    {
        number = 0;
        if (text.Length is 0 or > 4)
            return false;
        foreach (var b in text)
        {
            var digit = b switch
            {
                >= (byte)'0' and <= (byte)'9' => b - '0',
                >= (byte)'a' and <= (byte)'f' => b - 'a' + 10,
                >= (byte)'A' and <= (byte)'F' => b - 'A' + 10,
                _ => -1,
            };
            if (digit < 0)
                return false;
            number = (ushort)((number << 4) | digit);
        }
        return true;
    }
}
