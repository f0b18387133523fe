using Denywatch.Events.Text;

namespace Denywatch.Events.Integrations.CountsCsv;

/// <summary>Which column holds what, 0-based; -1 where there is none.</summary>
internal sealed record CountsCsvHeader(
    byte Separator,
    int Timestamp,
    int Count,
    int Firewall,
    int Source,
    int Destination,
    int Port,
    int Transport,
    int Rule
)
{
    private const int MostColumns = 64;
    private const int LongestHeader = 2048;

    /// <summary>The header a line is, or null: it must name a time and a count, in any order and case.</summary>
    public static CountsCsvHeader? TryRead(ReadOnlySpan<byte> line)
    {
        if (line.Length is < 6 or > LongestHeader)
            return null;
        line = line.StartsWith("\uFEFF"u8) ? line[3..] : line;
        if (!char.IsAsciiLetter((char)line[0]) && line[0] is not ((byte)'"' or (byte)'@' or (byte)'#'))
            return null;

        var separator = line.IndexOfAny((byte)',', (byte)';', (byte)'\t');
        if (separator < 0)
            return null;

        Span<Range> ranges = stackalloc Range[MostColumns];
        var names = CsvRow.Read(line, ranges, line[separator]);
        var header = new CountsCsvHeader(line[separator], -1, -1, -1, -1, -1, -1, -1, -1);
        for (var i = 0; i < names.Count; i++)
            header = header.With(names[i].Trim(" #@"u8), i);
        return header.Timestamp >= 0 && header.Count >= 0 ? header : null;
    }

    private CountsCsvHeader With(ReadOnlySpan<byte> name, int column)
    {
        if (name.Length is 0 or > 32)
            return this;
        return Words.LowerOf(name) switch
        {
            "timestamp" or "time" or "date" or "datetime" when Timestamp < 0 => this with { Timestamp = column },
            "count" or "denies" or "denied" or "value" when Count < 0 => this with { Count = column },
            "observer" or "observer.name" or "firewall" or "device" when Firewall < 0 => this with
            {
                Firewall = column,
            },
            "source" or "source_ip" or "source.ip" or "src" or "src_ip" when Source < 0 => this with
            {
                Source = column,
            },
            "destination" or "destination_ip" or "destination.ip" or "dst" or "dst_ip" when Destination < 0 => this with
            {
                Destination = column,
            },
            "port" or "destination_port" or "destination.port" or "dst_port" when Port < 0 => this with
            {
                Port = column,
            },
            "transport" or "protocol" or "proto" when Transport < 0 => this with { Transport = column },
            "rule" or "rule.name" when Rule < 0 => this with { Rule = column },
            _ => this,
        };
    }
}
