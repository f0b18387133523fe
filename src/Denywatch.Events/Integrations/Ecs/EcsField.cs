using System.Collections.Frozen;

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
}

/// <summary>The keys we read, dotted; nested objects spell the same path.</summary>
internal static class EcsFields
{
    private static readonly FrozenDictionary<string, EcsField> ByPath = new Dictionary<string, EcsField>(
        StringComparer.Ordinal
    )
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
        ["message"] = EcsField.Message,
        ["msg"] = EcsField.Message,
        ["log"] = EcsField.Message,
        ["event.original"] = EcsField.EventOriginal,
        ["host"] = EcsField.WrapperHost,
        ["hostname"] = EcsField.WrapperHost,
        ["fromhost"] = EcsField.WrapperHost,
        ["log.syslog.hostname"] = EcsField.WrapperHost,
        ["HOST"] = EcsField.WrapperHost,
        ["programname"] = EcsField.WrapperProgram,
        ["syslogtag"] = EcsField.WrapperProgram,
        ["app-name"] = EcsField.WrapperProgram,
        ["appname"] = EcsField.WrapperProgram,
        ["ident"] = EcsField.WrapperProgram,
        ["PROGRAM"] = EcsField.WrapperProgram,
        ["MESSAGE"] = EcsField.Message,
        ["process.name"] = EcsField.WrapperProgram,
        ["log.syslog.appname"] = EcsField.WrapperProgram,
        ["panw.panos.action"] = EcsField.VendorAction,
        ["fortinet.firewall.action"] = EcsField.VendorAction,
        ["fortinet.firewall.utmaction"] = EcsField.VendorAction,
        ["fortinet.proxy.action"] = EcsField.VendorAction,
        ["checkpoint.rule_action"] = EcsField.VendorAction,
        ["checkpoint.action"] = EcsField.VendorAction,
        ["aws.vpcflow.action"] = EcsField.VendorAction,
        ["barracuda.waf.action_taken"] = EcsField.VendorAction,
        ["suricata.eve.alert.action"] = EcsField.VendorAction,
        ["sonicwall.firewall.action"] = EcsField.VendorAction,
        ["watchguard_firebox.log.action"] = EcsField.VendorAction,
        ["gcp.firewall.disposition"] = EcsField.VendorAction,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, EcsField>.AlternateLookup<ReadOnlySpan<char>> Lookup =
        ByPath.GetAlternateLookup<ReadOnlySpan<char>>();

    public static EcsField Of(ReadOnlySpan<char> path) =>
        Lookup.TryGetValue(path, out var field) ? field : EcsField.None;
}
