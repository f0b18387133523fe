namespace Denywatch.Events.Integrations.Suricata;

/// <summary>The keys of Suricata's EVE records. Names: Suricata User Guide, "Eve JSON Format".</summary>
internal static class EveFields
{
    public static IReadOnlyDictionary<string, EventField> Names { get; } =
        new Dictionary<string, EventField>(StringComparer.Ordinal)
        {
            ["timestamp"] = EventField.Time,
            ["event_type"] = EventField.Kind,
            ["src_ip"] = EventField.Source,
            ["src_port"] = EventField.SourcePort,
            ["dest_ip"] = EventField.Destination,
            ["dest_port"] = EventField.DestinationPort,
            ["proto"] = EventField.Transport,
            ["host"] = EventField.Observer,
            ["host.name"] = EventField.OtherObserver,
            ["alert.action"] = EventField.Action,
            ["alert.signature"] = EventField.Rule,
            ["alert.signature_id"] = EventField.OtherRule,
            ["verdict.action"] = EventField.OtherAction,
            ["verdict"] = EventField.OtherAction,
            ["flow.action"] = EventField.OtherAction,
            ["flow.pkts_toserver"] = EventField.Packets,
            ["flow.pkts_toclient"] = EventField.ReplyPackets,
            ["netflow.pkts"] = EventField.Packets,
        };
}
