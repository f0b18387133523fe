using System.Text.Json.Nodes;
using Denywatch.Alerting.RuleFiles;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace Denywatch.Alerting.Tests.RuleFiles;

public sealed class RoundTripTests
{
    private const string Awkward = """"
        title = "nothing but a title"

        [metadata]
        maturity = "production"
        created = 2026-03-04T05:06:07Z
        day = 2026-03-04
        largest = inf

        [rule]
        type = "machine_learning"
        rule_id = "6f1d7f6e-9b0f-4b0a-8a4e-0d6f5a3c2b10"
        name = "A \"quoted\" name \\ with a tab\t and a bell \u0007"
        anomaly_threshold = 50.5
        risk_score = 21.0
        machine_learning_job_id = ["one", "two"]
        note = '''
        C:\path and """three quotes""" and a "last one"'''
        setup = "ends\r\nas Windows does"
        tags = []
        nothing = {}
        deep = [[1, 2], [3.5], [{ a = 1 }, "mixed"]]
        "key with = sign" = true

        [rule.alert_suppression]
        group_by = ["source.ip"]
        [rule.alert_suppression.duration]
        unit = "h"
        value = 5

        [[rule.related_integrations]]
        package = "endpoint"
        version = "^8.2.0"

        [[rule.threat]]
        framework = "MITRE ATT&CK"
        [[rule.threat.technique]]
        id = "T1595"
        name = "Active Scanning"
        [[rule.threat.technique.subtechnique]]
        id = "T1595.001"
        name = "Scanning IP Blocks"
        [rule.threat.tactic]
        id = "TA0043"

        [denywatch]
        floor = 12
        minimum_excess = 40
        ratio = 2.5
        duration = 3
        sensitivity = 0.5

        [transform]
        [[transform.osquery]]
        query = "SELECT * FROM processes"
        """";

    private static readonly string[] pieces =
    [
        "\"",
        "\"\"\"",
        "'",
        "'''",
        "\\",
        "\\n",
        "\n",
        "\r\n",
        "\r",
        "\t",
        " ",
        "#",
        "=",
        "[",
        "]",
        "{",
        "}",
        "a",
        "é",
        "€",
        "😀",
        "\u0001",
        "\u007f",
        "\u0085",
        "\u2028",
        "$toml",
        "word",
    ];

    [Fact]
    public void A_file_that_is_written_and_read_again_says_the_same()
    {
        var read = RuleFile.Read("a.toml", Awkward);
        Assert.Empty(read.Problems);

        var toml = RuleFile.Read("a.toml", RuleFile.ToToml(read.Document));
        var line = Assert.Single(RuleFile.ReadAll("a.ndjson", RuleFile.ToNdjson(read.Document)));

        Assert.All([toml, line], again => AssertSame(read, again));
        Assert.Equal(new RuleSettings(75, 12, 40, 2.5, 3, 0.5), line.SettingsOver(new()) with { Threshold = 75 });
        Assert.DoesNotContain(read.Others.Keys, key => key.StartsWith("denywatch", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("ratio = -1", "denywatch.ratio must be a number, between 0 and 1000.")]
    [InlineData("duration = 0", "denywatch.duration must be a whole number, between 1 and 12.")]
    [InlineData("duration = 1.5", "denywatch.duration must be a whole number, between 1 and 12.")]
    [InlineData("sensitivity = 0", "denywatch.sensitivity must be a number, between 0.01 and 1000.")]
    [InlineData("floor = \"no\"", "denywatch.floor must be a whole number, not below zero.")]
    public void A_setting_of_ours_that_cannot_be_is_named_with_its_line(string setting, string problem)
    {
        var text = Awkward.Replace("floor = 12", setting, StringComparison.Ordinal);
        foreach (var key in (string[])["ratio = 2.5", "duration = 3", "sensitivity = 0.5"])
            text = text.Replace(key, "", StringComparison.Ordinal);

        Assert.Contains(problem, Assert.Single(RuleFile.Read("a.toml", text).Problems), StringComparison.Ordinal);
    }

    [Property(MaxTest = 500)]
    public Property Any_text_survives_both_layouts() =>
        Prop.ForAll(
            Gen.Elements(pieces).ListOf().Select(string.Concat).ToArbitrary(),
            text =>
            {
                var document = (JsonObject)RuleFile.Read("a.toml", Awkward).Document.DeepClone();
                var rule = (JsonObject)document["rule"]!;
                rule["note"] = text;
                rule["tags"] = new JsonArray(text, text + "\n");
                rule[$"key {text}"] = text;
                document["other"] = new JsonObject { [text] = new JsonArray(new JsonObject { ["b"] = text }, text) };
                var read = RuleFile.Of(document);

                AssertSame(read, RuleFile.Read("a.toml", RuleFile.ToToml(document)));
                AssertSame(read, RuleFile.ReadAll("a.ndjson", RuleFile.ToNdjson(document)).Single());
            }
        );

    [Fact]
    public void A_written_file_looks_as_the_public_ones_do()
    {
        var written = RuleFile.ToToml(RuleFile.Read("a.toml", Awkward).Document);

        Assert.Equal(
            ["[denywatch]", "[metadata]", "[rule]", "[[rule.related_integrations]]", "[[rule.threat]]"],
            written.Split('\n').Where(line => line.StartsWith('[')).Take(5)
        );
        Assert.Contains("\n[[rule.threat]]\nframework = \"MITRE ATT&CK\"\n", written, StringComparison.Ordinal);
        Assert.Contains(
            "\nmachine_learning_job_id = [\n    \"one\",\n    \"two\",\n]\n",
            written,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void An_export_of_Kibana_is_read_a_rule_a_line_and_its_other_lines_are_left_out()
    {
        const string export = """
            {"rule_id":"6f1d7f6e-9b0f-4b0a-8a4e-0d6f5a3c2b10","name":"One","type":"machine_learning","anomaly_threshold":50,"machine_learning_job_id":"a","enabled":true,"threat":[],"setup":"","note":null}

            {"list_id":"exceptions","type":"detection","name":"some"}
            {"rule_id":"7f1d7f6e-9b0f-4b0a-8a4e-0d6f5a3c2b10","name":"Two","type":"query","query":"*"}
            {"name": 
            [1]
            {"name":"a","name":"b"}
            {"name":"\ud800"}
            {"name":"\u0000"}
            {"risk_score":1e999}
            {"exported_count":2,"exported_rules_count":2}
            """;

        var rules = RuleFile.ReadAll("rules.ndjson", export);

        Assert.Equal("One", rules[0].Name);
        Assert.Empty(rules[0].Problems);
        Assert.Equal(["rule.enabled"], rules[0].Others.Keys);
        Assert.Equal("rules.ndjson:4: type is \"query\"; only machine_learning rules run here.", rules[1].Problems[0]);
        Assert.Equal(
            [
                "rules.ndjson:5: it is no JSON (at byte 9).",
                "rules.ndjson:6: it is no JSON object; one rule a line belongs here.",
                "rules.ndjson:7: a key stands twice in it.",
                "rules.ndjson:8: a text of it is no Unicode.",
                "rules.ndjson:9: a text of it holds the character NUL.",
                "rules.ndjson:10: a number of it is too large.",
            ],
            rules.Skip(2).Select(rule => rule.Problems[0])
        );
    }

    [Theory]
    [InlineData("a = ", "[", "]")]
    [InlineData("a = ", "{b=", "}")]
    [InlineData("[", "a.", "a]")]
    [InlineData("", "{\"a\":", "1}")]
    public void A_text_that_is_nested_without_end_is_refused(string before, string opening, string closing)
    {
        var text = before + string.Concat(Enumerable.Repeat(opening, 100_000)) + closing;

        Assert.NotEmpty(Assert.Single(RuleFile.ReadAll("deep", text)).Problems);
    }

    private static void AssertSame(RuleFile before, RuleFile after)
    {
        Assert.Equal(before.Problems, after.Problems);
        Assert.True(
            JsonNode.DeepEquals(
                JsonNode.Parse(before.Document.ToJsonString()),
                JsonNode.Parse(after.Document.ToJsonString())
            ),
            after.Document.ToJsonString()
        );
        Assert.Equal(before.Note, after.Note);
    }
}
