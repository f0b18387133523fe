namespace Denywatch.Cli.Import;

/// <summary>Some whole lines of a file.</summary>
/// <param name="Number">0-based.</param>
/// <param name="FirstLine">1-based number of the first line.</param>
/// <param name="Preamble">The file's first line, from the second part on: formats may depend on it.</param>
internal sealed record FilePart(int Number, long FirstLine, byte[]? Preamble, byte[] Body);

/// <summary>Cuts a log into parts of whole lines, none larger than a request may be.</summary>
internal static class FileParts
{
    /// <summary>Bytes of a part. A line that is longer goes alone, cut: the server rejects it with the reason.</summary>
    public const int LargestPart = 1024 * 1024;

    // A longer first line is no header row, and request headers are bounded.
    private const int LongestPreamble = 4096;

    public static IEnumerable<FilePart> Of(Stream stream)
    {
        var lines = new LineReader(stream, LargestPart);
        var body = new MemoryStream(LargestPart);
        byte[]? preamble = null;
        var number = 0;
        long firstLine = 1;

        while (Next(lines, out var line))
        {
            if (lines.Number == 1 && line.Length <= LongestPreamble)
                preamble = line;
            if (body.Length > 0 && body.Length + line.Length + 1 > LargestPart)
            {
                yield return new FilePart(number, firstLine, number == 0 ? null : preamble, body.ToArray());
                number++;
                firstLine = lines.Number;
                body.SetLength(0);
            }
            body.Write(line);
            body.WriteByte((byte)'\n');
        }
        if (body.Length > 0)
            yield return new FilePart(number, firstLine, number == 0 ? null : preamble, body.ToArray());
    }

    private static bool Next(LineReader lines, out byte[] line)
    {
        var found = lines.TryRead(out var text);
        line = found ? text[..Math.Min(text.Length, LargestPart - 1)].ToArray() : [];
        return found;
    }
}
