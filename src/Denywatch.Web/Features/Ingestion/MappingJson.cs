using System.Text.Json;
using System.Text.Json.Serialization;
using Denywatch.Events.Integrations.Mapped;

namespace Denywatch.Web.Features.Ingestion;

/// <summary>A field mapping as it is stored with its sender.</summary>
internal static class MappingJson
{
    private static readonly JsonSerializerOptions options = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter() },
    };

    public static string Write(FieldMapping mapping) => JsonSerializer.Serialize(mapping, options);

    /// <summary>Null where there is none, or one that this version cannot use.</summary>
    public static FieldMapping? Read(string? json)
    {
        try
        {
            return
                json is not null
                && JsonSerializer.Deserialize<FieldMapping>(json, options) is { } mapping
                && mapping.Problem() is null
                ? mapping
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
