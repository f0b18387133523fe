using System.Text.Json.Nodes;
using DiffPlex.DiffBuilder;
using DiffPlex.DiffBuilder.Model;

namespace Denywatch.Web.Features.Rules;

/// <summary>A field of a rule that differs; null on the side that does not have it.</summary>
/// <param name="Field">Key within <c>[rule]</c>, or with its table where that is another.</param>
public sealed record FieldChange(string Field, string? Before, string? After)
{
    /// <summary>Line by line; of what stays, only what stands near a change.</summary>
    public IReadOnlyList<DiffLine> Lines()
    {
        var pieces = InlineDiffBuilder.Diff(Before ?? "", After ?? "", ignoreWhiteSpace: false).Lines;
        List<DiffLine> lines = [];
        for (var i = 0; i < pieces.Count; i++)
        {
            var near = pieces.Skip(i - Near).Take(Near + 1 + Math.Min(i, Near));
            if (near.All(piece => piece.Type == ChangeType.Unchanged))
                continue;
            var change = pieces[i].Type switch
            {
                ChangeType.Deleted => LineChange.Gone,
                ChangeType.Inserted => LineChange.New,
                _ => LineChange.Same,
            };
            lines.Add(new(change, pieces[i].Text));
        }
        // A field that comes or goes has no other side, not an empty line there.
        return
        [
            .. lines.Where(line =>
                line.Text.Length > 0
                || !(
                    (Before is null && line.Change == LineChange.Gone)
                    || (After is null && line.Change == LineChange.New)
                )
            ),
        ];
    }

    private const int Near = 2;
}

public enum LineChange
{
    Same,
    Gone,
    New,
}

public sealed record DiffLine(LineChange Change, string Text);

/// <summary>What differs between two definitions of a rule.</summary>
internal static class RuleDiff
{
    public static IReadOnlyList<FieldChange> Of(JsonObject before, JsonObject after)
    {
        var (old, now) = (Fields(before), Fields(after));
        return
        [
            .. old
                .Keys.Union(now.Keys, StringComparer.Ordinal)
                .Where(field => !JsonNode.DeepEquals(old.GetValueOrDefault(field), now.GetValueOrDefault(field)))
                .Order(StringComparer.Ordinal)
                .Select(field => new FieldChange(
                    field,
                    Words(field, old.GetValueOrDefault(field)),
                    Words(field, now.GetValueOrDefault(field))
                )),
        ];
    }

    private static string? Words(string field, JsonNode? value) =>
        value is null ? null : RuleDefinitions.Words(field, value);

    private static Dictionary<string, JsonNode> Fields(JsonObject document)
    {
        var fields = new Dictionary<string, JsonNode>(StringComparer.Ordinal);
        foreach (var (table, value) in document)
        {
            if (value is JsonObject inner)
            {
                foreach (var (key, each) in inner)
                    fields[table == "rule" ? key : $"{table}.{key}"] = each!;
            }
            else if (value is not null)
            {
                fields[table] = value;
            }
        }
        return fields;
    }
}
