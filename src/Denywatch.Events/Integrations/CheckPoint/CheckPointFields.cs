using Denywatch.Events.Text;

namespace Denywatch.Events.Integrations.CheckPoint;

/// <summary>The fields of one log that we use, whatever the export's format. Repeated ones (layers) count once.</summary>
internal ref struct CheckPointFields
{
    private static readonly Names<EventField> Fields = new(
        new Dictionary<string, EventField>(StringComparer.Ordinal)
        {
            ["time"] = EventField.Time,
            ["src"] = EventField.Source,
            ["s_port"] = EventField.SourcePort,
            ["dst"] = EventField.Destination,
            ["service"] = EventField.DestinationPort,
            ["proto"] = EventField.Transport,
            ["ifdir"] = EventField.Direction,
            ["origin"] = EventField.Observer,
            ["hostname"] = EventField.OtherObserver,
            ["rule_name"] = EventField.Rule,
            ["rule_uid"] = EventField.OtherRule,
            ["rule"] = EventField.OtherRule,
            ["action"] = EventField.Action,
            ["rule_action"] = EventField.OtherAction,
            ["connection_count"] = EventField.Count,
            ["packets"] = EventField.Text,
            ["operation"] = EventField.Text,
            ["administrator"] = EventField.Text,
            ["subject"] = EventField.Text,
        }
    );

    public EventDraft Draft;

    public ReadOnlySpan<byte> Packets,
        Operation,
        Administrator,
        Subject;

    /// <returns>What is wrong with the line, or null.</returns>
    public string? Read(ReadOnlySpan<byte> text, scoped in LogLine line)
    {
        if (text.TrimStart((byte)' ').StartsWith((byte)'{'))
            return JsonEvents.Read(line, Fields, ref Draft);

        var pairs =
            text.IndexOf(":\""u8) >= 0 ? new KeyValues(text, (byte)':', ";[ "u8)
            : text.Contains((byte)'|') ? new KeyValues(text, separators: "|"u8)
            : new KeyValues(text, separators: "; \t"u8);
        while (pairs.Next())
        {
            var field = Fields[pairs.Key];
            if (field == EventField.Text)
                Take(pairs.Key, pairs.Value);
            else
                Draft.Take(field, pairs.Value, line.Receipt);
        }
        return null;
    }

    private void Take(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        if (key.SequenceEqual("operation"u8))
            Operation = value;
        else if (key.SequenceEqual("administrator"u8))
            Administrator = value;
        else if (key.SequenceEqual("subject"u8))
            Subject = value;
        else if (value.Number() is { } packets)
            Draft.Packets ??= packets;
        else
            Packets = value.TrimStart((byte)' ');
    }
}
