using System.Text.Json;
using System.Text.Json.Nodes;

namespace Denywatch.Alerting.RuleFiles;

/// <summary>
/// Rules as Kibana exports them: NDJSON, one rule a line, with the keys that <c>[rule]</c> has in a file. What a file says
/// beside <c>[rule]</c> travels in <c>meta.denywatch</c>.
/// </summary>
internal static class RuleLines
{
    private const string Meta = "meta";
    private const string Ours = "denywatch";

    private static readonly JsonDocumentOptions bounded = new() { MaxDepth = TomlJson.MostLevels };

    public static string Of(JsonObject document)
    {
        var line = document["rule"]?.DeepClone() as JsonObject ?? [];
        var beside = new JsonObject(
            document
                .Where(entry => entry.Key != "rule")
                .Select(entry => KeyValuePair.Create(entry.Key, entry.Value?.DeepClone()))
        );
        if (beside.Count > 0 && line[Meta] is null or JsonObject)
        {
            if (line[Meta] is not JsonObject meta)
                line[Meta] = meta = [];
            meta[Ours] = beside;
        }
        return line.ToJsonString(RuleFile.Relaxed);
    }

    /// <summary>The rules of a text; other lines of an export (its summary, lists of exceptions) are none.</summary>
    public static IEnumerable<RuleFile> Read(string file, string text)
    {
        var number = 0;
        foreach (var line in text.Split('\n'))
        {
            number++;
            if (!string.IsNullOrWhiteSpace(line) && Read(file, number, line) is { } rule)
                yield return rule;
        }
    }

    private static RuleFile? Read(string file, int number, string line)
    {
        var name = $"{file}:{number}";
        try
        {
            if (JsonNode.Parse(line, documentOptions: bounded) is not JsonObject parsed)
                return Broken(name, "it is no JSON object; one rule a line belongs here");
            var kept = (JsonObject)Kept(parsed)!;
            if (
                kept.ContainsKey("list_id") || kept.Keys().Any(key => key is "exported_count" or "exported_rules_count")
            )
                return null;
            return RuleFileReader.Read(file, Document(kept), KeyLines.All(number));
        }
        catch (JsonException broken)
        {
            return Broken(name, $"it is no JSON (at byte {broken.BytePositionInLine})");
        }
        catch (ArgumentException)
        {
            return Broken(name, "a key stands twice in it");
        }
        catch (Exception broken) when (broken is FormatException or InvalidOperationException)
        {
            return Broken(name, broken is FormatException ? broken.Message : "a text of it is no Unicode");
        }
    }

    private static RuleFile Broken(string name, string why) => new() { File = name, Problems = [$"{name}: {why}."] };

    private static JsonObject Document(JsonObject line)
    {
        var document = new JsonObject();
        if (line[Meta] is JsonObject meta && meta[Ours] is JsonObject beside)
        {
            meta.Remove(Ours);
            if (meta.Count == 0)
                line.Remove(Meta);
            foreach (var (table, value) in beside.ToList())
            {
                beside.Remove(table);
                if (table != "rule")
                    document[table] = value;
            }
        }
        document["rule"] = line;
        return document;
    }

    /// <summary>A copy without nulls, which TOML does not have, in which every value has been looked at.</summary>
    private static JsonNode? Kept(JsonNode? node) =>
        node switch
        {
            null => null,
            JsonObject table => new JsonObject(
                table
                    .Where(entry => entry.Value is not null)
                    .Select(entry => KeyValuePair.Create(TomlJson.Kept(entry.Key), Kept(entry.Value)))
            ),
            JsonArray list => new JsonArray([.. list.OfType<JsonNode>().Select(Kept)]),
            _ => node.GetValueKind() switch
            {
                JsonValueKind.String => JsonValue.Create(TomlJson.Kept((string)node!)),
                JsonValueKind.Number when !double.IsFinite(RuleFileReader.NumberOf(node)) => throw new FormatException(
                    "a number of it is too large"
                ),
                _ => node.DeepClone(),
            },
        };

    private static IEnumerable<string> Keys(this JsonObject table) => table.Select(entry => entry.Key);
}
