using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Denywatch.Alerting.RuleFiles;

/// <summary>Writes a document as TOML, laid out as the public repository's files are: keys in order, lists of tables before tables.</summary>
internal sealed class TomlText
{
    private readonly StringBuilder text = new();

    private TomlText() { }

    public static string Of(JsonObject document)
    {
        var writer = new TomlText();
        writer.Table("", document);
        return writer.text.ToString();
    }

    /// <summary>First the values of a table, since what follows a table's head belongs to it; then the tables inside.</summary>
    private void Table(string path, JsonObject table)
    {
        var entries = table.OrderBy(entry => entry.Key, StringComparer.Ordinal).ToList();
        foreach (var (key, value) in entries)
        {
            if (value is null || IsTable(value) || IsTables(value))
                continue;
            text.Append(Key(key)).Append(" = ");
            Value(value, isListLong: true);
            text.Append('\n');
        }
        foreach (var (key, value) in entries.OrderBy(entry => entry.Value is JsonObject))
        {
            var inner = path.Length == 0 ? Key(key) : $"{path}.{Key(key)}";
            if (value is JsonArray tables && IsTables(value))
            {
                foreach (var each in tables)
                    Headed($"[[{inner}]]", inner, (JsonObject)each!);
            }
            else if (value is JsonObject one && IsTable(value))
            {
                Headed($"[{inner}]", inner, one);
            }
        }
    }

    private void Headed(string head, string path, JsonObject table)
    {
        if (text.Length > 0)
            text.Append('\n');
        text.Append(head).Append('\n');
        Table(path, table);
    }

    private void Value(JsonNode value, bool isListLong = false)
    {
        switch (value)
        {
            case JsonArray list:
                List(list, isListLong && list.Count > 1);
                break;
            case JsonObject table when !IsTable(table):
                text.Append((string?)table[TomlJson.Literal]);
                break;
            case JsonObject table:
                text.Append("{ ")
                    .AppendJoin(
                        ", ",
                        table.Where(entry => entry.Value is not null).Select(entry => Inline(entry.Key, entry.Value!))
                    )
                    .Append(" }");
                break;
            case var _ when value.GetValueKind() == JsonValueKind.String:
                String((string)value!);
                break;
            case var _ when value.GetValueKind() == JsonValueKind.Number:
                text.Append(Number(value.ToJsonString()));
                break;
            default:
                text.Append(value.ToJsonString());
                break;
        }
    }

    private void List(JsonArray list, bool isLong)
    {
        text.Append(isLong ? "[\n" : "[");
        var isFirst = true;
        foreach (var each in list.OfType<JsonNode>())
        {
            text.Append(
                isLong ? "    "
                : isFirst ? ""
                : ", "
            );
            Value(each);
            text.Append(isLong ? ",\n" : "");
            isFirst = false;
        }
        text.Append(']');
    }

    private static string Inline(string key, JsonNode value)
    {
        var writer = new TomlText();
        writer.text.Append(Key(key)).Append(" = ");
        writer.Value(value);
        return writer.text.ToString();
    }

    /// <summary>A text of several lines begins on the line below its quotes: TOML leaves that first line's end out.</summary>
    private void String(string value, bool isOneLine = false)
    {
        var isLong = !isOneLine && value.Contains('\n', StringComparison.Ordinal);
        text.Append(isLong ? "\"\"\"\n" : "\"");
        for (var i = 0; i < value.Length; i++)
        {
            text.Append(
                value[i] switch
                {
                    '\\' => @"\\",
                    '"' when !isLong || i + 1 == value.Length || value[i + 1] == '"' => "\\\"",
                    '\r' => @"\r",
                    '\n' => isLong ? "\n" : @"\n",
                    '\t' => "\t",
                    < ' ' or '\x7f' => $"\\u{(int)value[i]:X4}",
                    var other => other.ToString(),
                }
            );
        }
        text.Append(isLong ? "\"\"\"" : "\"");
    }

    /// <summary>What is too large for a whole number of TOML is written as a broken one.</summary>
    private static string Number(string json) =>
        json.AsSpan().ContainsAny('.', 'e', 'E') || long.TryParse(json, CultureInfo.InvariantCulture, out _)
            ? json
            : json + ".0";

    private static string Key(string key)
    {
        if (key.Length > 0 && key.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-'))
            return key;
        var writer = new TomlText();
        writer.String(key, isOneLine: true);
        return writer.text.ToString();
    }

    private static bool IsTable(JsonNode value) => value is JsonObject table && !TomlJson.IsLiteral(table);

    private static bool IsTables(JsonNode value) =>
        value is JsonArray { Count: > 0 } list && list.All(each => each is not null && IsTable(each));
}
