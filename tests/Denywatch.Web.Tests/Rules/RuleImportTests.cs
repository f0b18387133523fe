using Denywatch.Alerting.RuleFiles;
using Denywatch.Storage.Entities;
using Denywatch.Testing;
using Denywatch.Web.Features.Accounts;
using Denywatch.Web.Features.Rules;
using Denywatch.Web.Tests.Scoring;
using Microsoft.EntityFrameworkCore;

namespace Denywatch.Web.Tests.Rules;

public sealed class RuleImportTests(PostgresFixture postgres) : IAsyncLifetime
{
    private const string Id = "6f1d7f6e-9b0f-4b0a-8a4e-0d6f5a3c2b10";
    private static readonly Actor Engineer = new(null, "ada", AccountRole.Engineer);
    private Worker node = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;
    private static Guid Spike => BuiltInRules.SpikeInFirewallDenies;

    public async ValueTask InitializeAsync() => node = await Worker.NewAsync(postgres);

    public async ValueTask DisposeAsync() => await node.DisposeAsync();

    [Fact]
    public async Task A_file_becomes_a_rule_that_is_off_until_somebody_switches_it_on()
    {
        var row = Assert.Single((await ImportAsync(File())).Rules);

        Assert.Equal((ImportFate.New, null), (row.Fate, row.Obstacle));
        var rule = await RuleAsync(Id);
        Assert.Equal(
            ("Night denies", 60d, "medium", 47, "now-1h"),
            (rule.Name, rule.Threshold, rule.Severity, rule.RiskScore, rule.From)
        );
        Assert.Equal([BuiltInJobs.Total], rule.JobIds);
        Assert.Equal(["T1595", "T1595.001"], Assert.Single(rule.Threats).Techniques.Select(technique => technique.Id));
        Assert.False(rule.IsEnabled);
        Assert.Contains(("rule.author", "us"), RuleDefinitions.Others(rule));
        Assert.Equal(Outcome.Done, (await SwitchAsync(Id)).Outcome);
    }

    [Fact]
    public async Task A_rule_whose_job_is_not_here_says_so_and_cannot_be_switched_on()
    {
        const string obstacle = "It reads the job rare_country, which is not here: nothing would be scored.";

        var row = Assert.Single((await ImportAsync(File(job: "rare_country"))).Rules);
        var refused = await SwitchAsync(Id);

        Assert.Equal((ImportFate.New, obstacle), (row.Fate, row.Obstacle));
        Assert.Equal((Outcome.Refused, obstacle), (refused.Outcome, refused.Problem));
        Assert.Equal(
            obstacle,
            (await node.Get<RuleQueries>().ListAsync(Stop)).Single(r => r.Id == Guid.Parse(Id)).Obstacle
        );
        Assert.Equal(obstacle, (await node.Get<RuleQueries>().FindAsync(Guid.Parse(Id), Stop))!.Obstacle);

        await using (var db = await node.DbAsync())
        {
            db.Jobs.Add(
                new()
                {
                    Id = "rare_country",
                    Title = "",
                    Description = "",
                    Detector = "rare",
                }
            );
            await db.SaveChangesAsync(Stop);
        }
        Assert.Equal(Outcome.Done, (await SwitchAsync(Id)).Outcome);
    }

    [Fact]
    public async Task A_rule_that_reads_a_missing_job_from_now_on_is_switched_off()
    {
        await ImportAsync(File());
        await SwitchAsync(Id);

        await ImportAsync(File(job: "rare_country"));

        Assert.False((await RuleAsync(Id)).IsEnabled);
    }

    [Fact]
    public async Task What_is_wrong_is_refused_with_file_and_line_and_all_others_go_in()
    {
        const string other = "7f1d7f6e-9b0f-4b0a-8a4e-0d6f5a3c2b10";
        var result = await ImportAsync(
            new("broken.toml", "[rule\n"),
            new("query.toml", "[rule]\nname = 'a'\nrule_id = '8f1d7f6e-9b0f-4b0a-8a4e-0d6f5a3c2b10'\ntype = 'query'\n"),
            new("nul.toml", "[rule]\nname = \"a\\u0000\"\n"),
            File(),
            new("again.toml", File(threshold: 70).Text),
            new(
                "lines.ndjson",
                RuleFile.ToNdjson(RuleFile.Read("", File(id: other).Text).Document) + "\n{}\n{\"exported_count\":1}\n"
            )
        );

        Assert.Equal((2, 5), (result.Count(ImportFate.New), result.Count(ImportFate.Refused)));
        Assert.All(
            new[]
            {
                "broken.toml:1: ",
                "query.toml:4: type is \"query\"",
                "nul.toml:1: ",
                "again.toml: The rule_id ",
                "lines.ndjson:2: ",
            },
            start =>
                Assert.Contains(
                    result.Rules,
                    row => row.Problems.Any(p => p.StartsWith(start, StringComparison.Ordinal))
                )
        );
        Assert.Equal(60, (await RuleAsync(Id)).Threshold);
        Assert.Equal("Night denies", (await RuleAsync(other)).Name);
    }

    [Fact]
    public async Task The_same_file_changes_nothing_and_another_one_makes_a_version()
    {
        await ImportAsync(File());
        var entries = await AuditAsync();
        var same = Assert.Single((await ImportAsync(File())).Rules);
        Assert.Equal(ImportFate.Unchanged, same.Fate);
        Assert.Equal(entries, await AuditAsync());
        Assert.Single(await node.Get<RuleVersions>().OfAsync(Guid.Parse(Id), Stop));

        var preview = await node.Get<RuleImport>().PreviewAsync([File(threshold: 70)], Engineer, Stop);
        Assert.Equal(60, (await RuleAsync(Id)).Threshold);
        var changed = Assert.Single((await ImportAsync(File(threshold: 70))).Rules);

        Assert.Equal(ImportFate.Changed, changed.Fate);
        Assert.Equal([new("anomaly_threshold", "60", "70")], changed.Changes);
        Assert.Equal(preview.Rules[0].Changes, changed.Changes);
        var versions = await node.Get<RuleVersions>().OfAsync(Guid.Parse(Id), Stop);
        Assert.Equal(
            [(2, "ada", "import", "because (night.toml)"), (1, "ada", "import", "because (night.toml)")],
            versions.Select(version => (version.Number, version.By, version.Deed, version.Why))
        );
        Assert.Equal(changed.Changes, await node.Get<RuleVersions>().ChangesAsync(Guid.Parse(Id), 2, Stop));
    }

    [Fact]
    public async Task The_first_version_of_a_built_in_rule_says_that_it_came_with_the_program()
    {
        var first = Assert.Single(await node.Get<RuleVersions>().OfAsync(BuiltInRules.SpikeInFirewallDenies, Stop));

        Assert.Equal((1, "start", "as it came with Denywatch"), (first.Number, first.Deed, first.Why));
    }

    [Fact]
    public async Task A_built_in_rule_takes_the_settings_of_a_file_and_keeps_its_words_and_its_switch()
    {
        var before = await RuleAsync(Spike.ToString());

        var row = Assert.Single((await ImportAsync(File(id: Spike.ToString(), threshold: 80))).Rules);
        await RulesSetup.SeedAsync(
            node.Get<IDbContextFactory<Denywatch.Storage.DenywatchDb>>(),
            TimeProvider.System,
            Stop
        );

        var after = await RuleAsync(Spike.ToString());
        Assert.Equal(ImportFate.Changed, row.Fate);
        Assert.Equal((80, "medium", true), (after.Threshold, after.Severity, after.IsEnabled));
        Assert.Equal((before.Name, before.Note, before.Document), (after.Name, after.Note, after.Document));
        Assert.Equal(before.JobIds, after.JobIds);
        Assert.Equal(["import", "start"], (await node.Get<RuleVersions>().OfAsync(Spike, Stop)).Select(v => v.Deed));
    }

    [Fact]
    public async Task What_is_exported_reads_as_what_was_imported_in_both_layouts()
    {
        await ImportAsync(File());
        var read = RuleFile.Read("", File().Text);
        var export = node.Get<RuleExport>();

        foreach (var layout in Enum.GetValues<RuleLayout>())
        {
            var file = (await export.OneAsync(Guid.Parse(Id), layout, Stop))!;
            var again = Assert.Single(RuleFile.ReadAll(file.Name, file.Text));
            Assert.Empty(RuleDiff.Of(read.Document, again.Document));
            Assert.Equal(ImportFate.Unchanged, Assert.Single((await ImportAsync(file)).Rules).Fate);
        }
        var all = await export.AllAsync(RuleLayout.Toml, Stop);
        Assert.Equal(BuiltInRules.All().Count() + 1, all.Count);
        Assert.Contains("night_denies.toml", all.Select(file => file.Name));
        Assert.Contains("spike_in_firewall_denies.toml", all.Select(file => file.Name));
        Assert.Equal(all.Count, (await ImportAsync([.. all])).Count(ImportFate.Unchanged));
        Assert.Equal(
            all.Count,
            (await ImportAsync([.. await export.AllAsync(RuleLayout.Ndjson, Stop)])).Count(ImportFate.Unchanged)
        );
        Assert.Null(await export.OneAsync(Guid.NewGuid(), RuleLayout.Toml, Stop));
    }

    [Fact]
    public async Task A_tuned_rule_is_exported_as_it_is_now_and_rolls_back_as_a_new_version()
    {
        await ImportAsync(File());
        var id = Guid.Parse(Id);
        var tuned = await node.Get<RuleTuningActions>().SetAsync(id, new(85, 30, 10, "quieter"), Engineer, Stop);
        Assert.Equal(Outcome.Done, tuned.Outcome);
        var exported = RuleFile.Read("", (await node.Get<RuleExport>().OneAsync(id, RuleLayout.Toml, Stop))!.Text);
        Assert.Equal((85, 30, 10), (exported.AnomalyThreshold, exported.Floor, exported.MinimumExcess));
        var rollBack = node.Get<RuleRollBack>();

        var back = await rollBack.ToAsync(id, 1, "too quiet", Engineer, Stop);

        Assert.Equal(Outcome.Done, back.Outcome);
        var rule = await RuleAsync(Id);
        Assert.Equal((60, 0, 0), (rule.Threshold, rule.Floor, rule.MinimumExcess));
        Assert.Equal(
            ["roll back", "tune", "import"],
            (await node.Get<RuleVersions>().OfAsync(id, Stop)).Select(v => v.Deed)
        );
        Assert.Equal(
            "It stands as in version 1 already.",
            (await rollBack.ToAsync(id, 1, "again", Engineer, Stop)).Problem
        );
        Assert.Equal(Outcome.NotFound, (await rollBack.ToAsync(id, 9, "why not", Engineer, Stop)).Outcome);
        Assert.Equal(Outcome.Refused, (await rollBack.ToAsync(id, 2, " ", Engineer, Stop)).Outcome);
    }

    [Fact]
    public void A_difference_shows_changed_lines_and_what_stands_near_them()
    {
        var before = string.Join('\n', Enumerable.Range(1, 20));
        var after = before.Replace("10", "ten", StringComparison.Ordinal);

        Assert.Equal(
            [
                new(LineChange.Same, "8"),
                new(LineChange.Same, "9"),
                new(LineChange.Gone, "10"),
                new(LineChange.New, "ten"),
                new(LineChange.Same, "11"),
                new(LineChange.Same, "12"),
            ],
            new FieldChange("note", before, after).Lines()
        );
        Assert.Equal([new(LineChange.New, "a")], new FieldChange("note", null, "a").Lines());
        Assert.Equal([new(LineChange.Gone, "a")], new FieldChange("note", "a", null).Lines());
    }

    [Theory]
    [InlineData(AccountRole.Viewer, Outcome.Forbidden)]
    [InlineData(AccountRole.Analyst, Outcome.Forbidden)]
    [InlineData(AccountRole.Engineer, Outcome.Done)]
    [InlineData(AccountRole.Admin, Outcome.Done)]
    public async Task Rules_are_imported_and_rolled_back_by_engineers(AccountRole role, Outcome expected)
    {
        await ImportAsync(File());
        await ImportAsync(File(threshold: 70));
        var actor = new Actor(null, "someone", role);
        var before = await AuditAsync();

        Assert.Equal(expected, (await node.Get<RuleImport>().PreviewAsync([File(threshold: 80)], actor, Stop)).Outcome);
        Assert.Equal(before, await AuditAsync());
        Assert.Equal(
            expected,
            (await node.Get<RuleImport>().ImportAsync([File(threshold: 80)], null, actor, Stop)).Outcome
        );
        Assert.Equal(
            expected,
            (await node.Get<RuleRollBack>().ToAsync(Guid.Parse(Id), 1, "because", actor, Stop)).Outcome
        );

        Assert.Equal(before + (expected == Outcome.Done ? 2 : 0), await AuditAsync());
    }

    [Fact]
    public async Task Too_much_at_once_is_refused_as_a_whole()
    {
        var files = Enumerable.Repeat(File(), RuleImport.MostFiles + 1).ToList();

        var result = await node.Get<RuleImport>().ImportAsync(files, null, Engineer, Stop);

        Assert.Equal((Outcome.Refused, "At most 500 files at a time."), (result.Outcome, result.Problem));
    }

    [Fact]
    public async Task Coverage_tells_what_is_on_off_and_cannot_run()
    {
        await ImportAsync(File(), File(id: "7f1d7f6e-9b0f-4b0a-8a4e-0d6f5a3c2b10", job: "rare_country"));

        var tactics = await node.Get<RuleCoverage>().AllAsync(Stop);

        Assert.Equal(["TA0043", "TA0005", "TA0007", "TA0011", "TA0010", "TA0040"], tactics.Select(tactic => tactic.Id));
        var states = tactics[0]
            .Techniques.Single(technique => technique.Id == "T1595")
            .Rules.Select(rule => rule.State)
            .ToList();
        Assert.Equal(states.Order(), states);
        Assert.Equal([CoverState.On, CoverState.Off, CoverState.CannotRun], states.Distinct());
    }

    private static RuleText File(string id = Id, string job = BuiltInJobs.Total, int threshold = 60) =>
        new(
            "night.toml",
            $"""
            [metadata]
            maturity = "development"

            [rule]
            anomaly_threshold = {threshold}
            author = ["us"]
            description = "More denies at night than nights have."
            from = "now-1h"
            machine_learning_job_id = "{job}"
            name = "Night denies"
            references = ["javascript:alert(1)"]
            risk_score = 47
            rule_id = "{id}"
            severity = "medium"
            type = "machine_learning"

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
            name = "Reconnaissance"
            """
        );

    private async Task<RuleImportResult> ImportAsync(params RuleText[] files)
    {
        var result = await node.Get<RuleImport>().ImportAsync(files, "because", Engineer, Stop);
        Assert.Equal((Outcome.Done, null), (result.Outcome, result.Problem));
        return result;
    }

    private Task<DeedResult> SwitchAsync(string id) =>
        node.Get<RuleActions>().SwitchAsync(Guid.Parse(id), on: true, "because", Engineer, Stop);

    private async Task<Rule> RuleAsync(string id)
    {
        await using var db = await node.DbAsync();
        return await db.Rules.SingleAsync(rule => rule.Id == Guid.Parse(id), Stop);
    }

    private async Task<int> AuditAsync()
    {
        await using var db = await node.DbAsync();
        return await db.Audit.CountAsync(Stop);
    }
}
