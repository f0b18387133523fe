using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Denywatch.Alerting.RuleFiles;

namespace Denywatch.Cli.Rules;

/// <summary><c>denywatch rules show FILE...</c>: what rule files say, and what is wrong with them.</summary>
internal static class RulesCommand
{
    // A rule file has some ten kilobytes.
    public const long LargestFile = 4 * 1024 * 1024;

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter() },
    };

    public static async Task<int> RunAsync(string[] args, CancellationToken ct) =>
        args switch
        {
            ["show", .. var rest] => Show(rest),
            ["import", .. var rest] => await RulesImport.RunAsync(rest, ct),
            _ => Wrong("write: denywatch rules show FILE... [--json], or denywatch rules import FILE..."),
        };

    private static int Show(string[] rest)
    {
        var asJson = rest.Contains("--json", StringComparer.Ordinal);
        var files = rest.Where(arg => arg != "--json").ToList();
        if (files.Find(file => file.StartsWith('-')) is { } option)
            return Wrong($"there is no option {option}");
        if (files.Count == 0)
            return Wrong("no file is named");

        var exit = Exit.Done;
        foreach (var file in files)
        {
            var rules = Read(file);
            if (rules is null || rules.Any(rule => rule.Problems.Count > 0))
                exit = Exit.Problems;
            foreach (var rule in rules ?? [])
                Console.Out.WriteLine(asJson ? JsonSerializer.Serialize(rule, Json) : Words(rule));
        }
        return exit;
    }

    private static IReadOnlyList<RuleFile>? Read(string file)
    {
        try
        {
            if (new FileInfo(file).Length <= LargestFile)
                return RuleFile.ReadAll(file, File.ReadAllText(file));
            Console.Error.WriteLine($"{file}: larger than {LargestFile / 1024 / 1024} MiB: this is no rule");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"{file}: {failure.Message}");
        }
        return null;
    }

    private static string Words(RuleFile rule) =>
        $"""
            {rule.Name ?? rule.File}
              rule id    {rule.RuleId}
              type       {rule.Type}, threshold {rule.AnomalyThreshold}, jobs {string.Join(", ", rule.Jobs)}
              schedule   from {rule.From}, every {rule.Interval}
              severity   {rule.Severity}, risk score {rule.RiskScore}
              threat     {string.Join(
                "; ",
                rule.Threat.Select(threat =>
                    $"{threat.Tactic}: {string.Join(", ", threat.Techniques.Concat(threat.Subtechniques))}"
                )
            )}
              problems   {(
                rule.Problems.Count == 0 ? "none" : string.Join(Environment.NewLine + "             ", rule.Problems)
            )}
            """;

    private static int Wrong(string problem)
    {
        Console.Error.WriteLine($"denywatch rules: {problem}");
        return Exit.Usage;
    }
}
