using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Tomlyn.Model;

namespace Denywatch.Alerting.RuleFiles;

/// <summary>
/// TOML's values as JSON's, so that a document can be kept, compared and written again. What JSON has no word for (dates,
/// infinite numbers) stands as TOML writes it, in an object with the one key <see cref="Literal"/>.
/// </summary>
internal static partial class TomlJson
{
    public const string Literal = "$toml";

    /// <summary>Levels of tables and lists; a rule has about eight.</summary>
    public const int MostLevels = 32;

    public const string TooDeep = "it is nested in more levels than a rule has";

    /// <exception cref="FormatException">It is nested too deeply, or holds what cannot be kept; the message says so.</exception>
    public static JsonObject Of(TomlTable table) => Of(table, MostLevels);

    /// <summary>Whether it stands for a value that JSON has no word for; somebody's JSON may use the key for something else.</summary>
    public static bool IsLiteral(JsonObject value) =>
        value.Count == 1
        && value[Literal] is JsonValue kept
        && kept.TryGetValue<string>(out var text)
        && LiteralText().IsMatch(text);

    private static JsonObject Of(TomlTable table, int levels)
    {
        if (levels == 0)
            throw new FormatException(TooDeep);
        return new(table.Select(entry => KeyValuePair.Create(Kept(entry.Key), Of(entry.Value, levels - 1))));
    }

    private static JsonNode? Of(object? value, int levels) =>
        value switch
        {
            null => null,
            string text => JsonValue.Create(Kept(text)),
            bool truth => JsonValue.Create(truth),
            long whole => Number(whole.ToString(CultureInfo.InvariantCulture)),
            double broken => double.IsFinite(broken) ? Number(Text(broken)) : AsLiteral(Text(broken)),
            TomlTable table => Of(table, levels),
            TomlTableArray tables => Of(tables, levels),
            TomlArray array => Of(array, levels),
            _ => AsLiteral(string.Create(CultureInfo.InvariantCulture, $"{value}")),
        };

    private static JsonArray Of(IEnumerable<object?> values, int levels)
    {
        if (levels == 0)
            throw new FormatException(TooDeep);
        return new([.. values.Select(value => Of(value, levels - 1))]);
    }

    /// <summary>Such as <c>21.0</c>, <c>1E-07</c> or <c>inf</c>, as both JSON (where finite) and TOML read it.</summary>
    private static string Text(double number)
    {
        if (!double.IsFinite(number))
            return double.IsNaN(number) ? "nan"
                : number > 0 ? "inf"
                : "-inf";
        var text = number.ToString("R", CultureInfo.InvariantCulture);
        return text.AsSpan().ContainsAny('.', 'E') ? text : text + ".0";
    }

    private static JsonNode? Number(string text) => JsonNode.Parse(text);

    private static JsonObject AsLiteral(string toml) => new() { [Literal] = toml };

    /// <summary>A text as it is; the database keeps every one that is Unicode, but for NUL.</summary>
    /// <exception cref="FormatException">It cannot be kept.</exception>
    public static string Kept(string text) =>
        text.Contains('\0', StringComparison.Ordinal)
            ? throw new FormatException("a text of it holds the character NUL")
        : IsUnicode(text) ? text
        : throw new FormatException("a text of it is no Unicode");

    private static bool IsUnicode(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
                continue;
            if (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[i + 1]))
                return false;
            i++;
        }
        return true;
    }

    [GeneratedRegex(@"^(?:[+-]?(?:inf|nan)|[0-9]{2}[0-9:.TtZz +-]{3,40})$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex LiteralText();
}
