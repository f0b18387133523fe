using Denywatch.Events.Text;

namespace Denywatch.Events.Integrations.Leef;

/// <summary>
/// <c>LEEF:1.0|vendor|product|version|id|</c>, then fields split by tabs; <c>LEEF:2.0|…|id|^|</c> names another
/// separator, as itself, as <c>x5E</c> or as <c>0x5E</c>.
/// </summary>
internal readonly ref struct LeefHeader
{
    private const int FarthestStart = 1024;

    public ReadOnlySpan<byte> Id { get; private init; }
    public ReadOnlySpan<byte> Fields { get; private init; }
    public byte Separator { get; private init; }

    public static int StartIn(ReadOnlySpan<byte> line)
    {
        var look = line[..Math.Min(line.Length, FarthestStart)];
        var start = look.IndexOf("LEEF:"u8);
        return start >= 0 && start + 5 < look.Length && look[start + 5] is (byte)'1' or (byte)'2' ? start : -1;
    }

    public static bool TryRead(ReadOnlySpan<byte> leef, out LeefHeader header)
    {
        Span<int> ends = stackalloc int[6];
        var found = 0;
        for (var i = 0; i < leef.Length && found < 6; i++)
        {
            if (leef[i] == '|')
                ends[found++] = i;
            else if (found >= 5 && leef[i] == '=')
                break; // no separator given: the fields have begun
        }
        if (found < 5)
        {
            header = default;
            return false;
        }

        byte separator = (byte)'\t';
        var start = ends[4] + 1;
        if (found == 6 && leef[5] == '2' && TrySeparator(leef[start..ends[5]], out var named))
        {
            separator = named;
            start = ends[5] + 1;
        }
        var fields = leef[start..];
        // Some relays make spaces of tabs.
        if (separator == '\t' && !fields.Contains((byte)'\t'))
            separator = (byte)' ';
        header = new LeefHeader
        {
            Id = leef[(ends[3] + 1)..ends[4]],
            Fields = fields,
            Separator = separator,
        };
        return true;
    }

    private static bool TrySeparator(ReadOnlySpan<byte> text, out byte separator)
    {
        separator = (byte)'\t';
        if (text.IsEmpty)
            return true;
        if (text.Length == 1)
        {
            separator = text[0];
            return true;
        }
        if (text.StartsWith("0"u8))
            text = text[1..];
        if (text.Length is < 2 or > 5 || text[0] is not ((byte)'x' or (byte)'X'))
            return false;
        return System.Buffers.Text.Utf8Parser.TryParse(text[1..], out separator, out var read, 'x')
            && read == text.Length - 1;
    }
}
