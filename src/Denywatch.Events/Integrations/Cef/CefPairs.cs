namespace Denywatch.Events.Integrations.Cef;

/// <summary>
/// Walks the extension <c>key=value key=a value with spaces</c>: a value ends where the next key begins. <c>\=</c> and
/// <c>\\</c> are escapes and stay as they are; many devices forget to escape, so only a word that is a key ends a value.
/// </summary>
internal ref struct CefPairs(ReadOnlySpan<byte> extension)
{
    private ReadOnlySpan<byte> rest = extension.TrimStart((byte)' ');

    public ReadOnlySpan<byte> Key { get; private set; }
    public ReadOnlySpan<byte> Value { get; private set; }

    public bool Next()
    {
        var equals = rest.IndexOf((byte)'=');
        if (equals <= 0)
            return false;

        Key = rest[..equals].TrimStart((byte)' ');
        rest = rest[(equals + 1)..];
        var from = 0;
        while (true)
        {
            var next = rest[from..].IndexOf((byte)'=');
            if (next < 0)
            {
                Value = rest.TrimEnd((byte)' ');
                rest = [];
                return true;
            }
            next += from;
            // Only back to the last sign: a line full of signs must not be read over and over.
            var space = rest[from..next].LastIndexOf((byte)' ');
            space = space < 0 ? -1 : from + space;
            if (space >= 0 && IsKey(rest[(space + 1)..next]))
            {
                Value = rest[..space].TrimEnd((byte)' ');
                rest = rest[(space + 1)..];
                return true;
            }
            from = next + 1;
        }
    }

    private static bool IsKey(ReadOnlySpan<byte> text)
    {
        if (text.Length is 0 or > 64)
            return false;
        foreach (var b in text)
        {
            if (!char.IsAsciiLetterOrDigit((char)b) && b is not ((byte)'_' or (byte)'-' or (byte)'.' or (byte)'[' or (byte)']'))
                return false;
        }
        return true;
    }
}
