using Denywatch.Alerting.Replay;
using Denywatch.Events;
using Denywatch.Storage.Entities;
using Denywatch.Testing;
using Denywatch.Web.Features.Accounts;
using Denywatch.Web.Features.Rules;
using Denywatch.Web.Tests.Scoring;
using Microsoft.EntityFrameworkCore;
using Outcome = Denywatch.Web.Features.Accounts.Outcome;

namespace Denywatch.Web.Tests.Rules;

public sealed class RulePreviewTests(PostgresFixture postgres) : IAsyncLifetime
{
    private static readonly TimeSpan Span = TimeSpan.FromMinutes(15);
    private static readonly Actor Engineer = new(null, "ada", AccountRole.Engineer);
    private readonly DateTimeOffset now = DateTimeOffset.UtcNow;
    private Worker node = null!;
    private Guid rule;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>A month of two firewalls with spikes of all sizes in its last days.</summary>
    public async ValueTask InitializeAsync()
    {
        node = await Worker.NewAsync(postgres, now);
        var open = new DateTimeOffset(now.UtcTicks - (now.UtcTicks % Span.Ticks), TimeSpan.Zero);
        await node.DenyAsync(now.AddDays(-28), open, Steady);
        await node.DenyAsync(now.AddDays(-28), open, Steady, "fw-2");
        var random = new Random(3);
        for (var spike = 0; spike < 12; spike++)
        {
            var start = open - ((6 + (8 * spike)) * Span);
            await node.DenyAsync(
                start,
                start + ((1 + (spike % 3)) * Span),
                _ => 20 << (spike % 6),
                spike % 2 == 0 ? "fw-1" : "fw-2",
                $"198.51.100.{random.Next(1, 200)}",
                22 + spike
            );
        }
        await node.LookAsync();
        await node.CloseAsync();
        rule = (await AlertsAsync())[0].RuleId;
    }

    public async ValueTask DisposeAsync() => await node.DisposeAsync();

    [Fact]
    public async Task Settings_do_to_the_past_what_their_trial_said_again_and_again()
    {
        var random = new Random(8);
        var vanished = 0;
        for (var step = 0; step < 10; step++)
        {
            var draft = new RuleTuningDraft(
                random.Next(40, 99),
                random.Next(0, 600),
                random.Next(0, 600),
                "quieter",
                Ratio: random.Next(0, 5) / 2.0,
                Duration: random.Next(1, 4),
                Sensitivity: 0.1 * Math.Pow(10, 3 * random.NextDouble())
            );
            var before = await AlertsAsync();

            var tried = (await node.Get<RulePreview>().OfAsync(rule, draft.Settings, Stop))!;
            var saved = await node.Get<RuleTuningActions>().SetAsync(rule, draft, Engineer, Stop);

            Assert.Equal((Outcome.Done, null), (saved.Outcome, saved.Problem));
            var after = await AlertsAsync();
            Assert.All(
                tried.Alerts,
                effect =>
                    Assert.True(
                        Told.IsAsSaid(effect, after),
                        $"{step}: {effect} NOW {string.Join(" ; ", after.Where(a => a.Id == effect.AlertId).Select(Told.Standing))} BEFORE {string.Join(" ; ", before.Where(a => a.Id == effect.AlertId).Select(a => $"{Told.Standing(a)} {a.SeriesId}"))} {draft}"
                    )
            );
            Assert.Equal(before.Count + tried.Alerts.Count(a => a.AlertId is null), after.Count);
            Assert.Equal(tried.Now, after.Count(alert => alert.CloseReason != CloseReason.Rescored));
            var told = tried.Alerts.Select(a => a.AlertId).ToHashSet();
            Assert.All(
                before.Where(alert => !told.Contains(alert.Id)),
                alert => Assert.Equal(Told.Standing(alert), Told.Standing(after.Single(a => a.Id == alert.Id)))
            );
            vanished += tried.Alerts.Count(alert => alert.Fate == EpisodeFate.Vanishes);
        }
        Assert.True(vanished > 0);
    }

    [Theory]
    [InlineData(75, 2.5, 1, 1.5)]
    [InlineData(75, 0, 2, 1.5)]
    [InlineData(95, 0, 1, 0.01)]
    public async Task Ratio_duration_and_sensitivity_do_what_their_trial_said(
        double threshold,
        double ratio,
        int duration,
        double sensitivity
    )
    {
        var draft = new RuleTuningDraft(threshold, 0, 0, "a try", null, ratio, duration, sensitivity);

        var tried = (await node.Get<RulePreview>().OfAsync(rule, draft.Settings, Stop))!;
        await node.Get<RuleTuningActions>().SetAsync(rule, draft, Engineer, Stop);

        var after = await AlertsAsync();
        Assert.NotEmpty(tried.Alerts);
        Assert.All(tried.Alerts, effect => Assert.True(Told.IsAsSaid(effect, after), effect.ToString()));
        Assert.Equal(tried.Now, after.Count(alert => alert.CloseReason != CloseReason.Rescored));
        await using var db = await node.DbAsync();
        Assert.Equal(draft.Settings, (await db.Rules.SingleAsync(r => r.Id == rule, Stop)).ToSettings());
        Assert.Contains(
            "sensitivity",
            (await db.Audit.SingleAsync(entry => entry.Deed == "tune", Stop)).After,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_more_sensitive_rule_tells_again_what_a_less_sensitive_one_lost_as_its_trial_said()
    {
        var actions = node.Get<RuleTuningActions>();
        await actions.SetAsync(rule, new(95, 0, 0, "quieter", null, 0, 1, 0.01), Engineer, Stop);
        var sensitive = new RuleTuningDraft(75, 0, 0, "as before, and more", null, 0, 1, 300);

        var tried = (await node.Get<RulePreview>().OfAsync(rule, sensitive.Settings, Stop))!;
        await actions.SetAsync(rule, sensitive, Engineer, Stop);

        var after = await AlertsAsync();
        Assert.Contains(tried.Alerts, effect => effect.Fate is EpisodeFate.Returns or EpisodeFate.Appears);
        Assert.All(tried.Alerts, effect => Assert.True(Told.IsAsSaid(effect, after), effect.ToString()));
        Assert.Equal(tried.Now, after.Count(alert => alert.CloseReason != CloseReason.Rescored));
    }

    [Fact]
    public async Task The_chart_marks_what_is_kept_gained_and_lost_on_the_series_with_the_most_denies()
    {
        var before = await AlertsAsync();

        var month = (await node.Get<RuleMonthQueries>().OfAsync([BuiltInJobs.Total, BuiltInJobs.ByFirewall], Stop))!;
        var tried = (await node.Get<RulePreview>().OfAsync(rule, new(75, 300), Stop))!;

        Assert.Equal("all firewalls", month.Title);
        Assert.InRange(month.Steps.Count, 28 * 12, 30 * 12 + 1);
        Assert.True(month.Steps.Max(step => step.Actual) > 3 * month.Steps.Max(step => step.Typical));
        Assert.Equal(
            before.Select(alert => alert.Id).Order(),
            tried
                .Alerts.Where(effect => effect.Fate == EpisodeFate.Vanishes)
                .Select(effect => effect.AlertId!.Value)
                .Concat(tried.Kept.Select(kept => kept.Id))
                .Order()
        );
    }

    [Fact]
    public async Task The_same_settings_change_nothing()
    {
        var before = (await AlertsAsync()).ConvertAll(Told.Standing);
        await using var db = await node.DbAsync();
        var same = await db.Rules.SingleAsync(r => r.Id == rule, Stop);
        var draft = RuleTuningDraft.Of(same.ToSettings(), "as before");

        Assert.Empty((await node.Get<RulePreview>().OfAsync(rule, draft.Settings, Stop))!.Alerts);
        await node.Get<RuleTuningActions>().SetAsync(rule, draft, Engineer, Stop);

        Assert.Equal(before, (await AlertsAsync()).ConvertAll(Told.Standing));
    }

    [Fact]
    public async Task Settings_that_would_lose_a_confirmed_attack_are_refused_until_somebody_says_why()
    {
        await using (var db = await node.DbAsync())
        {
            var alert = await db.Alerts.OrderBy(a => a.Id).FirstAsync(Stop);
            alert.Close(CloseReason.TruePositive, "ada", now);
            await db.SaveChangesAsync(Stop);
        }
        var draft = new RuleTuningDraft(75, 100_000, 0, "quieter");
        var actions = node.Get<RuleTuningActions>();

        var refused = await actions.SetAsync(rule, draft, Engineer, Stop);
        var saved = await actions.SetAsync(rule, draft with { LossReason = "a test" }, Engineer, Stop);

        Assert.Equal(Outcome.Refused, refused.Outcome);
        Assert.Contains("1 confirmed true positive", refused.Problem, StringComparison.Ordinal);
        Assert.Equal(Outcome.Done, saved.Outcome);
    }

    [Fact]
    public async Task A_file_and_a_roll_back_do_to_the_past_what_a_trial_of_their_settings_says()
    {
        // Between what a firewall has and what all have: some alerts stay with the estate's series alone.
        var tried = (await node.Get<RulePreview>().OfAsync(rule, new(75, 300), Stop))!;
        Assert.Contains(tried.Alerts, alert => alert.Fate == EpisodeFate.Vanishes);
        var before = (await AlertsAsync()).ConvertAll(Told.Standing);

        var imported = await node.Get<RuleImport>().ImportAsync([Settings(75, 300)], null, Engineer, Stop);

        Assert.Equal(ImportFate.Changed, Assert.Single(imported.Rules).Fate);
        var after = await AlertsAsync();
        Assert.All(tried.Alerts, effect => Assert.True(Told.IsAsSaid(effect, after), effect.ToString()));
        Assert.NotEqual(before, after.ConvertAll(Told.Standing));

        var back = (await node.Get<RulePreview>().OfAsync(rule, new(75), Stop))!;
        Assert.Equal(
            Outcome.Done,
            (await node.Get<RuleRollBack>().ToAsync(rule, 1, "too quiet", Engineer, Stop)).Outcome
        );

        after = await AlertsAsync();
        Assert.All(back.Alerts, effect => Assert.True(Told.IsAsSaid(effect, after), effect.ToString()));
    }

    [Fact]
    public async Task A_file_that_would_lose_a_confirmed_attack_is_refused()
    {
        await using (var db = await node.DbAsync())
        {
            var alert = await db.Alerts.OrderBy(a => a.Id).FirstAsync(Stop);
            alert.Close(CloseReason.TruePositive, "ada", now);
            await db.SaveChangesAsync(Stop);
        }

        var result = await node.Get<RuleImport>().ImportAsync([Settings(75, 100_000)], null, Engineer, Stop);

        var row = Assert.Single(result.Rules);
        Assert.Equal(ImportFate.Refused, row.Fate);
        Assert.Contains("confirmed true positives", row.Problems[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(AccountRole.Viewer)]
    [InlineData(AccountRole.Analyst)]
    public async Task Only_an_engineer_changes_settings(AccountRole role)
    {
        var deed = new RuleTuningDraft(99, 0, 0, "quieter");

        var result = await node.Get<RuleTuningActions>().SetAsync(rule, deed, Engineer with { Role = role }, Stop);

        Assert.Equal(Outcome.Forbidden, result.Outcome);
    }

    private RuleText Settings(int threshold, int floor) =>
        new(
            "settings.toml",
            $"""
            [rule]
            type = "machine_learning"
            rule_id = "{rule}"
            name = "Ours"
            machine_learning_job_id = "{BuiltInJobs.Total}"
            anomaly_threshold = {threshold}

            [denywatch]
            floor = {floor}
            """
        );

    private async Task<List<Alert>> AlertsAsync()
    {
        await using var db = await node.DbAsync();
        return await db.Alerts.OrderBy(alert => alert.Id).ToListAsync(Stop);
    }

    private static int Steady(DateTimeOffset slice) =>
        30 + (int)(slice.UtcTicks / DenyFlow.SliceSpan.Ticks * 7919 % 11);
}
