using Tomlyn.Syntax;

namespace Denywatch.Alerting.RuleFiles;

/// <summary>On which line of a file a key stands, so that a message about it can say so.</summary>
internal sealed class KeyLines
{
    private readonly Dictionary<string, int> lines = new(StringComparer.Ordinal);
    private int otherwise = 1;

    /// <summary>Of a text that has everything on one line.</summary>
    public static KeyLines All(int line) => new() { otherwise = line };

    public static KeyLines Of(DocumentSyntax document)
    {
        var found = new KeyLines();
        found.Add("", document.KeyValues);
        foreach (var table in document.Tables)
        {
            var name = table.Name?.ToString().Trim() ?? "";
            found.lines.TryAdd(name, table.Span.Start.Line + 1);
            found.Add($"{name}.", table.Items);
        }
        return found;
    }

    /// <summary>The line, from 1, of a key such as <c>rule.severity</c> or of its table; the first where neither is there.</summary>
    public int this[string key] =>
        lines.TryGetValue(key, out var line) ? line
        : key.LastIndexOf('.') is > 0 and var dot ? this[key[..dot]]
        : otherwise;

    private void Add(string table, IEnumerable<KeyValueSyntax> items)
    {
        foreach (var item in items)
            lines.TryAdd(table + item.Key?.ToString().Trim(), item.Span.Start.Line + 1);
    }
}
