using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Tomlyn;
using Tomlyn.Model;
using Tomlyn.Parsing;

namespace Denywatch.Alerting.RuleFiles;

/// <summary>One entry of a rule's MITRE ATT&amp;CK mapping.</summary>
/// <param name="Tactic">Id such as <c>TA0007</c>.</param>
/// <param name="Techniques">Ids such as <c>T1046</c>.</param>
/// <param name="Subtechniques">Ids such as <c>T1595.001</c>.</param>
public sealed record RuleThreat(string? Tactic, IReadOnlyList<string> Techniques, IReadOnlyList<string> Subtechniques);

/// <summary>
/// A detection rule as a file, in the TOML layout of the public repository elastic/detection-rules: <c>[metadata]</c>,
/// <c>[rule]</c>, <c>[[rule.threat]]</c>. Every value is kept as the file has it; what is absent is null or empty.
/// </summary>
public sealed record RuleFile
{
    /// <summary>The file as it was named, for messages.</summary>
    public required string File { get; init; }

    public string? RuleId { get; init; }
    public string? Name { get; init; }
    public string? Description { get; init; }

    /// <summary>Such as <c>machine_learning</c>, the only type that runs here.</summary>
    public string? Type { get; init; }

    /// <summary>Record score from which the rule alerts, 0 to 100.</summary>
    public double? AnomalyThreshold { get; init; }

    /// <summary>Ids of the jobs whose records the rule reads; the file has one id or a list.</summary>
    public IReadOnlyList<string> Jobs { get; init; } = [];

    /// <summary>Kept, shown and exported; it never decides whether a result alerts.</summary>
    public string? From { get; init; }

    /// <summary>As <see cref="From"/>.</summary>
    public string? Interval { get; init; }

    /// <summary>low, medium, high or critical.</summary>
    public string? Severity { get; init; }

    /// <summary>0 to 100.</summary>
    public double? RiskScore { get; init; }

    public IReadOnlyList<string> Tags { get; init; } = [];
    public IReadOnlyList<string> References { get; init; } = [];
    public IReadOnlyList<string> FalsePositives { get; init; } = [];

    /// <summary>Set-up guide, Markdown.</summary>
    public string? Setup { get; init; }

    /// <summary>Investigation guide, Markdown.</summary>
    public string? Note { get; init; }

    public IReadOnlyList<RuleThreat> Threat { get; init; } = [];

    /// <summary>Denies a bucket must have, from the table <c>[denywatch]</c> that only our own files have.</summary>
    public long? Floor { get; init; }

    /// <summary>Actual minus typical a bucket must have, from <c>[denywatch]</c>.</summary>
    public long? MinimumExcess { get; init; }

    /// <summary>Times typical a bucket must have, from <c>[denywatch]</c>.</summary>
    public double? Ratio { get; init; }

    /// <summary>Buckets in a row, from <c>[denywatch]</c>.</summary>
    public int? Duration { get; init; }

    /// <summary>False alarms a year that score 75 stands for, from <c>[denywatch]</c>.</summary>
    public double? Sensitivity { get; init; }

    /// <summary>Settings of a rule that the file is read into: what the file does not name stays.</summary>
    public RuleSettings SettingsOver(RuleSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return new(
            AnomalyThreshold ?? settings.Threshold,
            Floor ?? settings.Floor,
            MinimumExcess ?? settings.MinimumExcess,
            Ratio ?? settings.Ratio,
            Duration ?? settings.Duration,
            Sensitivity ?? settings.Sensitivity
        );
    }

    /// <summary>Everything else that the file says, by table and key such as <c>metadata.maturity</c>.</summary>
    public IReadOnlyDictionary<string, JsonNode> Others { get; init; } =
        new Dictionary<string, JsonNode>(StringComparer.Ordinal);

    /// <summary>All that the file says, a table for each of its tables; empty where it could not be read.</summary>
    [JsonIgnore]
    public JsonObject Document { get; init; } = [];

    /// <summary>What is wrong, a sentence each, with file and line. A rule with problems cannot run.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];

    private const int MostProblems = 20;
    private static readonly TomlSerializerOptions bounded = new() { MaxDepth = TomlJson.MostLevels };

    internal static JsonSerializerOptions Relaxed { get; } =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Reads the rules of a text, whichever of the two layouts it has: TOML with one, or NDJSON with any number.</summary>
    public static IReadOnlyList<RuleFile> ReadAll(string file, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.AsSpan().TrimStart().StartsWith("{") ? [.. RuleLines.Read(file, text)] : [Read(file, text)];
    }

    /// <summary>Reads what <see cref="Document"/> kept.</summary>
    public static RuleFile Of(JsonObject document) => RuleFileReader.Read("", document, KeyLines.All(1));

    /// <summary>In the layout of the public repository; reading it gives every value again.</summary>
    public static string ToToml(JsonObject document) => TomlText.Of(document);

    /// <summary>One line, as Kibana imports rules.</summary>
    public static string ToNdjson(JsonObject document) => RuleLines.Of(document);

    /// <summary>Reads a file's text; it never throws, whatever the text is.</summary>
    /// <param name="file">Its name, for messages.</param>
    public static RuleFile Read(string file, string text)
    {
        try
        {
            // First, because it is bounded in depth: what it has read is safe for the parser that knows the lines.
            var values = TomlSerializer.Deserialize<TomlTable>(text, bounded) ?? [];
            var syntax = SyntaxParser.Parse(text, file);
            return syntax.HasErrors
                ? Broken(
                    file,
                    syntax
                        .Diagnostics.Select(found => $"{found.Span.Start.Line + 1}: {found.Message}.")
                        .Take(MostProblems)
                )
                : RuleFileReader.Read(file, TomlJson.Of(values), KeyLines.Of(syntax));
        }
        catch (TomlException broken)
        {
            return Broken(
                file,
                broken.Diagnostics.Count == 0
                    ? [$"1: {TomlJson.TooDeep}."]
                    : broken
                        .Diagnostics.Select(found => $"{found.Span.Start.Line + 1}: {found.Message}.")
                        .Take(MostProblems)
            );
        }
        catch (FormatException broken)
        {
            return Broken(file, [$"1: {broken.Message}."]);
        }
    }

    private static RuleFile Broken(string file, IEnumerable<string> problems) =>
        new() { File = file, Problems = [.. problems.Select(problem => $"{file}:{problem}")] };
}
