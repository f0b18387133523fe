using System.Net;
using System.Net.Sockets;

namespace Denywatch.Events.Enrichment;

/// <summary>One row of a range file: what stands behind the two addresses.</summary>
internal readonly ref struct RangeRow
{
    public required ReadOnlySpan<char> Value { get; init; }

    /// <summary>The columns after the value, without their quotes.</summary>
    public required ReadOnlySpan<char> Rest { get; init; }
}

/// <summary>Reads the value of a row; null skips the row.</summary>
internal delegate uint? RangeValue(RangeRow row);

/// <summary>
/// Address ranges in order, each with a number, searched by halving. Ranges of a file do not overlap. 12 bytes a range for
/// IPv4, 36 for IPv6.
/// </summary>
internal sealed class RangeTable
{
    private readonly uint[] starts4;
    private readonly uint[] ends4;
    private readonly uint[] values4;
    private readonly UInt128[] starts6;
    private readonly UInt128[] ends6;
    private readonly uint[] values6;

    private RangeTable(
        List<(uint Start, uint End, uint Value)> four,
        List<(UInt128 Start, UInt128 End, uint Value)> six
    )
    {
        four.Sort((a, b) => a.Start.CompareTo(b.Start));
        six.Sort((a, b) => a.Start.CompareTo(b.Start));
        starts4 = [.. four.Select(range => range.Start)];
        ends4 = [.. four.Select(range => range.End)];
        values4 = [.. four.Select(range => range.Value)];
        starts6 = [.. six.Select(range => range.Start)];
        ends6 = [.. six.Select(range => range.End)];
        values6 = [.. six.Select(range => range.Value)];
    }

    public static RangeTable Empty { get; } = new([], []);

    public int Count => starts4.Length + starts6.Length;

    /// <summary>Reads <c>start,end,value[,rest]</c> rows; files that are not there hold none.</summary>
    public static RangeTable Load(IEnumerable<string> files, RangeValue valueOf)
    {
        var four = new List<(uint, uint, uint)>();
        var six = new List<(UInt128, UInt128, uint)>();
        foreach (var line in files.Where(File.Exists).SelectMany(File.ReadLines))
        {
            var text = line.AsSpan();
            var first = text.IndexOf(',');
            var second = first < 0 ? -1 : text[(first + 1)..].IndexOf(',');
            if (second < 0)
                continue;
            second += first + 1;

            var row = RowOf(text[(second + 1)..]);
            if (
                valueOf(row) is not { } value
                || !IPAddress.TryParse(text[..first], out var start)
                || !IPAddress.TryParse(text[(first + 1)..second], out var end)
                || start.AddressFamily != end.AddressFamily
            )
                continue;

            if (start.AddressFamily == AddressFamily.InterNetwork)
                four.Add((AddressBits.Four(start), AddressBits.Four(end), value));
            else
                six.Add((AddressBits.Six(start), AddressBits.Six(end), value));
        }
        return new RangeTable(four, six);
    }

    public uint? Find(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetwork
            ? Find(starts4, ends4, values4, AddressBits.Four(address))
            : Find(starts6, ends6, values6, AddressBits.Six(address));

    private static uint? Find<T>(T[] starts, T[] ends, uint[] values, T key)
        where T : struct, IComparable<T>
    {
        var at = Array.BinarySearch(starts, key);
        if (at < 0)
            at = ~at - 1;
        return at >= 0 && key.CompareTo(ends[at]) <= 0 ? values[at] : null;
    }

    private static RangeRow RowOf(ReadOnlySpan<char> text)
    {
        var comma = text.IndexOf(',');
        return new RangeRow
        {
            Value = comma < 0 ? text : text[..comma],
            Rest = comma < 0 ? [] : text[(comma + 1)..].Trim('"'),
        };
    }
}
