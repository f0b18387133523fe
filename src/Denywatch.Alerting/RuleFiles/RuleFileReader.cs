using System.Globalization;
using Tomlyn.Model;

namespace Denywatch.Alerting.RuleFiles;

/// <summary>Takes the values of a rule file out of its tables, and notes what each should have been.</summary>
internal sealed class RuleFileReader
{
    private static readonly string[] Severities = ["low", "medium", "high", "critical"];

    private readonly string file;
    private readonly TomlTable rule;
    private readonly KeyLines lines;
    private readonly HashSet<string> read = new(StringComparer.Ordinal);
    private readonly List<string> problems = [];

    private RuleFileReader(string file, TomlTable rule, KeyLines lines) =>
        (this.file, this.rule, this.lines) = (file, rule, lines);

    public static RuleFile Read(string file, TomlTable document, KeyLines lines)
    {
        if (Value(document, "rule") is not TomlTable rule)
            return new() { File = file, Problems = [$"{file}:1: there is no table [rule]; is this a detection rule?"] };

        return new RuleFileReader(file, rule, lines).Read(document);
    }

    private RuleFile Read(TomlTable document)
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
            RiskScore = Number("risk_score"),
            Tags = Texts("tags"),
            References = Texts("references"),
            FalsePositives = Texts("false_positives"),
            Setup = Text("setup"),
            Note = Text("note"),
            Threat = Threat(),
            Others = Others(document),
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
        if (Value(rule, "threat") is not { } value)
            return [];

        List<RuleThreat> threats = [];
        foreach (var threat in Tables(value))
        {
            var techniques = Tables(Value(threat, "technique")).ToList();
            threats.Add(
                new(
                    Value(threat, "tactic") is TomlTable tactic ? Value(tactic, "id") as string : null,
                    [.. Ids(techniques)],
                    [.. techniques.SelectMany(technique => Ids(Tables(Value(technique, "subtechnique"))))]
                )
            );
        }
        if (threats.Count == 0)
            Wrong("threat", "is no list of tables: write [[rule.threat]]");
        return threats;
    }

    private Dictionary<string, object> Others(TomlTable document)
    {
        var others = new Dictionary<string, object>(StringComparer.Ordinal);
        foreach (var (table, value) in document.Where(entry => entry.Key != "rule"))
        {
            if (value is TomlTable inner)
            {
                foreach (var (key, kept) in inner)
                    others[$"{table}.{key}"] = kept;
            }
            else
            {
                others[table] = value;
            }
        }
        foreach (var (key, value) in rule.Where(entry => !read.Contains(entry.Key)))
            others[$"rule.{key}"] = value;
        return others;
    }

    private string? Text(string key, bool isNeeded = false)
    {
        read.Add(key);
        switch (Value(rule, key))
        {
            case string text:
                return text;
            case null:
                if (isNeeded)
                    Wrong(key, "is missing");
                return null;
            case var other:
                Wrong(key, $"is {Kind(other)}; a text belongs there");
                return null;
        }
    }

    private double? Number(string key)
    {
        read.Add(key);
        var number = Value(rule, key) switch
        {
            long whole => whole,
            double broken => broken,
            null => (double?)null,
            var other => Refuse(other),
        };
        if (number is < 0 or > 100)
            Wrong(key, string.Create(CultureInfo.InvariantCulture, $"is {number}; it must lie between 0 and 100"));
        return number;

        double? Refuse(object other)
        {
            Wrong(key, $"is {Kind(other)}; a number belongs there");
            return null;
        }
    }

    private List<string> Texts(string key, bool isOneAllowed = false)
    {
        read.Add(key);
        switch (Value(rule, key))
        {
            case null:
                return [];
            case string one when isOneAllowed:
                return [one];
            case TomlArray many when many.All(value => value is string):
                return [.. many.OfType<string>()];
            case var other:
                Wrong(key, $"is {Kind(other)}; a list of texts belongs there");
                return [];
        }
    }

    private void Wrong(string key, string what) =>
        problems.Add($"{file}:{lines[$"rule.{key}"]}: {key} {what}{(what.EndsWith('?') ? "" : ".")}");

    private static object? Value(TomlTable table, string key) => table.TryGetValue(key, out var value) ? value : null;

    private static IEnumerable<string> Ids(IEnumerable<TomlTable> tables) =>
        tables.Select(table => Value(table, "id")).OfType<string>();

    private static IEnumerable<TomlTable> Tables(object? value) =>
        value switch
        {
            TomlTableArray tables => tables,
            TomlArray array => array.OfType<TomlTable>(),
            _ => [],
        };

    private static string Kind(object value) =>
        value switch
        {
            string => "a text",
            long or double => "a number",
            bool => "true or false",
            TomlArray => "a list",
            TomlTable or TomlTableArray => "a table",
            _ => "a date",
        };
}
