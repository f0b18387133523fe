namespace Denywatch.Events.Integrations.Cef;

/// <summary>
/// Walks the extension <c>key=value key=a value with spaces</c>: a value ends where the next key begins. <c>\=</c> and
/// <c>\\</c> are escapes and stay as they are; many devices forget to escape, so only a word that is a key ends a value.
/// </summary>
internal ref struct CefPairs
{
    private readonly ReadOnlySpan<byte> text;

    // Where the next key begins and where its sign stands; no key when the latter is negative.
    private int start;
    private int sign;

    public CefPairs(ReadOnlySpan<byte> extension)
    {
        text = extension;
        start = extension.IndexOfAnyExcept((byte)' ');
        sign = extension.IndexOf((byte)'=');
        if (start < 0 || sign <= start)
            sign = -1;
    }

    public ReadOnlySpan<byte> Key { get; private set; }
    public ReadOnlySpan<byte> Value { get; private set; }

    /// <summary>The value without the quotes that some devices put around it.</summary>
    public readonly ReadOnlySpan<byte> Unquoted =>
        Value.Length > 1 && Value[0] == '"' && Value[^1] == '"' ? Value[1..^1] : Value;

    /// <summary>Where the value begins in the extension.</summary>
    public int ValueStart { get; private set; }

    public bool Next()
    {
        if (sign < 0)
            return false;
        Key = text[start..sign];
        ValueStart = sign + 1;

        var from = ValueStart;
        while (true)
        {
            var length = text[from..].IndexOf((byte)'=');
            if (length < 0)
            {
                sign = -1;
                Value = text[ValueStart..].TrimEnd((byte)' ');
                return true;
            }
            // Only back to the last sign: a line full of signs must not be read over and over.
            var before = text.Slice(from, length);
            var space = before.LastIndexOf((byte)' ');
            if (space >= 0 && IsKey(before[(space + 1)..]))
            {
                Value = text[ValueStart..(from + space)].TrimEnd((byte)' ');
                start = from + space + 1;
                sign = from + length;
                return true;
            }
            from += length + 1;
        }
    }

    private static bool IsKey(ReadOnlySpan<byte> text)
    {
        if (text.Length is 0 or > 64)
            return false;
        foreach (var b in text)
        {
            if (
                !char.IsAsciiLetterOrDigit((char)b)
                && b is not ((byte)'_' or (byte)'-' or (byte)'.' or (byte)'[' or (byte)']')
            )
                return false;
        }
        return true;
    }
}
