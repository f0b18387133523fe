namespace Denywatch.Events.Text;

/// <summary>
/// Walks <c>key=value key="a value"</c>: values may be quoted, a backslash in quotes keeps the next byte. Use with
/// <c>foreach</c>-like loops on <see cref="Next"/>.
/// </summary>
/// <param name="assign">What stands between key and value; doubled it counts once.</param>
/// <param name="separators">What ends a bare value and comes before a key; empty for blank, comma and tab.</param>
internal ref struct KeyValues(ReadOnlySpan<byte> text, byte assign = (byte)'=', ReadOnlySpan<byte> separators = default)
{
    private readonly ReadOnlySpan<byte> separators = separators.IsEmpty ? " ,\t"u8 : separators;
    private ReadOnlySpan<byte> rest = text;

    public ReadOnlySpan<byte> Key { get; private set; }
    public ReadOnlySpan<byte> Value { get; private set; }

    public bool Next()
    {
        while (true)
        {
            var at = rest.IndexOf(assign);
            if (at < 0)
                return false;

            var key = rest[..at];
            Key = key[(key.LastIndexOfAny(separators) + 1)..].TrimStart((byte)' ');
            rest = rest[(at + 1)..];
            if (assign != '=' && rest.StartsWith(assign))
                rest = rest[1..];
            Value = rest.StartsWith((byte)'"') ? Quoted() : Bare();
            if (!Key.IsEmpty)
                return true;
        }
    }

    private ReadOnlySpan<byte> Quoted()
    {
        var quoted = rest[1..];
        for (var i = 0; i < quoted.Length; )
        {
            var next = quoted[i..].IndexOfAny((byte)'"', (byte)'\\');
            if (next < 0)
                break;
            i += next;
            if (quoted[i] == '"')
            {
                rest = quoted[(i + 1)..];
                return quoted[..i];
            }
            i = Math.Min(i + 2, quoted.Length);
        }
        rest = []; // the closing quote was cut off
        return quoted;
    }

    private ReadOnlySpan<byte> Bare()
    {
        var end = rest.IndexOfAny(separators);
        var value = end < 0 ? rest : rest[..end];
        rest = end < 0 ? [] : rest[end..];
        return value;
    }
}
