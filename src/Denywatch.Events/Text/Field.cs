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
            return TryOctets(text, out var octets) ? KnownAddresses.Version4(octets) : null;

        var zone = text.IndexOf((byte)'%');
        return KnownAddresses.Version6(zone >= 0 ? text[..zone] : text);
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

    /// <summary>The four octets of an IPv4 address, the first in the highest byte.</summary>
    // By hand: the framework reads 010.0.0.1 as octal and "1" as 0.0.0.1, which no log means.
    public static bool TryOctets(ReadOnlySpan<byte> text, out uint octets)
    {
        octets = 0;
        if (text.Length is < 7 or > 15)
            return false;

        int octet = 0,
            digits = 0,
            dots = 0;
        foreach (var b in text)
        {
            if (b is >= (byte)'0' and <= (byte)'9')
            {
                octet = (octet * 10) + b - '0';
                if (++digits > 3 || octet > 255)
                    return false;
            }
            else if (b == '.' && digits > 0 && dots < 3)
            {
                octets = (octets << 8) | (uint)octet;
                dots++;
                (octet, digits) = (0, 0);
            }
            else
            {
                return false;
            }
        }

        octets = (octets << 8) | (uint)octet;
        return dots == 3 && digits > 0;
    }
}
