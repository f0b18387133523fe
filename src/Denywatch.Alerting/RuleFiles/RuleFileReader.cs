using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Denywatch.Alerting.RuleFiles;

/// <summary>Takes the values of a rule file out of its tables, and notes what each should have been.</summary>
internal sealed class RuleFileReader
{
    private static readonly string[] Severities = ["low", "medium", "high", "critical"];

    private const string Ours = "denywatch";
    private const double MostDenies = 1e15;
    private static readonly string[] ours = ["floor", "minimum_excess", "ratio", "duration", "sensitivity"];

    private readonly string file;
    private readonly JsonObject rule;
    private readonly KeyLines lines;
    private readonly HashSet<string> read = new(StringComparer.Ordinal);
    private readonly List<string> problems = [];

    private RuleFileReader(string file, JsonObject rule, KeyLines lines) =>
        (this.file, this.rule, this.lines) = (file, rule, lines);

    public static RuleFile Read(string file, JsonObject document, KeyLines lines)
    {
        if (document["rule"] is not JsonObject rule)
            return new() { File = file, Problems = [$"{file}:1: there is no table [rule]; is this a detection rule?"] };

        return new RuleFileReader(file, rule, lines).Read(document);
    }

    private RuleFile Read(JsonObject document)
    {
        var type = Text("type", isNeeded: true);
        var jobs = Texts("machine_learning_job_id", isOneAllowed: true);
        var threshold = Number("anomaly_threshold");
        if (type == "machine_learning")
        {
            if (jobs.Count == 0)
                Wrong("machine_learning_job_id", "is missing: name the job whose records the rule reads");
            if (threshold is null)
                Wrong("anomaly_threshold", "is missing: from which record score, 0 to 100, does the rule alert?");
        }
        else if (type is not null)
        {
            Wrong("type", $"is \"{type}\"; only machine_learning rules run here");
        }

        var made = new RuleFile
        {
            File = file,
            RuleId = Id(),
            Name = Text("name", isNeeded: true),
            Description = Text("description"),
            Type = type,
            AnomalyThreshold = threshold,
            Jobs = jobs,
            From = Text("from"),
            Interval = Text("interval"),
            Severity = Severity(),
            RiskScore = Number("risk_score", isWhole: true),
            Tags = Texts("tags"),
            References = Texts("references"),
            FalsePositives = Texts("false_positives"),
            Setup = Text("setup"),
            Note = Text("note"),
            Threat = Threat(),
            Floor = (long?)Own(document, "floor", 0, MostDenies, isWhole: true),
            MinimumExcess = (long?)Own(document, "minimum_excess", 0, MostDenies, isWhole: true),
            Ratio = Own(document, "ratio", 0, RuleSettings.MostRatio),
            Duration = (int?)Own(document, "duration", 1, RuleSettings.LongestDuration, isWhole: true),
            Sensitivity = Own(document, "sensitivity", RuleSettings.LeastSensitivity, RuleSettings.MostSensitivity),
            Others = Others(document),
            Document = document,
        };
        return made with { Problems = problems };
    }

    private string? Id()
    {
        var id = Text("rule_id", isNeeded: true);
        if (id is not null && !Guid.TryParse(id, out _))
            Wrong("rule_id", $"is \"{id}\", which is no UUID");
        return id;
    }

    private string? Severity()
    {
        var severity = Text("severity");
        if (severity is not null && !Severities.Contains(severity, StringComparer.Ordinal))
            Wrong("severity", $"is \"{severity}\"; it must be one of {string.Join(", ", Severities)}");
        return severity;
    }

    private List<RuleThreat> Threat()
    {
        read.Add("threat");
        if (rule["threat"] is not { } value)
            return [];

        List<RuleThreat> threats = [];
        foreach (var threat in Tables(value))
        {
            var techniques = Tables(threat["technique"]).ToList();
            threats.Add(
                new(
                    threat["tactic"] is JsonObject tactic ? AsText(tactic["id"]) : null,
                    [.. Ids(techniques)],
                    [.. techniques.SelectMany(technique => Ids(Tables(technique["subtechnique"])))]
                )
            );
        }
        if (threats.Count == 0 && value is not JsonArray { Count: 0 })
            Wrong("threat", "is no list of tables: write [[rule.threat]]");
        return threats;
    }

    private Dictionary<string, JsonNode> Others(JsonObject document)
    {
        var others = new Dictionary<string, JsonNode>(StringComparer.Ordinal);
        foreach (var (table, value) in document.Where(entry => entry.Key != "rule"))
        {
            if (value is JsonObject inner && !TomlJson.IsLiteral(inner))
            {
                foreach (var (key, kept) in inner.Where(entry => table != Ours || !ours.Contains(entry.Key)))
                    others[$"{table}.{key}"] = kept!;
            }
            else
            {
                others[table] = value!;
            }
        }
        foreach (var (key, value) in rule.Where(entry => !read.Contains(entry.Key)))
            others[$"rule.{key}"] = value!;
        return others;
    }

    /// <summary>A number from the table that only our own files have.</summary>
    private double? Own(JsonObject document, string key, double least, double most, bool isWhole = false)
    {
        if (document[Ours] is not JsonObject table || table[key] is not { } value)
            return null;
        if (
            value.GetValueKind() == JsonValueKind.Number
            && NumberOf(value) is var number
            && number >= least
            && number <= most
            && (!isWhole || number % 1 == 0)
        )
            return number;
        var kind = isWhole ? "a whole number" : "a number";
        var range =
            most == MostDenies
                ? "not below zero"
                : string.Create(CultureInfo.InvariantCulture, $"between {least} and {most}");
        problems.Add($"{file}:{lines[$"{Ours}.{key}"]}: {Ours}.{key} must be {kind}, {range}.");
        return null;
    }

    private string? Text(string key, bool isNeeded = false)
    {
        read.Add(key);
        var value = rule[key];
        if (AsText(value) is { } text)
            return text;
        if (value is not null)
            Wrong(key, $"is {Kind(value)}; a text belongs there");
        else if (isNeeded)
            Wrong(key, "is missing");
        return null;
    }

    private double? Number(string key, bool isWhole = false)
    {
        read.Add(key);
        if (rule[key] is not { } value)
            return null;
        if (value.GetValueKind() != JsonValueKind.Number)
        {
            Wrong(key, $"is {Kind(value)}; a number belongs there");
            return null;
        }
        var number = NumberOf(value);
        if (number is < 0 or > 100)
            Wrong(key, string.Create(CultureInfo.InvariantCulture, $"is {number}; it must lie between 0 and 100"));
        else if (isWhole && number % 1 != 0)
            Wrong(key, string.Create(CultureInfo.InvariantCulture, $"is {number}; a whole number belongs there"));
        return number;
    }

    private List<string> Texts(string key, bool isOneAllowed = false)
    {
        read.Add(key);
        switch (rule[key])
        {
            case null:
                return [];
            case var one when isOneAllowed && AsText(one) is { } text:
                return [text];
            case JsonArray many when many.All(value => AsText(value) is not null):
                return [.. many.Select(value => AsText(value)!)];
            case var other:
                Wrong(key, $"is {Kind(other)}; a list of texts belongs there");
                return [];
        }
    }

    private void Wrong(string key, string what) =>
        problems.Add($"{file}:{lines[$"rule.{key}"]}: {key} {what}{(what.EndsWith('?') ? "" : ".")}");

    /// <summary>A number however it is kept: parsed from JSON, or made.</summary>
    public static double NumberOf(JsonNode number) =>
        double.Parse(number.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture);

    private static string? AsText(JsonNode? value) =>
        value is JsonValue && value.GetValueKind() == JsonValueKind.String ? (string?)value : null;

    private static IEnumerable<string> Ids(IEnumerable<JsonObject> tables) =>
        tables.Select(table => AsText(table["id"])).OfType<string>();

    private static IEnumerable<JsonObject> Tables(JsonNode? value) => (value as JsonArray ?? []).OfType<JsonObject>();

    private static string Kind(JsonNode value) =>
        value.GetValueKind() switch
        {
            JsonValueKind.String => "a text",
            JsonValueKind.Number => "a number",
            JsonValueKind.True or JsonValueKind.False => "true or false",
            JsonValueKind.Array => "a list",
            _ => value is JsonObject table && TomlJson.IsLiteral(table) ? "a date" : "a table",
        };
}
