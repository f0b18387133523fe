namespace Denywatch.Events.Integrations.CiscoIos;

/// <summary><c>%SEC-6-IPACCESSLOGP: </c>, also <c>%FW-6-DROP_PKT: </c> inside a line of <c>%IOSXE-6-PLATFORM</c>.</summary>
internal static class Mnemonic
{
    private const int FarthestHead = 256;

    // Firewalls with messages of their own below the same shape.
    private static bool IsAnotherProduct(ReadOnlySpan<byte> facility) =>
        facility.StartsWith("ASA-"u8)
        || facility.StartsWith("FTD-"u8)
        || facility.StartsWith("PIX-"u8)
        || facility.StartsWith("FWSM-"u8);

    public static bool Find(ReadOnlySpan<byte> message, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> text)
    {
        name = text = default;
        var head = message[..Math.Min(message.Length, FarthestHead)];
        for (var from = 0; ; )
        {
            var percent = head[from..].IndexOf((byte)'%');
            if (percent < 0)
                return !name.IsEmpty;
            from += percent + 1;

            var colon = head[from..].IndexOf((byte)':');
            if (colon < 0 || IsAnotherProduct(head[from..]))
                return !name.IsEmpty;
            if (!IsCode(head.Slice(from, colon).TrimEnd((byte)' '), out var found))
                continue;
            name = found;
            from += colon + 1;
            text = message[from..].TrimStart((byte)' ');
        }
    }

    /// <summary><c>SEC-6-IPACCESSLOGP</c>, <c>ACL-IPV4_ACL-6-IPACCESSLOGP</c>: upper case, a digit before the last part.</summary>
    private static bool IsCode(ReadOnlySpan<byte> code, out ReadOnlySpan<byte> name)
    {
        name = [];
        var last = code.LastIndexOf((byte)'-');
        if (
            last < 4
            || last + 1 == code.Length
            || code[last - 2] != '-'
            || code[last - 1] is < (byte)'0' or > (byte)'7'
        )
            return false;
        foreach (var b in code)
        {
            if (!char.IsAsciiLetterOrDigit((char)b) && b is not ((byte)'-' or (byte)'_'))
                return false;
        }
        name = code[(last + 1)..];
        return true;
    }
}
