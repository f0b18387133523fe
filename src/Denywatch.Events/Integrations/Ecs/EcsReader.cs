using Denywatch.Events.Text;

namespace Denywatch.Events.Integrations.Ecs;

/// <summary>Reads a document once into its known fields.</summary>
internal static class EcsReader
{
    private const int LongestValue = 64 * 1024;

    /// <returns>What is wrong with the JSON, or null.</returns>
    public static string? Read(ReadOnlySpan<byte> json, ref EcsDocument document, Receipt receipt)
    {
        Span<byte> room = stackalloc byte[JsonFields.Room];
        var fields = new JsonFields(json, room);
        while (fields.Next())
        {
            var path = fields.Path;
            if (path.StartsWith("_source."u8))
                path = path["_source.".Length..]; // an exported search hit
            var field = EcsFields.Of(path);
            if (field == EcsField.None)
                continue;
            if (field is not (EcsField.Message or EcsField.EventOriginal))
                document.Take(field, fields.Value, receipt);
            else if (fields.Place is var place && place.End.Value - place.Start.Value is > 0 and <= LongestValue)
                document.TakeLine(field, place, fields.IsEscaped);
        }
        return fields.Problem;
    }
}
