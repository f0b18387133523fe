using Denywatch.Events.Text;

namespace Denywatch.Events.Integrations.AwsVpcFlow;

/// <summary>Which column of a flow record holds what. Names: "Flow log records" in the Amazon VPC User Guide.</summary>
internal sealed class FlowFormat
{
    private const int MostColumns = 64;
    private const int LongestHeader = 2048;

    // A name that tells a header, of a column we have no use for.
    private const EventField NotOurs = (EventField)200;

    private static readonly Dictionary<string, EventField> Meanings = new(StringComparer.Ordinal)
    {
        ["version"] = NotOurs,
        ["account-id"] = NotOurs,
        ["srcaddr"] = EventField.Source,
        ["pkt-srcaddr"] = EventField.OtherSource,
        ["dstaddr"] = EventField.Destination,
        ["pkt-dstaddr"] = EventField.OtherDestination,
        ["srcport"] = EventField.SourcePort,
        ["dstport"] = EventField.DestinationPort,
        ["protocol"] = EventField.Transport,
        ["packets"] = EventField.Packets,
        ["bytes"] = NotOurs,
        ["start"] = EventField.OtherTime,
        ["end"] = EventField.Time,
        ["action"] = EventField.Action,
        ["log-status"] = EventField.Kind,
        ["flow-direction"] = EventField.Direction,
        ["vpc-id"] = EventField.Observer,
        ["tgw-id"] = EventField.Observer,
        ["interface-id"] = EventField.OtherObserver,
        ["reject-reason"] = EventField.OtherAction,
        ["instance-id"] = NotOurs,
        ["subnet-id"] = NotOurs,
    };

    private static readonly Names<EventField> Known = new(Meanings);

    /// <summary>The same names where a pipeline has made documents of the records.</summary>
    public static Names<EventField> InDocuments { get; } = Documents();

    private readonly EventField[] columns;

    private FlowFormat(EventField[] columns) => this.columns = columns;

    /// <summary>The format where none is said: version 2 of the record.</summary>
    public static FlowFormat Default { get; } =
        TryRead(
            "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status"u8
        )!;

    /// <summary>Of a line that is no record.</summary>
    public static FlowFormat Empty { get; } = new([]);

    public int Count => columns.Length;

    /// <summary>The field in a 0-based column.</summary>
    public EventField this[int column] => columns[column] == NotOurs ? EventField.None : columns[column];

    /// <summary>
    /// The format that a line spells: the header of a file in S3, or the format string itself, <c>${srcaddr} …</c>. Null
    /// where it is neither.
    /// </summary>
    public static FlowFormat? TryRead(ReadOnlySpan<byte> line)
    {
        if (line.Length is < 8 or > LongestHeader || line[0] is not ((byte)'$' or >= (byte)'a' and <= (byte)'z'))
            return null;

        Span<Range> ranges = stackalloc Range[MostColumns];
        var names = CsvRow.Read(line, ranges, (byte)' ');
        Span<EventField> fields = stackalloc EventField[MostColumns];
        var known = 0;
        Span<byte> name = stackalloc byte[32];
        for (var i = 0; i < names.Count; i++)
        {
            var text = names[i].Trim("${} "u8);
            if (text.Length is 0 or > 32)
                return null;
            for (var j = 0; j < text.Length; j++)
                name[j] = text[j] == '_' ? (byte)'-' : text[j];
            fields[i] = Known[name[..text.Length]];
            known += fields[i] != EventField.None ? 1 : 0;
        }
        // Two thirds known and both ends there: no sentence looks like that.
        return known >= 3 && known * 3 >= names.Count && fields.Contains(EventField.Source)
            ? new FlowFormat(fields[..names.Count].ToArray())
            : null;
    }

    /// <summary>
    /// A guess for a record in a format that nobody told: AWS's own examples keep addresses, ports and protocol together
    /// and in order. Null where the record has no verdict or no two addresses.
    /// </summary>
    public static FlowFormat? Guess(in CsvRow row)
    {
        var meant = new EventField[row.Count];
        int action = -1,
            source = -1,
            destination = -1;
        for (var i = 0; i < row.Count; i++)
        {
            var text = row[i];
            if (text.SequenceEqual("ACCEPT"u8) || text.SequenceEqual("REJECT"u8))
                meant[action = i] = EventField.Action;
            else if (text.StartsWith("eni-"u8))
                meant[i] = EventField.OtherObserver;
            else if (text.StartsWith("vpc-"u8))
                meant[i] = EventField.Observer;
            else if (text.SequenceEqual("ingress"u8) || text.SequenceEqual("egress"u8))
                meant[i] = EventField.Direction;
            else if (source < 0 && text.Address() is not null)
                meant[source = i] = EventField.Source;
            else if (destination < 0 && text.Address() is not null)
                meant[destination = i] = EventField.Destination;
            else if (i > 0 && IsSeconds(text) && IsSeconds(row[i - 1]))
                (meant[i - 1], meant[i]) = (EventField.OtherTime, EventField.Time);
        }
        if (action < 0 || destination != source + 1)
            return null;

        var next = destination + 1;
        if (row[next].Port() is null || row[next + 1].Port() is null)
            return new FlowFormat(meant);
        (meant[next], meant[next + 1]) = (EventField.SourcePort, EventField.DestinationPort);
        next += 2;
        while (row[next].Address() is not null)
            next++; // the packet's own addresses
        if (row[next].Number() is <= 255)
            meant[next] = EventField.Transport;
        return new FlowFormat(meant);
    }

    /// <summary>True where a record has its verdict and its addresses where this format has them.</summary>
    public bool Fits(in CsvRow row)
    {
        if (row.Count != Count)
            return false;
        for (var i = 0; i < row.Count; i++)
        {
            if (
                columns[i] == EventField.Action
                && !row[i].SequenceEqual("ACCEPT"u8)
                && !row[i].SequenceEqual("REJECT"u8)
            )
                return false;
            if (columns[i] is EventField.Source or EventField.Destination && row[i].Address() is null)
                return false;
        }
        return true;
    }

    private static Names<EventField> Documents() =>
        new(
            Meanings
                .Where(name => name.Value != NotOurs)
                .SelectMany(name =>
                    new[] { name.Key, name.Key.Replace('-', '_') }.Select(key => KeyValuePair.Create(key, name.Value))
                )
                .Append(new("@timestamp", EventField.OtherTime))
        );

    private static bool IsSeconds(ReadOnlySpan<byte> text) =>
        text.Length == 10 && text.Number() is >= 1_200_000_000 and <= 4_000_000_000;
}
