using System.Text;
using System.Text.Unicode;

namespace Denywatch.Events.Text;

/// <summary>
/// Strings for words that repeat from line to line: firewall names, rules, actions. A fixed table keeps the last word of
/// each hash, so memory stays bounded and a race costs one more string, nothing else.
/// </summary>
internal static class Words
{
    private const int Slots = 8192;
    private const int LongestKept = 128;

    // A name longer than this is an accident or an attack.
    private const int LongestWord = 512;

    private static readonly string?[] Kept = new string?[Slots];

    /// <summary>The text, with bytes that are not UTF-8 read as Latin-1: old firewalls send that.</summary>
    public static string Of(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty)
            return "";
        if (text.Length > LongestKept)
            return Decode(text);

        // Two places for each hash, the newer first: words that meet must not push each other out line by line.
        var place = Hash(text) % Slots;
        ref var newer = ref Kept[place];
        var known = Volatile.Read(ref newer);
        if (known is not null && Ascii.Equals(text, known))
            return known;
        ref var older = ref Kept[place ^ 1];
        var other = Volatile.Read(ref older);
        if (other is not null && Ascii.Equals(text, other))
            return other;

        var word = Decode(text);
        if (known is not null)
            Volatile.Write(ref older, known);
        Volatile.Write(ref newer, word);
        return word;
    }

    /// <summary>The text in lower case (ASCII letters only).</summary>
    public static string LowerOf(ReadOnlySpan<byte> text)
    {
        if (text.Length > LongestKept)
            return Decode(text).ToLowerInvariant();

        Span<byte> lower = stackalloc byte[text.Length];
        for (var i = 0; i < text.Length; i++)
            lower[i] = text[i] is >= (byte)'A' and <= (byte)'Z' ? (byte)(text[i] | 0x20) : text[i];
        return Of(lower);
    }

    /// <summary>A reason such as <c>action=deny</c>: the label, then the device's word in lower case.</summary>
    public static string Reason(ReadOnlySpan<byte> label, ReadOnlySpan<byte> word)
    {
        Span<byte> text = stackalloc byte[LongestKept];
        word = word[..Math.Min(word.Length, text.Length - label.Length)];
        label.CopyTo(text);
        word.CopyTo(text[label.Length..]);
        return LowerOf(text[..(label.Length + word.Length)]);
    }

    /// <summary>The same for a word that is a string already.</summary>
    public static string Reason(ReadOnlySpan<byte> label, string word)
    {
        Span<byte> text = stackalloc byte[LongestKept];
        word = word.Length > LongestKept ? word[..LongestKept] : word;
        return Reason(label, text[..Encoding.Latin1.GetBytes(word, text)]);
    }

    /// <summary>The text; null when it is empty.</summary>
    public static string? OrNull(ReadOnlySpan<byte> text) => text.IsEmpty ? null : Of(text);

    private static string Decode(ReadOnlySpan<byte> text)
    {
        if (text.Length > LongestWord)
        {
            var end = LongestWord;
            while (end > LongestWord - 4 && (text[end] & 0xC0) == 0x80)
                end--; // not in the middle of a character
            text = text[..end];
        }
        var word = Utf8.IsValid(text) ? Encoding.UTF8.GetString(text) : Encoding.Latin1.GetString(text);
        // PostgreSQL's text holds no NUL.
        return word.Replace('\0', ' ');
    }

    private static uint Hash(ReadOnlySpan<byte> text)
    {
        var hash = 2166136261u; // FNV-1a
        foreach (var b in text)
            hash = (hash ^ b) * 16777619u;
        return hash ^ (hash >> 15);
    }
}
