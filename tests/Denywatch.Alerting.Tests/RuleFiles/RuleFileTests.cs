using Denywatch.Alerting.RuleFiles;

namespace Denywatch.Alerting.Tests.RuleFiles;

public sealed class RuleFileTests
{
    private const string Whole = """"
        [metadata]
        maturity = "production"

        [rule]
        anomaly_threshold = 50
        author = ["us"]
        false_positives = ['''A test.''', "A scan."]
        from = "now-45m"
        interval = "15m"
        machine_learning_job_id = ["one", "two"]
        name = "Spike"
        note = """
        ## Look

        - here
        """
        references = ["https://example.org/rule"]
        risk_score = 21
        rule_id = "6f1d7f6e-9b0f-4b0a-8a4e-0d6f5a3c2b10"
        severity = "low"
        tags = ["Network"]
        type = "machine_learning"

        [[rule.threat]]
        framework = "MITRE ATT&CK"
        [[rule.threat.technique]]
        id = "T1595"
        [[rule.threat.technique.subtechnique]]
        id = "T1595.001"
        [[rule.threat.technique]]
        id = "T1590"
        [rule.threat.tactic]
        id = "TA0043"
        """";

    private static RuleFile Read(string text) => RuleFile.Read("rule.toml", text);

    [Fact]
    public void Every_value_is_as_the_file_has_it()
    {
        var rule = Read(Whole);

        Assert.Empty(rule.Problems);
        Assert.Equal(("Spike", "machine_learning", 50, "now-45m", "15m"), Facts(rule));
        Assert.Equal(["one", "two"], rule.Jobs);
        Assert.Equal(["A test.", "A scan."], rule.FalsePositives);
        Assert.Equal("## Look\n\n- here\n", rule.Note);
        Assert.Null(rule.Setup);
        var threat = Assert.Single(rule.Threat);
        Assert.Equal("TA0043", threat.Tactic);
        Assert.Equal(["T1595", "T1590"], threat.Techniques);
        Assert.Equal(["T1595.001"], threat.Subtechniques);
    }

    [Fact]
    public void What_has_no_place_here_is_kept() =>
        Assert.Equal(["metadata.maturity", "rule.author"], Read(Whole).Others.Keys.Order(StringComparer.Ordinal));

    [Fact]
    public void One_job_may_stand_alone() =>
        Assert.Equal(["one"], Read("[rule]\nmachine_learning_job_id = 'one'").Jobs);

    [Theory]
    [InlineData(
        "severity = 'awful'",
        "rule.toml:2: severity is \"awful\"; it must be one of low, medium, high, critical."
    )]
    [InlineData("risk_score = 210", "rule.toml:2: risk_score is 210; it must lie between 0 and 100.")]
    [InlineData("risk_score = 21.5", "rule.toml:2: risk_score is 21.5; a whole number belongs there.")]
    [InlineData("tags = 'Network'", "rule.toml:2: tags is a text; a list of texts belongs there.")]
    [InlineData("rule_id = 'seven'", "rule.toml:2: rule_id is \"seven\", which is no UUID.")]
    [InlineData("type = 'eql'", "rule.toml:2: type is \"eql\"; only machine_learning rules run here.")]
    [InlineData(
        "type = 'machine_learning'",
        "rule.toml:1: anomaly_threshold is missing: from which record score, 0 to 100, does the rule alert?"
    )]
    public void A_wrong_value_is_told_with_file_and_line(string line, string problem) =>
        Assert.Contains(problem, Read($"[rule]\n{line}").Problems);

    [Theory]
    [InlineData("[rule", "rule.toml:1:")]
    [InlineData("[rule]\nname = \"a", "rule.toml:2:")]
    [InlineData("name = 'a'", "rule.toml:1: there is no table [rule]")]
    [InlineData("[rule]\nname = 'a'\nname = 'b'", "rule.toml")]
    [InlineData("\0\u0001", "rule.toml:1:")]
    public void What_is_no_rule_file_says_where(string text, string problem) =>
        Assert.StartsWith(problem, Read(text).Problems[0], StringComparison.Ordinal);

    private static (string?, string?, double?, string?, string?) Facts(RuleFile rule) =>
        (rule.Name, rule.Type, rule.AnomalyThreshold, rule.From, rule.Interval);
}
