using Denywatch.Events.Text;

namespace Denywatch.Events.Integrations.Ecs;

/// <summary>What a key of a document is to us.</summary>
internal enum EcsField : byte
{
    None,
    Timestamp,
    FallbackTimestamp,
    EventCategory,
    EventType,
    EventOutcome,
    EventAction,
    EventCode,
    VendorAction,
    SourceIp,
    SourceAddress,
    SourcePort,
    DestinationIp,
    DestinationAddress,
    DestinationPort,
    Transport,
    IanaNumber,
    NetworkDirection,
    NetworkPackets,
    SourcePackets,
    DestinationPackets,
    FlowFinal,
    ConnectionState,
    FirewallEvent,
    ForwardingStatus,
    ObserverName,
    ObserverHostname,
    HostName,
    RuleName,
    RuleId,
    Message,
    EventOriginal,
    WrapperHost,
    WrapperProgram,
    SchemaMark,
    UserName,
}

/// <summary>The keys we read, dotted; nested objects spell the same path.</summary>
internal static class EcsFields
{
    private static readonly Names<EcsField> ByPath = new(
        new Dictionary<string, EcsField>(StringComparer.Ordinal)
        {
            ["@timestamp"] = EcsField.Timestamp,
            ["timestamp"] = EcsField.FallbackTimestamp,
            ["timereported"] = EcsField.FallbackTimestamp,
            ["time"] = EcsField.FallbackTimestamp,
            ["event.created"] = EcsField.FallbackTimestamp,
            ["ecs.version"] = EcsField.SchemaMark,
            ["event.kind"] = EcsField.SchemaMark,
            ["event.dataset"] = EcsField.SchemaMark,
            ["data_stream.dataset"] = EcsField.SchemaMark,
            ["event.category"] = EcsField.EventCategory,
            ["event.type"] = EcsField.EventType,
            ["event.outcome"] = EcsField.EventOutcome,
            ["event.action"] = EcsField.EventAction,
            ["event.code"] = EcsField.EventCode,
            ["source.ip"] = EcsField.SourceIp,
            ["source.address"] = EcsField.SourceAddress,
            ["source.port"] = EcsField.SourcePort,
            ["destination.ip"] = EcsField.DestinationIp,
            ["destination.address"] = EcsField.DestinationAddress,
            ["destination.port"] = EcsField.DestinationPort,
            ["network.transport"] = EcsField.Transport,
            ["network.iana_number"] = EcsField.IanaNumber,
            ["network.direction"] = EcsField.NetworkDirection,
            ["network.packets"] = EcsField.NetworkPackets,
            ["observer.name"] = EcsField.ObserverName,
            ["observer.hostname"] = EcsField.ObserverHostname,
            ["host.name"] = EcsField.HostName,
            ["host.hostname"] = EcsField.HostName,
            ["rule.name"] = EcsField.RuleName,
            ["rule.id"] = EcsField.RuleId,
            ["user.name"] = EcsField.UserName,
            // Where shippers put the line: GELF, Splunk's exports and collector, containers, journald.
            ["message"] = EcsField.Message,
            ["short_message"] = EcsField.Message,
            ["_raw"] = EcsField.Message,
            ["result._raw"] = EcsField.Message,
            ["event"] = EcsField.Message,
            ["msg"] = EcsField.Message,
            ["log"] = EcsField.Message,
            ["event.original"] = EcsField.EventOriginal,
            ["host"] = EcsField.WrapperHost,
            ["hostname"] = EcsField.WrapperHost,
            ["fromhost"] = EcsField.WrapperHost,
            ["log.syslog.hostname"] = EcsField.WrapperHost,
            ["HOST"] = EcsField.WrapperHost,
            ["_HOSTNAME"] = EcsField.WrapperHost,
            ["SYSLOG_IDENTIFIER"] = EcsField.WrapperProgram,
            ["programname"] = EcsField.WrapperProgram,
            ["syslogtag"] = EcsField.WrapperProgram,
            ["app-name"] = EcsField.WrapperProgram,
            ["appname"] = EcsField.WrapperProgram,
            ["ident"] = EcsField.WrapperProgram,
            ["PROGRAM"] = EcsField.WrapperProgram,
            ["MESSAGE"] = EcsField.Message,
            ["process.name"] = EcsField.WrapperProgram,
            ["log.syslog.appname"] = EcsField.WrapperProgram,
            ["source.packets"] = EcsField.SourcePackets,
            ["destination.packets"] = EcsField.DestinationPackets,
            ["flow.final"] = EcsField.FlowFinal,
            ["zeek.connection.state"] = EcsField.ConnectionState,
            ["netflow.firewall_event"] = EcsField.FirewallEvent,
            ["netflow.forwarding_status"] = EcsField.ForwardingStatus,
            ["suricata.eve.alert.action"] = EcsField.VendorAction,
            ["suricata.eve.verdict.action"] = EcsField.VendorAction,
            ["gcp.firewall.rule_details.action"] = EcsField.VendorAction,
        }
    );

    // Elastic's integrations keep the device's own word under these names, as vendor.product.action.
    private static readonly Names<EcsField> ByVendorsName = new(
        new[]
        {
            "action",
            "act",
            "action_taken",
            "decision",
            "device_action",
            "disposition",
            "fw_action",
            "log_subtype",
            "rule_action",
            "security_action",
            "utmaction",
            "verdict",
        }.Select(name => KeyValuePair.Create(name, EcsField.VendorAction))
    );

    // Deeper down stand the actions of single rules, which decided nothing.
    private const int DeepestVendorAction = 2;

    public static EcsField Of(ReadOnlySpan<byte> path)
    {
        if (ByPath[path] is not EcsField.None and var field)
            return field;
        var dot = path.LastIndexOf((byte)'.');
        return
            dot > 0
            && ByVendorsName[path[(dot + 1)..]] == EcsField.VendorAction
            && path.Count((byte)'.') <= DeepestVendorAction
            && !path.StartsWith("event."u8)
            ? EcsField.VendorAction
            : EcsField.None;
    }
}
