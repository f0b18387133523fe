using Denywatch.Events.Text;

namespace Denywatch.Events.Integrations.AwsVpcFlow;

/// <summary>
/// AWS VPC flow logs: the default format, custom ones under their header line or format string, and custom ones without,
/// as far as a record can be read by its shape. A record counts one deny, however many packets it sums up.
/// </summary>
public sealed class AwsVpcFlowIntegration : IIntegration
{
    private const int MostColumns = 64;

    private FlowFormat? format;

    // The last format that was guessed: records of one log look alike.
    private FlowFormat? guessed;

    public string Name => "aws_vpcflow";
    public string Title => "AWS VPC flow logs";

    public IIntegration ForSender() => new AwsVpcFlowIntegration();

    public bool Recognises(in LogLine line)
    {
        if (JsonEvents.Holds(line, "\"srcaddr\""u8) && JsonEvents.Holds(line, "\"dstaddr\""u8))
            return !JsonEvents.IsInSchema(line);
        var text = TextOf(line);
        if (text.Length is < 8 or > 2048 || text.Contains((byte)'='))
            return false;
        Span<Range> ranges = stackalloc Range[MostColumns];
        var row = CsvRow.Read(text, ranges, (byte)' ');
        if (IsDefault(row))
            return true;
        if (FlowFormat.TryRead(text) is not null)
            return true;
        return format is not null && row.Count == format.Count || LooksLikeFlow(row);
    }

    public Outcome Parse(in LogLine line, ICollection<FirewallEvent> events)
    {
        var draft = new EventDraft();
        if (!JsonEvents.In(line).IsEmpty)
        {
            if (JsonEvents.Read(line, FlowFormat.InDocuments, ref draft) is { } problem)
                return Outcome.Rejected(problem);
            return Add(draft, line, events);
        }

        var text = TextOf(line);
        Span<Range> ranges = stackalloc Range[MostColumns];
        var row = CsvRow.Read(text, ranges, (byte)' ');
        if (FormatOf(text, row) is not { } columns)
            return Outcome.Rejected(
                "the flow log's format is not known: send its header line, or its format string, before the records"
            );
        if (columns.Count == 0)
            return Outcome.Understood;

        for (var i = 0; i < row.Count; i++)
            draft.Take(columns[i], row[i], line.Receipt);
        return Add(draft, line, events);
    }

    private static Outcome Add(in EventDraft draft, in LogLine line, ICollection<FirewallEvent> events)
    {
        if (draft.Kind is "SKIPDATA")
        {
            events.Add(Notice.Suppressed(line, null, "log-status=skipdata", draft.Time, draft.Observer));
            return Outcome.Understood;
        }
        var verdict =
            draft.Action is "reject" ? Verdict.Denied
            : draft.Action is "accept" ? Verdict.Allowed
            : Verdict.None;
        if (verdict == Verdict.Denied && draft.Source is null)
            return Outcome.Rejected("srcaddr is no address: is the format string the one of this flow log?");
        events.Add(
            draft.ToEvent(verdict, verdict == Verdict.None ? null : Words.Reason("action="u8, draft.Action!), line)
        );
        return Outcome.Understood;
    }

    private FlowFormat? FormatOf(ReadOnlySpan<byte> text, in CsvRow row)
    {
        if (format is not null && row.Count == format.Count && !char.IsAsciiLetter((char)text[0]))
            return format;
        if (FlowFormat.TryRead(text) is { } header)
        {
            format = header;
            return FlowFormat.Empty; // the header itself
        }
        if (format is not null && row.Count == format.Count)
            return format;
        if (IsDefault(row))
            return FlowFormat.Default;
        if (IsWithoutData(row))
            return FlowFormat.Empty;
        if (guessed is null || !guessed.Fits(row))
            guessed = FlowFormat.Guess(row);
        return guessed;
    }

    private static bool IsDefault(in CsvRow row) =>
        row.Count == FlowFormat.Default.Count
        && row[0].SequenceEqual("2"u8)
        && (row[13].SequenceEqual("OK"u8) || row[13].SequenceEqual("NODATA"u8) || row[13].SequenceEqual("SKIPDATA"u8));

    private static bool LooksLikeFlow(in CsvRow row)
    {
        bool hasVerdict = false,
            hasMark = false;
        for (var i = 0; i < row.Count; i++)
        {
            var text = row[i];
            hasVerdict |= text.SequenceEqual("ACCEPT"u8) || text.SequenceEqual("REJECT"u8);
            hasMark |= text.StartsWith("eni-"u8) || text.StartsWith("vpc-"u8) || text.SequenceEqual("OK"u8);
        }
        return hasMark && (hasVerdict || IsWithoutData(row));
    }

    private static bool IsWithoutData(in CsvRow row)
    {
        for (var i = 0; i < row.Count; i++)
        {
            if (row[i].SequenceEqual("NODATA"u8) || row[i].SequenceEqual("SKIPDATA"u8))
                return true;
        }
        return false;
    }

    // "2 123456789012 eni-…" begins like a syslog header of version 2, so the line is taken as it came.
    private static ReadOnlySpan<byte> TextOf(in LogLine line) =>
        (line.Raw.StartsWith((byte)'<') ? line.Message : line.Raw).Trim((byte)' ');
}
