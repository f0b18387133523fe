using System.Text;
using Denywatch.Events.Integrations.Leef;
using Denywatch.Events.Text;

namespace Denywatch.Events.Integrations.Mapped;

/// <summary>JSON, key=value and CSV of any product, read by a mapping that a person made.</summary>
public sealed class MappedIntegration : IIntegration
{
    private const int MostColumns = 256;

    private readonly FieldMapping mapping;
    private readonly Names<EventField> fields;

    // The mapped fields as keys of a document, dotted or the outermost of nested ones.
    private readonly byte[][] keys;
    private readonly string[] denied,
        allowed;

    private readonly byte[]? timeFormat;

    // Of the rows: given, or read from the header.
    private EventField[]? columns;

    /// <exception cref="ArgumentException">The mapping has a <see cref="FieldMapping.Problem"/>.</exception>
    public MappedIntegration(FieldMapping mapping)
    {
        if (mapping.Problem() is { } problem)
            throw new ArgumentException(problem, nameof(mapping));
        this.mapping = mapping;
        fields = new(mapping.Fields.Select(field => KeyValuePair.Create(field.Key, FieldMapping.FieldOf(field.Value))));
        timeFormat = string.IsNullOrWhiteSpace(mapping.TimeFormat) ? null : Encoding.UTF8.GetBytes(mapping.TimeFormat);
        keys =
        [
            .. mapping
                .Fields.Keys.SelectMany(name => new[] { name, name.Split('.')[0] })
                .Distinct(StringComparer.Ordinal)
                .Select(key => Encoding.UTF8.GetBytes($"\"{key}\"")),
        ];
        denied = [.. mapping.Denied.Select(word => word.Trim().ToLowerInvariant())];
        allowed = [.. mapping.Allowed.Select(word => word.Trim().ToLowerInvariant())];
        if (mapping.Columns.Count > 0)
            columns = [.. mapping.Columns.Select(column => fields[Encoding.UTF8.GetBytes(column)])];
    }

    // Of the line that is being read.
    private string? unreadTime;

    public string Name => "mapped";
    public string Title => "Own mapping of fields";

    public IIntegration ForSender() => new MappedIntegration(mapping);

    public bool Recognises(in LogLine line) =>
        mapping.Format switch
        {
            MappedFormat.Json => !JsonEvents.In(line).IsEmpty && (HoldsAny(line) || !CouldCarry(line)),
            MappedFormat.KeyValue => line.Message.Contains((byte)'='),
            _ => line.Raw.Contains(Separator),
        };

    public Outcome Parse(in LogLine line, ICollection<FirewallEvent> events)
    {
        var draft = new EventDraft();
        var found = 0;
        unreadTime = null;
        switch (mapping.Format)
        {
            case MappedFormat.Json:
                if (ReadJson(line, ref draft, ref found) is { } broken)
                    return Outcome.Rejected(broken);
                break;
            case MappedFormat.KeyValue:
                ReadPairs(line, ref draft, ref found);
                break;
            default:
                if (!ReadRow(line, ref draft, ref found))
                    return Outcome.Understood; // the header
                break;
        }

        if (found == 0)
            return Outcome.Rejected(
                $"no field of the mapping is in this line; it looks for {string.Join(", ", mapping.Fields.Keys.Take(5))}"
            );
        // Without its time a line of yesterday would count as one of now.
        if (unreadTime is not null)
            return Outcome.Rejected(
                $"@timestamp is \"{unreadTime}\", which "
                    + (
                        timeFormat is null
                            ? "is no time of a known shape: give the mapping a time format"
                            : $"is not of the mapping's time format \"{mapping.TimeFormat}\""
                    )
            );
        var (verdict, reason) = VerdictOf(draft.Action);
        if (verdict == Verdict.Denied && draft.Source is null)
            return Outcome.Rejected(
                $"the field for source.ip is missing or no address: \"{string.Join(", ", mapping.Fields.Where(field => field.Value == "source.ip").Select(field => field.Key))}\""
            );
        events.Add(draft.ToEvent(verdict, reason, line));
        return Outcome.Understood;
    }

    private bool HoldsAny(in LogLine line)
    {
        foreach (var key in keys)
        {
            if (JsonEvents.Holds(line, key))
                return true;
        }
        return false;
    }

    private static bool CouldCarry(in LogLine line) =>
        JsonEvents.Holds(line, "\"message\""u8) || JsonEvents.Holds(line, "\"original\""u8);

    private byte Separator => (byte)(mapping.Separator ?? ',');

    private (Verdict Verdict, string? Reason) VerdictOf(string? action)
    {
        if (mapping.EveryLineIsDenied)
            return (Verdict.Denied, "the mapping says that every line is a deny");
        if (action is null)
            return (Verdict.None, null);
        var verdict =
            Array.IndexOf(denied, action) >= 0 ? Verdict.Denied
            : Array.IndexOf(allowed, action) >= 0 ? Verdict.Allowed
            : denied.Length > 0 ? Verdict.None
            : ActionWords.Of(action);
        return (verdict, Words.Reason("action="u8, action));
    }

    private string? ReadJson(in LogLine line, ref EventDraft draft, ref int found)
    {
        Span<byte> room = stackalloc byte[JsonFields.Room];
        var json = new JsonFields(JsonEvents.In(line), room);
        while (json.Next())
            Take(fields[json.Path], json.Value, line.Receipt, ref draft, ref found);
        return json.Problem;
    }

    private void ReadPairs(in LogLine line, ref EventDraft draft, ref int found)
    {
        if (mapping.Separator is not null and not ' ')
        {
            var split = new LeefPairs(line.Message, Separator);
            while (split.Next())
                Take(fields[split.Key], split.Value.Trim((byte)'"'), line.Receipt, ref draft, ref found);
            return;
        }
        var pairs = new KeyValues(line.Message);
        while (pairs.Next())
            Take(fields[pairs.Key], pairs.Value, line.Receipt, ref draft, ref found);
    }

    /// <summary>False for the header row.</summary>
    private bool ReadRow(in LogLine line, ref EventDraft draft, ref int found)
    {
        Span<Range> ranges = stackalloc Range[MostColumns];
        var row = CsvRow.Read(line.Raw, ranges, Separator);
        if (mapping.Columns.Count == 0 && IsHeader(row))
        {
            columns = new EventField[row.Count];
            for (var i = 0; i < columns.Length; i++)
                columns[i] = fields[row[i].Trim((byte)' ')];
            return false;
        }
        for (var i = 0; columns is not null && i < Math.Min(row.Count, columns.Length); i++)
            Take(columns[i], row[i].Trim((byte)' '), line.Receipt, ref draft, ref found);
        return true;
    }

    private bool IsHeader(in CsvRow row)
    {
        var named = 0;
        for (var i = 0; i < row.Count; i++)
            named += fields[row[i].Trim((byte)' ')] != EventField.None ? 1 : 0;
        return named > 0 && named >= mapping.Fields.Count / 2;
    }

    private void Take(EventField field, ReadOnlySpan<byte> value, Receipt receipt, ref EventDraft draft, ref int found)
    {
        if (field == EventField.None)
            return;
        found++;
        if (field == EventField.Time && !value.IsEmpty)
        {
            var at = timeFormat is null
                ? AnyTime.Of(value, receipt)
                : PatternTime.Of(value.Trim((byte)' '), timeFormat, receipt.Zone);
            if (at is null)
                unreadTime = Words.Of(value);
            draft.At(at);
            return;
        }
        draft.Take(field, value, receipt);
    }
}
