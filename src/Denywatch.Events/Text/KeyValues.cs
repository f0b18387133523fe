namespace Denywatch.Events.Text;

/// <summary>
/// Walks <c>key=value key="a value"</c>: values may be quoted, a backslash in quotes keeps the next byte. Use with
/// <c>foreach</c>-like loops on <see cref="Next"/>.
/// </summary>
internal ref struct KeyValues(ReadOnlySpan<byte> text)
{
    private ReadOnlySpan<byte> rest = text;

    public ReadOnlySpan<byte> Key { get; private set; }
    public ReadOnlySpan<byte> Value { get; private set; }

    public bool Next()
    {
        while (true)
        {
            var equals = rest.IndexOf((byte)'=');
            if (equals < 0)
                return false;

            var key = rest[..equals];
            var start = key.LastIndexOfAny((byte)' ', (byte)',', (byte)'\t') + 1;
            Key = key[start..];
            rest = rest[(equals + 1)..];
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
        var end = rest.IndexOfAny((byte)' ', (byte)',', (byte)'\t');
        var value = end < 0 ? rest : rest[..end];
        rest = end < 0 ? [] : rest[end..];
        return value;
    }
}
