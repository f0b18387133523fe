using Denywatch.Events.Integrations.Cef;

namespace Denywatch.Events.Integrations.Leef;

/// <summary>Walks the fields of a LEEF event. Split by spaces, they are read as those of CEF: a value may hold some.</summary>
internal ref struct LeefPairs(ReadOnlySpan<byte> fields, byte separator)
{
    private readonly bool isSpaced = separator == ' ';
    private ReadOnlySpan<byte> rest = fields;
    private CefPairs spaced = new(separator == ' ' ? fields : []);

    public ReadOnlySpan<byte> Key { get; private set; }
    public ReadOnlySpan<byte> Value { get; private set; }

    public bool Next()
    {
        if (isSpaced)
        {
            var found = spaced.Next();
            Key = spaced.Key;
            Value = spaced.Value;
            return found;
        }
        while (!rest.IsEmpty)
        {
            var end = rest.IndexOf(separator);
            var pair = end < 0 ? rest : rest[..end];
            rest = end < 0 ? [] : rest[(end + 1)..];
            var equals = pair.IndexOf((byte)'=');
            if (equals <= 0)
                continue;
            Key = pair[..equals].Trim((byte)' ');
            Value = pair[(equals + 1)..].Trim((byte)' ');
            return true;
        }
        return false;
    }
}
