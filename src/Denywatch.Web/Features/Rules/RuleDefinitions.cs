using System.Text.Json;
using System.Text.Json.Nodes;
using Denywatch.Alerting;
using Denywatch.Alerting.RuleFiles;
using Denywatch.Storage.Entities;

namespace Denywatch.Web.Features.Rules;

/// <summary>A rule as the document that a file of it is, and a file's values as a rule's.</summary>
internal static class RuleDefinitions
{
    private const string Ours = "denywatch";

    /// <summary>What Kibana takes where a file says nothing.</summary>
    private const string UsualFrom = "now-6m";
    private const string UsualInterval = "5m";
    private const string UsualSeverity = "low";
    private const int UsualRisk = 21;

    /// <summary>Settings of a rule whose file has no table of ours.</summary>
    private static readonly RuleSettings usual = new();

    /// <summary>The whole definition; reading it gives the rule again.</summary>
    public static JsonObject Of(Rule rule)
    {
        var document = rule.Document is { } kept ? Parse(kept) : FromFields(rule);
        var read = RuleFile.Of(document);
        if (read.AnomalyThreshold != rule.Threshold)
            document["rule"]!["anomaly_threshold"] = Number(rule.Threshold);
        Keep("floor", read.Floor ?? usual.Floor, rule.Floor);
        Keep("minimum_excess", read.MinimumExcess ?? usual.MinimumExcess, rule.MinimumExcess);
        Keep("ratio", read.Ratio ?? usual.Ratio, rule.Ratio);
        Keep("duration", read.Duration ?? usual.Duration, rule.Duration);
        Keep("sensitivity", read.Sensitivity ?? usual.Sensitivity, rule.Sensitivity);
        return Parse(document.ToJsonString());

        void Keep(string key, double said, double now)
        {
            if (said == now)
                return;
            if (document[Ours] is not JsonObject ours)
                document[Ours] = ours = [];
            ours[key] = Number(now);
        }
    }

    public static JsonObject Parse(string json) => (JsonObject)JsonNode.Parse(json)!;

    /// <summary>A rule that no one has switched on yet.</summary>
    public static Rule Make(RuleFile file)
    {
        var rule = new Rule
        {
            Id = Guid.Parse(file.RuleId!),
            Name = "",
            Description = "",
            Severity = UsualSeverity,
            RiskScore = UsualRisk,
            JobIds = [],
            From = UsualFrom,
            Interval = UsualInterval,
        };
        Apply(rule, file);
        return rule;
    }

    /// <summary>
    /// Brings a rule to what a file says. A built-in rule takes its settings only: its words, jobs and mapping come with the
    /// program, and each start would bring them back.
    /// </summary>
    public static void Apply(Rule rule, RuleFile file)
    {
        var isOurs = BuiltInRules.Has(rule.Id);
        rule.Tune(file.SettingsOver(rule.ToSettings()));
        rule.Severity = file.Severity ?? (isOurs ? rule.Severity : UsualSeverity);
        rule.RiskScore = (int?)file.RiskScore ?? (isOurs ? rule.RiskScore : UsualRisk);
        rule.From = file.From ?? (isOurs ? rule.From : UsualFrom);
        rule.Interval = file.Interval ?? (isOurs ? rule.Interval : UsualInterval);
        rule.Tags = isOurs && file.Tags.Count == 0 ? rule.Tags : [.. file.Tags];
        if (isOurs)
            return;

        rule.Name = file.Name!;
        rule.Description = file.Description ?? "";
        rule.JobIds = [.. file.Jobs];
        rule.References = [.. file.References];
        rule.FalsePositives = [.. file.FalsePositives];
        rule.Threats = [.. Threats(file.Document)];
        rule.Setup = file.Setup ?? "";
        rule.Note = file.Note ?? "";
        rule.Document = file.Document.ToJsonString();
    }

    /// <summary>What a rule's file says besides, by table and key, as a person reads it.</summary>
    public static IReadOnlyList<(string Key, string Value)> Others(Rule rule) =>
        rule.Document is null
            ? []
            : [.. RuleFile.Of(Parse(rule.Document)).Others.Select(other => (other.Key, Words(other.Key, other.Value)))];

    /// <summary>A value as a person reads it: a text as it is, a list of texts one a line, all else as TOML.</summary>
    public static string Words(string key, JsonNode value) =>
        value.GetValueKind() switch
        {
            JsonValueKind.String => (string)value!,
            JsonValueKind.Array when value.AsArray().All(each => each?.GetValueKind() == JsonValueKind.String) =>
                string.Join('\n', value.AsArray().Select(each => (string)each!)),
            JsonValueKind.Array or JsonValueKind.Object => RuleFile
                .ToToml(new() { [key[(key.LastIndexOf('.') + 1)..]] = value.DeepClone() })
                .Trim(),
            _ => value.ToJsonString(),
        };

    private static JsonObject FromFields(Rule rule) =>
        new()
        {
            ["rule"] = new JsonObject
            {
                ["rule_id"] = rule.Id.ToString(),
                ["type"] = "machine_learning",
                ["name"] = rule.Name,
                ["description"] = rule.Description,
                ["anomaly_threshold"] = Number(rule.Threshold),
                ["machine_learning_job_id"] = List(rule.JobIds),
                ["from"] = rule.From,
                ["interval"] = rule.Interval,
                ["severity"] = rule.Severity,
                ["risk_score"] = rule.RiskScore,
                ["tags"] = List(rule.Tags),
                ["references"] = List(rule.References),
                ["false_positives"] = List(rule.FalsePositives),
                ["setup"] = rule.Setup,
                ["note"] = rule.Note,
                ["threat"] = new JsonArray([.. rule.Threats.Select(Threat)]),
            },
        };

    private static JsonObject Threat(Threat threat) =>
        new()
        {
            ["framework"] = "MITRE ATT&CK",
            ["tactic"] = Named(threat.TacticId, threat.Tactic, AttackLinks.Tactic(threat.TacticId)),
            ["technique"] = new JsonArray([
                .. threat.Techniques.Select(technique =>
                    Named(technique.Id, technique.Name, AttackLinks.Technique(technique.Id))
                ),
            ]),
        };

    private static JsonObject Named(string id, string name, string reference) =>
        new()
        {
            ["id"] = id,
            ["name"] = name,
            ["reference"] = reference,
        };

    /// <summary>Subtechniques stand behind their technique, as techniques of their own.</summary>
    private static IEnumerable<Threat> Threats(JsonObject document)
    {
        foreach (var threat in Tables(document["rule"]?["threat"]))
        {
            var techniques = Tables(threat["technique"])
                .SelectMany(technique => Tables(technique["subtechnique"]).Prepend(technique))
                .Select(technique => new Technique(Text(technique, "id"), Text(technique, "name")));
            var tactic = threat["tactic"] as JsonObject ?? [];
            yield return new(Text(tactic, "id"), Text(tactic, "name"), [.. techniques]);
        }
    }

    private static IEnumerable<JsonObject> Tables(JsonNode? value) => (value as JsonArray ?? []).OfType<JsonObject>();

    private static string Text(JsonObject table, string key) =>
        table[key] is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";

    private static JsonArray List(IEnumerable<string> texts) => new([.. texts.Select(text => JsonValue.Create(text))]);

    private static JsonValue Number(double number) =>
        number % 1 == 0 ? JsonValue.Create((long)number) : JsonValue.Create(number);
}

/// <summary>Where MITRE describes a tactic or a technique.</summary>
internal static class AttackLinks
{
    public static string Tactic(string id) => $"https://attack.mitre.org/tactics/{Uri.EscapeDataString(id)}/";

    /// <summary>Of a subtechnique such as <c>T1595.001</c> too.</summary>
    public static string Technique(string id) =>
        $"https://attack.mitre.org/techniques/{Uri.EscapeDataString(id).Replace('.', '/')}/";
}
