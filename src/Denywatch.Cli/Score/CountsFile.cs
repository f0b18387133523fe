using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Denywatch.Detection;

namespace Denywatch.Cli.Score;

/// <summary>
/// Counts as CSV: a head that names at least <c>timestamp</c> and <c>count</c>, then one row for each bucket. Times are UTC,
/// ISO 8601, at most to the second; a bucket without a row is missing. Rows may come in any order.
/// </summary>
internal sealed class CountsFile
{
    private const int LongestLine = 4 * 1024;

    private CountsFile(List<CountedBucket> buckets, long rejected) => (Buckets, Rejected) = (buckets, rejected);

    /// <summary>In order of time.</summary>
    public List<CountedBucket> Buckets { get; }

    /// <summary>Rows without a time or a count that can be read.</summary>
    public long Rejected { get; }

    /// <exception cref="InvalidDataException">The head names no <c>timestamp</c> or no <c>count</c>.</exception>
    public static CountsFile Read(Stream stream)
    {
        var lines = new LineReader(stream, LongestLine);
        if (!lines.TryRead(out var head))
            throw new InvalidDataException("the file is empty");

        var names = Encoding.UTF8.GetString(head).Trim('\uFEFF', '\r', ' ').Split(',');
        var timeColumn = Array.IndexOf(names, "timestamp");
        var countColumn = Array.IndexOf(names, "count");
        if (timeColumn < 0 || countColumn < 0)
            throw new InvalidDataException("the first line has to name the columns timestamp and count");

        var buckets = new List<CountedBucket>();
        var rejected = 0L;
        var isOrdered = true;
        while (lines.TryRead(out var line))
        {
            if (TryTime(Column(line, timeColumn), out var time) && TryCount(Column(line, countColumn), out var count))
            {
                isOrdered &= buckets.Count == 0 || buckets[^1].Bucket <= time;
                buckets.Add(new(time, count));
            }
            else
            {
                rejected++;
            }
        }

        if (!isOrdered)
            buckets = [.. buckets.OrderBy(bucket => bucket.Bucket)];
        return new(buckets, rejected);
    }

    private static ReadOnlySpan<byte> Column(ReadOnlySpan<byte> line, int index)
    {
        foreach (var range in line.Split((byte)','))
        {
            if (index-- == 0)
                return line[range].Trim(" \r"u8);
        }
        return [];
    }

    private static bool TryCount(ReadOnlySpan<byte> text, out double count) =>
        Utf8Parser.TryParse(text, out count, out var used)
        && used == text.Length
        && count >= 0
        && double.IsFinite(count);

    /// <summary>The usual form by hand, since there are millions of them; any other form by the library.</summary>
    private static bool TryTime(ReadOnlySpan<byte> text, out DateTimeOffset time)
    {
        time = default;
        if (
            text.Length is 19 or 20
            && (text.Length == 19 || text[19] == 'Z')
            && text[10] is (byte)'T' or (byte)' '
            && TryNumber(text[..4], out var year)
            && TryNumber(text[5..7], out var month)
            && TryNumber(text[8..10], out var day)
            && TryNumber(text[11..13], out var hour)
            && TryNumber(text[14..16], out var minute)
            && TryNumber(text[17..19], out var second)
            && year > 0
            && month is > 0 and < 13
            && day > 0
            && day <= DateTime.DaysInMonth(year, month)
            && hour < 24
            && minute < 60
            && second < 60
        )
        {
            time = new(year, month, day, hour, minute, second, TimeSpan.Zero);
            return true;
        }

        return text.Length <= 40
            && DateTimeOffset.TryParse(
                Encoding.UTF8.GetString(text),
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
                out time
            );
    }

    private static bool TryNumber(ReadOnlySpan<byte> digits, out int number)
    {
        number = 0;
        foreach (var digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'9')
                return false;
            number = number * 10 + digit - '0';
        }
        return true;
    }
}
