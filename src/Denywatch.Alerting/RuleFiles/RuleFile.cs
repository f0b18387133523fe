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

    /// <summary>Everything else that the file says, by table and key such as <c>metadata.maturity</c>.</summary>
    public IReadOnlyDictionary<string, object> Others { get; init; } =
        new Dictionary<string, object>(StringComparer.Ordinal);

    /// <summary>What is wrong, a sentence each, with file and line. A rule with problems cannot run.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];

    /// <summary>Reads a file's text; it never throws, whatever the text is.</summary>
    /// <param name="file">Its name, for messages.</param>
    public static RuleFile Read(string file, string text)
    {
        var syntax = SyntaxParser.Parse(text, file);
        if (syntax.HasErrors)
            return new()
            {
                File = file,
                Problems =
                [
                    .. syntax
                        .Diagnostics.Select(found => $"{file}:{found.Span.Start.Line + 1}: {found.Message}.")
                        .Take(20),
                ],
            };

        try
        {
            return RuleFileReader.Read(file, TomlSerializer.Deserialize<TomlTable>(text) ?? [], KeyLines.Of(syntax));
        }
        catch (TomlException broken)
        {
            return new() { File = file, Problems = [$"{file}: {broken.Message}"] };
        }
    }
}
