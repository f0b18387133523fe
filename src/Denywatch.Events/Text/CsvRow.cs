namespace Denywatch.Events.Text;

/// <summary>One row of comma-separated values (RFC 4180 quotes), cut where it stands: no field is copied.</summary>
internal readonly ref struct CsvRow
{
    private readonly ReadOnlySpan<byte> text;
    private readonly ReadOnlySpan<Range> fields;

    private CsvRow(ReadOnlySpan<byte> text, ReadOnlySpan<Range> fields)
    {
        this.text = text;
        this.fields = fields;
    }

    public int Count => fields.Length;

    /// <summary>The field at a 0-based column without its quotes; empty where the row is shorter.</summary>
    public ReadOnlySpan<byte> this[int column] => column >= 0 && column < fields.Length ? text[fields[column]] : [];

    /// <param name="ranges">Room for the fields; columns beyond it are not read.</param>
    public static CsvRow Read(ReadOnlySpan<byte> text, Span<Range> ranges, byte separator = (byte)',')
    {
        var count = 0;
        for (var i = 0; count < ranges.Length && i <= text.Length; )
        {
            // A space before the quote: RFC 4180 has none, exports do.
            if (separator != ' ' && i + 1 < text.Length && text[i] == ' ' && text[i + 1] == '"')
                i++;
            var quoted = i < text.Length && text[i] == '"';
            var end = quoted ? ClosingQuote(text, i + 1) : i;
            var comma = text[end..].IndexOf(separator);
            comma = comma < 0 ? text.Length : end + comma;
            ranges[count++] = quoted ? (i + 1)..end : i..comma;
            i = comma + 1;
        }
        return new CsvRow(text, ranges[..count]);
    }

    private static int ClosingQuote(ReadOnlySpan<byte> text, int from)
    {
        for (var i = from; i < text.Length; i++)
        {
            var quote = text[i..].IndexOf((byte)'"');
            if (quote < 0)
                return text.Length;
            i += quote;
            if (i + 1 >= text.Length || text[i + 1] != '"')
                return i;
            i++; // a doubled quote stands for one
        }
        return text.Length;
    }
}
