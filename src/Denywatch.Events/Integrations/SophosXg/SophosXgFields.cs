using Denywatch.Events.Text;

namespace Denywatch.Events.Integrations.SophosXg;

/// <summary>The fields of one line that we use.</summary>
internal ref struct SophosXgFields
{
    private static readonly Names<EventField> Fields = new(
        new Dictionary<string, EventField>(StringComparer.Ordinal)
        {
            ["timestamp"] = EventField.Time,
            ["src_ip"] = EventField.Source,
            ["sourceip"] = EventField.Source,
            ["src_port"] = EventField.SourcePort,
            ["dst_ip"] = EventField.Destination,
            ["destinationip"] = EventField.Destination,
            ["destination"] = EventField.OtherDestination,
            ["localip"] = EventField.OtherDestination,
            ["dst_port"] = EventField.DestinationPort,
            ["protocol"] = EventField.Transport,
            ["signature_msg"] = EventField.Rule,
            ["fw_rule_name"] = EventField.Rule,
            ["fw_rule_id"] = EventField.OtherRule,
            ["action"] = EventField.Action,
            ["log_occurrence"] = EventField.Count,
            ["sent_pkts"] = EventField.Packets,
        }
    );

    public EventDraft Draft;

    public ReadOnlySpan<byte> LogType,
        Component,
        Subtype,
        Status,
        HttpStatus,
        Message,
        User;

    private ReadOnlySpan<byte> date,
        clock,
        device,
        serial;

    public void Read(scoped in LogLine line)
    {
        var pairs = new KeyValues(line.Message, separators: " "u8);
        while (pairs.Next())
        {
            var field = Fields[pairs.Key];
            if (field == EventField.None)
                Take(pairs.Key, pairs.Value);
            else
                Draft.Take(
                    field,
                    field == EventField.Transport ? pairs.Value.Trim((byte)' ') : pairs.Value,
                    line.Receipt
                );
        }
    }

    /// <summary>
    /// Stated with its offset, or local: abbreviations such as IST, CST or BST name several zones, so the data source's
    /// zone holds.
    /// </summary>
    public readonly DateTimeOffset? Time(in LogLine line) =>
        Draft.Time ?? AnyTime.Of(date, clock, line.Receipt.Zone) ?? line.HeaderTime;

    /// <summary>The host of the syslog header; without one the serial number, since many devices share a model's name.</summary>
    public readonly string? Observer(in LogLine line) =>
        line.HeaderHost ?? Words.OrNull(serial) ?? Words.OrNull(device) ?? line.Sender;

    private void Take(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        if (key.SequenceEqual("log_type"u8))
            LogType = value;
        else if (key.SequenceEqual("log_component"u8))
            Component = value;
        else if (key.SequenceEqual("log_subtype"u8))
            Subtype = value;
        else if (key.SequenceEqual("status"u8))
            Status = value;
        else if (key.SequenceEqual("date"u8))
            date = value;
        else if (key.SequenceEqual("time"u8))
            clock = value;
        else if (key.SequenceEqual("httpstatus"u8))
            HttpStatus = value;
        else if (key.SequenceEqual("device_name"u8))
            device = value;
        else if (key.SequenceEqual("device_id"u8) || key.SequenceEqual("device_serial_id"u8))
            serial = value;
        else if (key.SequenceEqual("message"u8))
            Message = value;
        else if (key.SequenceEqual("user_name"u8))
            User = value;
    }
}
