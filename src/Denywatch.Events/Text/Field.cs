using System.Buffers.Text;
using System.Net;

namespace Denywatch.Events.Text;

/// <summary>What the text of one field means. Null where it means nothing of the kind; nothing throws.</summary>
internal static class Field
{
    /// <summary>An IPv4 or IPv6 address: brackets and zone ids are dropped, IPv4-mapped addresses become IPv4.</summary>
    public static IPAddress? Address(this ReadOnlySpan<byte> text)
    {
        if (text.Length is < 2 or > 64)
            return null;
        if (text[0] == '[' && text[^1] == ']')
            text = text[1..^1];
        if (!text.Contains((byte)':'))
            return Version4(text);

        var zone = text.IndexOf((byte)'%');
        if (zone >= 0)
            text = text[..zone];
        if (!IPAddress.TryParse(text, out var address))
            return null;
        return address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
    }

    /// <summary>A port, 0 to 65535.</summary>
    public static int? Port(this ReadOnlySpan<byte> text) => text.Number() is { } n and <= 65535 ? (int)n : null;

    /// <summary>A whole number without sign.</summary>
    public static long? Number(this ReadOnlySpan<byte> text) =>
        Utf8Parser.TryParse(text, out ulong n, out var length) && length == text.Length && n <= long.MaxValue
            ? (long)n
            : null;

    /// <summary>The text in lower-case ASCII equals the word, which is given in lower case.</summary>
    public static bool Is(this ReadOnlySpan<byte> text, ReadOnlySpan<byte> word)
    {
        if (text.Length != word.Length)
            return false;
        for (var i = 0; i < text.Length; i++)
        {
            var b = text[i] is >= (byte)'A' and <= (byte)'Z' ? (byte)(text[i] | 0x20) : text[i];
            if (b != word[i])
                return false;
        }
        return true;
    }

    // By hand: the framework reads 010.0.0.1 as octal and "1" as 0.0.0.1, which no log means.
    private static IPAddress? Version4(ReadOnlySpan<byte> text)
    {
        if (text.Length is < 7 or > 15)
            return null;

        uint address = 0;
        int octet = 0,
            digits = 0,
            dots = 0;
        foreach (var b in text)
        {
            if (b is >= (byte)'0' and <= (byte)'9')
            {
                octet = (octet * 10) + b - '0';
                if (++digits > 3 || octet > 255)
                    return null;
            }
            else if (b == '.' && digits > 0 && dots < 3)
            {
                address |= (uint)octet << (8 * dots++);
                (octet, digits) = (0, 0);
            }
            else
            {
                return null;
            }
        }

        return dots == 3 && digits > 0 ? new IPAddress(address | ((long)octet << 24)) : null;
    }
}
