using System.Text;

namespace Denywatch.Web.Ui;

/// <summary>RFC 4180, UTF-8, for files that spreadsheets open.</summary>
public static class Csv
{
    public static StreamWriter WriterOn(Stream to) =>
        new(to, new UTF8Encoding(false), bufferSize: 65_536, leaveOpen: true) { NewLine = "\r\n" };

    public static string? Cell(string? value)
    {
        if (string.IsNullOrEmpty(value))
            return value;

        // Names come from log lines: a spreadsheet must not take one for a formula.
        var safe = value[0] is '=' or '+' or '-' or '@' or '\t' or '\r' ? "'" + value : value;
        return safe.AsSpan().ContainsAny(',', '"', '\n') || safe.Contains('\r', StringComparison.Ordinal)
            ? $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\""
            : safe;
    }
}
