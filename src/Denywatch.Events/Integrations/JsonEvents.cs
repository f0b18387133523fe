using Denywatch.Events.Text;

namespace Denywatch.Events.Integrations;

/// <summary>What integrations of JSON products share: where the document stands in a line, and how it is read.</summary>
internal static class JsonEvents
{
    // Products tell themselves by a few keys near each other; a document of this size is looked at whole.
    private const int LongestLook = 16 * 1024;

    // One event, however wordy: batches were taken apart before.
    private const int LongestDocument = 256 * 1024;

    /// <summary>The document of a line; empty where it holds none. Also behind rsyslog's <c>@cee:</c>.</summary>
    public static ReadOnlySpan<byte> In(in LogLine line)
    {
        var message = line.Message.TrimStart(" \t"u8);
        if (message.StartsWith("@cee:"u8))
            message = message[5..].TrimStart((byte)' ');
        return message.StartsWith((byte)'{') ? message : [];
    }

    /// <summary>True where the document holds this text, such as a key with its quotes.</summary>
    public static bool Holds(in LogLine line, ReadOnlySpan<byte> text)
    {
        var json = In(line);
        return json[..Math.Min(json.Length, LongestLook)].IndexOf(text) >= 0;
    }

    /// <summary>True where the document looks like one in the Elastic Common Schema, whatever product it speaks of.</summary>
    public static bool IsInSchema(in LogLine line) =>
        Holds(line, "\"@timestamp\""u8)
        && (Holds(line, "\"event\":{\""u8) || Holds(line, "\"event\": {"u8) || Holds(line, "\"event."u8));

    /// <summary>Hands every field of the document that has a name of ours to the draft.</summary>
    /// <returns>What is wrong with the JSON, or null.</returns>
    public static string? Read(in LogLine line, Names<EventField> names, ref EventDraft draft)
    {
        var json = In(line);
        if (json.Length > LongestDocument)
            return $"the document is {json.Length} bytes long; the longest that is taken for one event is {LongestDocument}";
        Span<byte> room = stackalloc byte[JsonFields.Room];
        var fields = new JsonFields(json, room);
        while (fields.Next())
            draft.Take(names[fields.Path], fields.Value, line.Receipt);
        return fields.Problem;
    }

    /// <summary>Names that several kinds of record share, each with a prefix of its own.</summary>
    public static Names<EventField> Prefixed(string[] prefixes, IReadOnlyDictionary<string, EventField> names) =>
        new(from prefix in prefixes from name in names select KeyValuePair.Create(prefix + name.Key, name.Value));

    /// <summary>The part behind the last slash: the name in a cloud's resource id.</summary>
    public static ReadOnlySpan<byte> LastSegment(ReadOnlySpan<byte> id) => id[(id.LastIndexOf((byte)'/') + 1)..];
}
