using Denywatch.Events.Text;

namespace Denywatch.Events.Integrations.CountsCsv;

/// <summary>
/// Counts that something else has already made: rows under a header such as <c>timestamp,count,firewall</c>. Every row is
/// denied traffic. The header is remembered for the sender, so each sender has its own instance.
/// </summary>
public sealed class CountsCsvIntegration : IIntegration
{
    private const int MostColumns = 64;

    private CountsCsvHeader? header;

    public string Name => "counts_csv";
    public string Title => "Counts as CSV";

    public IIntegration ForSender() => new CountsCsvIntegration();

    public bool Recognises(in LogLine line)
    {
        if (CountsCsvHeader.TryRead(line.Raw) is not null)
            return true;
        // Under a header only rows that begin like one are ours: a mixed file stays readable.
        return header is not null && line.Raw.Contains(header.Separator);
    }

    public Outcome Parse(in LogLine line, ICollection<FirewallEvent> events)
    {
        if (CountsCsvHeader.TryRead(line.Raw) is { } newHeader)
        {
            header = newHeader;
            return Outcome.Understood;
        }
        if (header is null)
            return Outcome.Rejected("a header row with timestamp and count must come first");

        Span<Range> ranges = stackalloc Range[MostColumns];
        var row = CsvRow.Read(line.Raw, ranges, header.Separator);
        if (TimeOf(row[header.Timestamp], line.Receipt.Zone) is not { } timestamp)
            return Outcome.Rejected(
                $"column timestamp is \"{Words.Of(row[header.Timestamp])}\"; write 2024-05-01T12:00:00Z or seconds since 1970"
            );

        var text = row[header.Count].Trim((byte)' ');
        if (text.IsEmpty)
            return Outcome.Understood; // no value: a missing bucket, not a zero
        if (CountOf(text) is not { } count)
            return Outcome.Rejected($"column count is \"{Words.Of(text)}\"; a whole number from 0 belongs there");
        events.Add(
            new FirewallEvent
            {
                // A zero says that the firewall was heard and denied nothing.
                Verdict = count > 0 ? Verdict.Denied : Verdict.None,
                Reason = count > 0 ? "counted as denied" : null,
                Timestamp = timestamp,
                Action = count > 0 ? "deny" : null,
                Source = row[header.Source].Address(),
                Destination = row[header.Destination].Address(),
                DestinationPort = row[header.Port].Port(),
                Transport = Transports.Of(row[header.Transport]),
                Observer = Words.OrNull(row[header.Firewall]) ?? line.Receipt.Peer,
                Rule = Words.OrNull(row[header.Rule]),
                Count = Math.Max(1, count),
            }
        );
        return Outcome.Understood;
    }

    private static DateTimeOffset? TimeOf(ReadOnlySpan<byte> text, TimeZoneInfo zone)
    {
        text = text.Trim((byte)' ');
        if (Times.TryIso(text, zone, out var at, out var length) && length == text.Length)
            return at;
        return text.Number() is { } number ? Times.Epoch(number) : null;
    }

    // Spreadsheets and data frames write counts as 12.0.
    private static long? CountOf(ReadOnlySpan<byte> text)
    {
        var dot = text.IndexOf((byte)'.');
        if (dot > 0 && text[(dot + 1)..].IndexOfAnyExcept((byte)'0') < 0)
            text = text[..dot];
        return text.Number();
    }
}
