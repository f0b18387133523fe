namespace Denywatch.Cli;

/// <summary>
/// Cuts a stream into lines at LF. A line longer than the buffer allows comes cut to that length, once, and its rest is
/// skipped: memory stays bounded whatever the file holds.
/// </summary>
internal sealed class LineReader(Stream stream, int longestLine)
{
    private byte[] buffer = new byte[256 * 1024];
    private int start;
    private int end;
    private bool isSkipping;
    private bool isAtEnd;

    /// <summary>Number of the last line read, from 1.</summary>
    public long Number { get; private set; }

    /// <summary>The next line without its line end; it is valid until the next call.</summary>
    public bool TryRead(out ReadOnlySpan<byte> line)
    {
        var searched = start;
        while (true)
        {
            var lf = buffer.AsSpan(searched, end - searched).IndexOf((byte)'\n');
            if (lf >= 0)
            {
                line = buffer.AsSpan(start, searched + lf - start);
                start = searched + lf + 1;
                if (!isSkipping)
                    return Count();
                isSkipping = false;
                searched = start;
                continue;
            }
            if (end - start > longestLine)
            {
                line = buffer.AsSpan(start, end - start);
                start = end;
                if (!isSkipping)
                {
                    isSkipping = true;
                    return Count();
                }
            }
            if (isAtEnd)
            {
                line = buffer.AsSpan(start, end - start);
                start = end;
                return !isSkipping && !line.IsEmpty && Count();
            }
            searched = end;
            Fill(ref searched);
        }
    }

    private bool Count()
    {
        Number++;
        return true;
    }

    private void Fill(ref int searched)
    {
        if (start > 0)
        {
            buffer.AsSpan(start, end - start).CopyTo(buffer);
            (searched, end, start) = (searched - start, end - start, 0);
        }
        if (end == buffer.Length)
            Array.Resize(ref buffer, buffer.Length * 2);

        var read = stream.Read(buffer, end, buffer.Length - end);
        end += read;
        isAtEnd = read == 0;
    }
}
