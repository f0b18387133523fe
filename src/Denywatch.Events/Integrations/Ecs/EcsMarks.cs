using Denywatch.Events.Text;

namespace Denywatch.Events.Integrations.Ecs;

/// <summary>The ECS categorisation values that matter for a verdict.</summary>
[Flags]
internal enum EcsMarks : short
{
    None = 0,
    CategoryNetwork = 1,
    CategoryIntrusion = 2,
    CategoryLogin = 4,
    CategoryOther = 8,
    TypeDenied = 16,
    TypeAllowed = 32,
    OutcomeDeny = 64,

    /// <summary>Web requests and malware on its way: denied where the type says so, whatever words the action has.</summary>
    CategoryWeb = 256,

    CategoryConfiguration = 512,

    /// <summary>Something was changed, created or deleted.</summary>
    TypeChange = 1024,

    /// <summary>The document says that it is in the schema, or in a data stream of an agent.</summary>
    Schema = 128,
}

internal static class EcsMark
{
    public static EcsMarks Of(EcsField field, ReadOnlySpan<byte> value) =>
        field switch
        {
            EcsField.EventType => value.Is("denied"u8) ? EcsMarks.TypeDenied
            : value.Is("allowed"u8) ? EcsMarks.TypeAllowed
            : value.Is("change"u8) || value.Is("creation"u8) || value.Is("deletion"u8) ? EcsMarks.TypeChange
            : EcsMarks.None,
            // 7.x Beats wrote outcome:deny. outcome:failure says that something failed, not that it was denied.
            EcsField.EventOutcome => value.Is("deny"u8) || value.Is("denied"u8) ? EcsMarks.OutcomeDeny : EcsMarks.None,
            EcsField.EventCategory => value.Is("network"u8) || value.Is("network_traffic"u8) ? EcsMarks.CategoryNetwork
            : value.Is("intrusion_detection"u8) ? EcsMarks.CategoryIntrusion
            : value.Is("authentication"u8) || value.Is("iam"u8) ? EcsMarks.CategoryLogin
            : value.Is("web"u8) || value.Is("malware"u8) || value.Is("threat"u8) ? EcsMarks.CategoryWeb
            : value.Is("configuration"u8) ? EcsMarks.CategoryConfiguration
            : EcsMarks.CategoryOther,
            EcsField.SchemaMark => EcsMarks.Schema,
            _ => EcsMarks.None,
        };
}
