using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using Denywatch.Detection;

namespace Denywatch.Cli.Score;

/// <summary>Anomaly records as CSV, one row for each bucket.</summary>
internal static class RecordsFile
{
    private const int LongestRow = 256;

    public static void Write(Stream stream, IReadOnlyList<AnomalyRecord> records)
    {
        stream.Write("timestamp,score,actual,typical,lower,upper,probability\n"u8);
        Span<byte> row = stackalloc byte[LongestRow];
        foreach (var record in records)
        {
            record.Bucket.UtcDateTime.TryFormat(row, out var length, "s", CultureInfo.InvariantCulture);
            row[length++] = (byte)'Z';
            Add(row, ref length, record.Score, 'F', 3);
            Add(row, ref length, record.Actual);
            Add(row, ref length, record.Typical);
            Add(row, ref length, record.Lower);
            Add(row, ref length, record.Upper);
            Add(row, ref length, record.Probability, 'E', 4);
            row[length++] = (byte)'\n';
            stream.Write(row[..length]);
        }
    }

    private static void Add(Span<byte> row, ref int length, double? value)
    {
        if (value is { } number)
            Add(row, ref length, number, 'F', (byte)(number == Math.Floor(number) ? 0 : 3));
        else
            row[length++] = (byte)',';
    }

    private static void Add(Span<byte> row, ref int length, double value, char format, byte digits)
    {
        row[length++] = (byte)',';
        Utf8Formatter.TryFormat(value, row[length..], out var written, new StandardFormat(format, digits));
        length += written;
    }
}
