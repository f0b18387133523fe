namespace Denywatch.Events.Text;

/// <summary>Whether a line that nobody knows could be a deny that we miss: a deny word and an address in it.</summary>
internal static class DenyLook
{
    private const int Farthest = 4096;

    private static readonly Names<byte> Words = new(
        "deny denied denies drop dropped dropping block blocked reject rejected discard discarded refused"
            .Split(' ')
            .Select(word => KeyValuePair.Create(word, (byte)1))
    );

    public static bool CouldBeDeny(ReadOnlySpan<byte> text)
    {
        text = text[..Math.Min(text.Length, Farthest)];
        return HoldsDenyWord(text) && HoldsAddress(text);
    }

    private static bool HoldsDenyWord(ReadOnlySpan<byte> text)
    {
        Span<byte> word = stackalloc byte[10];
        var length = 0;
        foreach (var b in text)
        {
            if (char.IsAsciiLetter((char)b))
            {
                if (length < word.Length)
                    word[length] = (byte)(b | 0x20);
                length++;
                continue;
            }
            if (length is > 3 and <= 10 && Words[word[..length]] != 0)
                return true;
            length = 0;
        }
        return length is > 3 and <= 10 && Words[word[..length]] != 0;
    }

    private static bool HoldsAddress(ReadOnlySpan<byte> text)
    {
        for (var i = 0; i < text.Length; )
        {
            var end = i;
            while (end < text.Length && (char.IsAsciiHexDigit((char)text[end]) || text[end] is (byte)'.' or (byte)':'))
                end++;
            if (end - i >= 7 && HostPort.Read(text[i..end].TrimEnd(":."u8)).Address is not null)
                return true;
            i = end + 1;
        }
        return false;
    }
}
