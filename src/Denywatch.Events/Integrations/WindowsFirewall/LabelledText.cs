using System.Buffers;

namespace Denywatch.Events.Integrations.WindowsFirewall;

/// <summary>
/// Walks the text of an event as its viewer shows it, <c>Source Address:\t\t192.0.2.1</c>, one line or many: tabs, line
/// ends (also written <c>\r\n</c>, <c>#015#012</c>) or two spaces stand between a value and the next label.
/// </summary>
internal ref struct LabelledText(ReadOnlySpan<byte> text)
{
    private const int LongestLabel = 40;
    private const int LongestValue = 512;

    private static readonly SearchValues<byte> Ends = SearchValues.Create(" \t\r\n\\#"u8);

    private ReadOnlySpan<byte> rest = text;

    public ReadOnlySpan<byte> Label { get; private set; }
    public ReadOnlySpan<byte> Value { get; private set; }

    public bool Next()
    {
        while (true)
        {
            var colon = rest.IndexOf((byte)':');
            if (colon < 0)
                return false;
            Label = LastWords(rest[Math.Max(0, colon - LongestLabel)..colon]);
            rest = rest[(colon + 1)..];
            var value = rest.TrimStart(" \t"u8);
            Value = value[..EndOf(value[..Math.Min(value.Length, LongestValue)])];
            // "Network Information:" heads a group: what follows is a label.
            if (Value.IsEmpty || Label.IsEmpty || Value[^1] == ':')
                continue;
            rest = value[Value.Length..];
            return true;
        }
    }

    // Addresses, ports and words: none of the values we need holds a space.
    private static int EndOf(ReadOnlySpan<byte> value)
    {
        var end = value.IndexOfAny(Ends);
        return end < 0 ? value.Length : end;
    }

    /// <summary>The label in front of a colon: one or two words, each with a capital.</summary>
    private static ReadOnlySpan<byte> LastWords(ReadOnlySpan<byte> before)
    {
        before = before.TrimEnd((byte)' ');
        var second = StartOfWord(before, before.Length);
        if (second > 1 && before[second - 1] == ' ')
        {
            var first = StartOfWord(before, second - 1);
            if (first < second - 1 && before[first..(second - 1)] is var word && IsPrefix(word))
                return before[first..];
        }
        return before[second..];
    }

    private static int StartOfWord(ReadOnlySpan<byte> text, int end)
    {
        var start = end;
        while (start > 0 && char.IsAsciiLetter((char)text[start - 1]))
            start--;
        // "\tSource" and "\nSource" written out leave their letter in front.
        if (start > 0 && start < end - 1 && text[start - 1] == '\\')
            start++;
        return start;
    }

    private static bool IsPrefix(ReadOnlySpan<byte> word) =>
        word.SequenceEqual("Source"u8) || word.SequenceEqual("Destination"u8) || word.SequenceEqual("Filter"u8);
}
