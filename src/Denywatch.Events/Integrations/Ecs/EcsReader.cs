using System.Text.Json;

namespace Denywatch.Events.Integrations.Ecs;

/// <summary>
/// Walks a JSON document once and hands known fields over. Nested objects, dotted keys and both mixed spell the same
/// path; the elements of an array count as values of its key.
/// </summary>
internal static class EcsReader
{
    private const int LongestPath = 96;
    private const int LongestValue = 64 * 1024;

    private static readonly JsonReaderOptions Options = new()
    {
        CommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        MaxDepth = 64,
    };

    /// <exception cref="JsonException">The document is broken; the caller turns that into an answer.</exception>
    public static void Read(ReadOnlySpan<byte> json, EcsDocument document, TimeZoneInfo zone)
    {
        var reader = new Utf8JsonReader(json, Options);
        Span<char> path = stackalloc char[LongestPath];
        path.Clear();
        // Length of the path at each depth; arrays do not lengthen it.
        Span<int> lengths = stackalloc int[Options.MaxDepth + 2];
        var depth = 0;
        var length = 0;

        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject or JsonTokenType.StartArray:
                    lengths[++depth] = length;
                    break;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    length = lengths[--depth];
                    break;
                case JsonTokenType.PropertyName:
                    length = Extend(path, lengths[depth], reader.ValueSpan);
                    break;
                case JsonTokenType.String or JsonTokenType.Number:
                    Take(ref reader, path[..length], document, zone);
                    break;
                default:
                    break;
            }
        }
    }

    private static void Take(
        ref Utf8JsonReader reader,
        scoped ReadOnlySpan<char> path,
        EcsDocument document,
        TimeZoneInfo zone
    )
    {
        if (path.StartsWith("_source."))
            path = path["_source.".Length..]; // an exported search hit
        var field = EcsFields.Of(path);
        if (field == EcsField.None || reader.ValueSpan.Length > LongestValue)
            return;

        if (!reader.ValueIsEscaped)
        {
            document.Take(field, reader.ValueSpan, zone);
            return;
        }
        var rented = new byte[reader.ValueSpan.Length];
        document.Take(field, rented.AsSpan(0, reader.CopyString(rented)), zone);
    }

    /// <summary>Appends a key. A path too long for any known field becomes one that matches none.</summary>
    private static int Extend(Span<char> path, int length, ReadOnlySpan<byte> key)
    {
        var dot = length > 0 ? 1 : 0;
        if (length + dot + key.Length >= path.Length)
        {
            path[0] = '\0';
            return path.Length - 1;
        }
        if (dot == 1)
            path[length++] = '.';
        foreach (var b in key)
            path[length++] = (char)b;
        return length;
    }
}
