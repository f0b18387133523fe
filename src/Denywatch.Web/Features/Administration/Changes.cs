using System.Text.Json;

namespace Denywatch.Web.Features.Administration;

/// <summary>What differs between two states of a thing, for reading.</summary>
public static class Changes
{
    /// <summary>Fields that differ, with their values as text; null for a state that does not exist.</summary>
    public static IReadOnlyList<(string Field, string? Before, string? After)> Of(string? before, string? after)
    {
        var (old, now) = (Fields(before), Fields(after));
        return
        [
            .. old
                .Keys.Union(now.Keys, StringComparer.Ordinal)
                .Select(field => (field, old.GetValueOrDefault(field), now.GetValueOrDefault(field)))
                .Where(change => change.Item2 != change.Item3),
        ];
    }

    /// <summary>On one line: the reason, then what differs.</summary>
    public static string InWords(string? why, string? before, string? after) =>
        string.Join(
            "; ",
            new[] { why }
                .Concat(Of(before, after).Select(change => $"{change.Field} {change.Before} → {change.After}"))
                .Where(part => part is not null)
        );

    private static Dictionary<string, string?> Fields(string? json)
    {
        if (json is null)
            return [];

        using var document = JsonDocument.Parse(json);
        return document.RootElement.ValueKind == JsonValueKind.Object
            ? document
                .RootElement.EnumerateObject()
                .ToDictionary(p => p.Name, p => Text(p.Value), StringComparer.Ordinal)
            : new(StringComparer.Ordinal) { [""] = Text(document.RootElement) };
    }

    private static string? Text(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.Null => null,
            JsonValueKind.String => value.GetString(),
            _ => value.GetRawText(),
        };
}
