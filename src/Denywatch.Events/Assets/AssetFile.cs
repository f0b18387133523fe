using System.Net;
using System.Text;
using Denywatch.Events.Text;

namespace Denywatch.Events.Assets;

/// <summary>A line of a file of assets that cannot be taken.</summary>
public sealed record AssetProblem(int Line, string Sentence);

/// <summary>What a file of assets holds: each line that can be taken, and a sentence for each that cannot.</summary>
public sealed record AssetFile(IReadOnlyList<AssetEntry> Entries, IReadOnlyList<AssetProblem> Problems)
{
    /// <summary>Largest file, in bytes of UTF-8.</summary>
    public const int LargestBytes = 10 << 20;

    public const int MostLines = 100_000;

    private const int Columns = 16;

    private static readonly string[] addressNames = ["network", "address", "address-or-cidr", "cidr", "ip"];
    private static readonly string[] noteNames = ["note", "comment", "description"];

    /// <summary>
    /// Reads comma- or semicolon-separated lines: address or CIDR, role, note. A head line, known by a cell that says
    /// "role", may name them in another order.
    /// </summary>
    public static AssetFile Read(ReadOnlyMemory<byte> text)
    {
        if (text.Length > LargestBytes)
            return Refused($"The file is larger than {LargestBytes >> 20} MiB.");
        var lines = LinesOf(text);
        if (lines.Count > MostLines + 1) // one may be the head
            return Refused($"The file has more than {MostLines} lines.");

        var first = lines.Count == 0 ? "" : Encoding.UTF8.GetString(lines[0].Span);
        var separator = first.Contains(';') && !first.Contains(',') ? (byte)';' : (byte)',';
        var (columns, hasHead) = ColumnsOf(lines.Count == 0 ? [] : CellsOf(lines[0], separator));

        List<AssetEntry> entries = [];
        List<AssetProblem> problems = [];
        Dictionary<IPNetwork, int> seen = [];
        for (var at = hasHead ? 1 : 0; at < lines.Count; at++)
        {
            var cells = CellsOf(lines[at], separator);
            if (cells.All(string.IsNullOrWhiteSpace))
                continue;
            var draft = new AssetDraft(
                Cell(cells, columns.Address),
                Cell(cells, columns.Role),
                Cell(cells, columns.Note)
            );
            if (draft.Entry is not { } entry)
                problems.Add(new(at + 1, string.Join(' ', draft.Problems.Values)));
            else if (!seen.TryAdd(entry.Network, at + 1))
                problems.Add(new(at + 1, $"{entry.Address} stands in line {seen[entry.Network]} already."));
            else
                entries.Add(entry);
        }
        return new(entries, problems);
    }

    private static AssetFile Refused(string sentence) => new([], [new(1, sentence)]);

    private static ((int Address, int Role, int Note) Columns, bool HasHead) ColumnsOf(string[] cells)
    {
        var names = Array.ConvertAll(cells, cell => cell.Trim().ToLowerInvariant());
        var role = Array.IndexOf(names, "role");
        return role < 0
            ? ((0, 1, 2), false)
            : ((Array.FindIndex(names, addressNames.Contains), role, Array.FindIndex(names, noteNames.Contains)), true);
    }

    private static string? Cell(string[] cells, int column) =>
        column >= 0 && column < cells.Length ? cells[column] : null;

    private static string[] CellsOf(ReadOnlyMemory<byte> line, byte separator)
    {
        Span<Range> ranges = stackalloc Range[Columns];
        var row = CsvRow.Read(line.Span, ranges, separator);
        var cells = new string[row.Count];
        for (var column = 0; column < cells.Length; column++)
            cells[column] = Plain(Encoding.UTF8.GetString(row[column]).Replace("\"\"", "\"", StringComparison.Ordinal));
        return cells;
    }

    // Our own files guard cells that a spreadsheet would take for a formula.
    private static string Plain(string cell) => cell is ['\'', '=' or '+' or '-' or '@', ..] ? cell[1..] : cell;

    private static List<ReadOnlyMemory<byte>> LinesOf(ReadOnlyMemory<byte> text)
    {
        if (text.Span.StartsWith(Encoding.UTF8.Preamble))
            text = text[Encoding.UTF8.Preamble.Length..];
        List<ReadOnlyMemory<byte>> lines = [];
        while (!text.IsEmpty)
        {
            var end = text.Span.IndexOf((byte)'\n');
            var line = end < 0 ? text : text[..end];
            text = end < 0 ? default : text[(end + 1)..];
            lines.Add(line.Span.EndsWith("\r"u8) ? line[..^1] : line);
            if (lines.Count > MostLines + 1)
                break; // too many is all that is to be known
        }
        return lines;
    }
}
