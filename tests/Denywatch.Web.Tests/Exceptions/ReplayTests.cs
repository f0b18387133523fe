using Denywatch.Alerting.Replay;
using Denywatch.Events;
using Denywatch.Events.Exceptions;
using Denywatch.Storage.Entities;
using Denywatch.Testing;
using Denywatch.Web.Features.Accounts;
using Denywatch.Web.Features.Exceptions;
using Denywatch.Web.Tests.Scoring;
using Microsoft.EntityFrameworkCore;
using Outcome = Denywatch.Web.Features.Accounts.Outcome;

namespace Denywatch.Web.Tests.Exceptions;

public sealed class ReplayTests(PostgresFixture postgres) : IAsyncLifetime
{
    private const string Scanner = "10.20.0.9";
    private const string Attacker = "198.51.100.66";

    private static readonly TimeSpan Span = TimeSpan.FromMinutes(15);
    private static readonly Actor Engineer = new(null, "ada", AccountRole.Engineer);
    private Worker node = null!;
    private DateTimeOffset now;
    private DateTimeOffset open;
    private DateTimeOffset night;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>
    /// A month in which a scanner of our own runs in each of the last three nights, and an attacker in the same bucket as
    /// the last of them.
    /// </summary>
    public async ValueTask InitializeAsync()
    {
        node = await Worker.NewAsync(postgres);
        now = DateTimeOffset.UtcNow;
        open = new(now.UtcTicks - (now.UtcTicks % Span.Ticks), TimeSpan.Zero);
        night = open - (10 * Span);
        await node.DenyAsync(now.AddDays(-28), open, Steady);
        await node.DenyAsync(now.AddDays(-28), open, Steady, "fw-2");
        foreach (var day in new[] { 2, 1, 0 })
            await node.DenyAsync(
                night.AddDays(-day),
                night.AddDays(-day) + Span,
                _ => 1500,
                source: Scanner,
                port: 445
            );
        await node.DenyAsync(night, night + Span, _ => 900, source: Attacker, port: 22);
        await ScoreAsync();
    }

    public async ValueTask DisposeAsync() => await node.DisposeAsync();

    [Fact]
    public async Task Excepting_a_scanner_leaves_the_attacker_in_the_same_bucket_with_the_scanner_gone_from_its_numbers()
    {
        var before = await AlertsAsync();
        Assert.Contains(before, alert => Holds(alert, night) && alert.Actual > 7000);

        await AddAsync(Sources(Scanner));

        var alerts = await AlertsAsync();
        var attack = Assert.Single(alerts, alert => Holds(alert, night));
        Assert.Equal(AlertStatus.Open, attack.Status);
        Assert.InRange(attack.Actual, 2700, 3000);
        Assert.Contains(Attacker, attack.Sentence, StringComparison.Ordinal);
        Assert.DoesNotContain(Scanner, attack.Evidence, StringComparison.Ordinal);
        Assert.All(
            alerts.Where(alert => alert != attack),
            alert => Assert.Equal((AlertStatus.Closed, CloseReason.Rescored), (alert.Status, alert.CloseReason))
        );
        Assert.Equal(
            "exception 1 (source 10.20.0.9)",
            await node.AskAsync<string>($"SELECT reason FROM record_revisions WHERE bucket = '{night:O}' LIMIT 1")
        );
    }

    [Fact]
    public async Task What_an_exception_means_is_not_counted_live_and_the_rest_alerts()
    {
        await AddAsync(Sources(Scanner));
        await node.LookAsync();

        await node.DenyAsync(open, open + DenyFlow.SliceSpan, _ => 5000, source: Scanner, port: 445);
        await node.DenyAsync(open, open + DenyFlow.SliceSpan, _ => 2500, source: Attacker, port: 22);
        await node.LookAsync();
        await node.LookAsync();

        var live = Assert.Single(await AlertsAsync(), alert => Holds(alert, open));
        Assert.InRange(live.Actual, 2500, 2600);
        Assert.Contains(Attacker, live.Sentence, StringComparison.Ordinal);
        Assert.Equal(
            5000,
            await node.AskAsync<long>($"SELECT sum(excepted)::bigint FROM counts WHERE span = 5 AND at = '{open:O}'")
        );
    }

    [Fact]
    public async Task Removing_an_exception_restores_the_exact_past()
    {
        var (records, alerts) = (await RecordsAsync(), await StandingsAsync());

        var id = await AddAsync(Sources(Scanner));
        Assert.NotEqual(records, await RecordsAsync());
        Assert.NotEqual(alerts, await StandingsAsync());
        var removed = await node.Get<ExceptionActions>().RemoveAsync(id, "it was no scanner", Engineer, Stop);
        await ScoreAsync();

        Assert.Equal(Outcome.Done, removed.Outcome);
        Assert.Equal(records, await RecordsAsync());
        Assert.Equal(alerts, await StandingsAsync());
    }

    [Fact]
    public async Task A_preview_says_what_saving_then_does()
    {
        var draft = Draft(Sources(Scanner));
        var before = await AlertsAsync();

        var preview = await node.Get<ExceptionPreview>().OfAsync(new(null, draft), ct: Stop);
        await AddAsync(Sources(Scanner));

        var after = await AlertsAsync();
        Assert.Equal(3 * 4500, preview.Denies);
        Assert.Empty(preview.Lost);
        Assert.NotEmpty(preview.Alerts);
        Assert.All(preview.Alerts, effect => Assert.True(IsAsSaid(effect, after)));
        Assert.Equal(before.Count + preview.Alerts.Count(a => a.AlertId is null), after.Count);
        var told = preview.Alerts.Select(a => a.AlertId).ToHashSet();
        Assert.All(
            before.Where(alert => !told.Contains(alert.Id)),
            alert => Assert.Equal(Standing(alert), Standing(after.Single(a => a.Id == alert.Id)))
        );
    }

    [Fact]
    public async Task A_confirmed_attack_that_would_be_lost_stands_in_the_way_until_somebody_says_why()
    {
        await using (var db = await node.DbAsync())
        {
            var alert = await db.Alerts.SingleAsync(a => a.StartedAt <= night && a.LastBucket >= night, Stop);
            alert.Close(CloseReason.TruePositive, "ada", now);
            await db.SaveChangesAsync(Stop);
        }
        var draft = Draft(new FlowScope { Firewalls = ["fw-1"] });

        var refused = await node.Get<ExceptionActions>().AddAsync(draft, Engineer, Stop);
        var saved = await node.Get<ExceptionActions>().AddAsync(draft with { LossReason = "test" }, Engineer, Stop);

        Assert.Equal(Outcome.Refused, refused.Outcome);
        Assert.Contains("1 confirmed true positive", refused.Problem, StringComparison.Ordinal);
        Assert.Equal(Outcome.Done, saved.Outcome);
    }

    [Fact]
    public async Task An_analyst_excepts_one_source_and_port_and_nothing_wider()
    {
        var analyst = new Actor(null, "eve", AccountRole.Analyst);
        var actions = node.Get<ExceptionActions>();

        var wide = await actions.AddAsync(Draft(Sources(Scanner)), analyst, Stop);
        var narrow = await actions.AddAsync(Draft(Sources(Scanner) with { Ports = [new(445, 445)] }), analyst, Stop);
        var viewer = await actions.RemoveAsync(narrow.Id!.Value, "x", analyst with { Role = AccountRole.Viewer }, Stop);

        Assert.Equal(
            (Outcome.Forbidden, Outcome.Done, Outcome.Forbidden),
            (wide.Outcome, narrow.Outcome, viewer.Outcome)
        );
    }

    private static FlowScope Sources(params string[] sources) => new() { Sources = sources };

    private ExceptionDraft Draft(FlowScope scope) =>
        new(scope, "ada", "our own scanner", now.AddDays(-27), now.AddDays(3));

    private async Task<int> AddAsync(FlowScope scope)
    {
        var added = await node.Get<ExceptionActions>().AddAsync(Draft(scope), Engineer, Stop);
        Assert.Equal((Outcome.Done, null), (added.Outcome, added.Problem));
        await ScoreAsync();
        return added.Id!.Value;
    }

    private async Task ScoreAsync()
    {
        await node.LookAsync();
        await node.CloseAsync();
    }

    private static bool IsAsSaid(AlertEffect effect, List<Alert> after) =>
        effect.Fate switch
        {
            EpisodeFate.Appears => after.Exists(a =>
                a.StartedAt == effect.Started && Math.Abs(a.Actual - effect.ActualNow) < 0.5
            ),
            EpisodeFate.Vanishes => after.Single(a => a.Id == effect.AlertId).CloseReason == CloseReason.Rescored,
            _ => after.Single(a => a.Id == effect.AlertId) is var alert
                && alert.Status == AlertStatus.Open
                && Math.Abs(alert.Actual - effect.ActualNow) < 0.5
                && Math.Abs(alert.PeakScore - effect.ScoreNow) < 0.5
                && alert.StartedAt == effect.Started,
        };

    private static bool Holds(Alert alert, DateTimeOffset bucket) =>
        alert.StartedAt <= bucket && alert.LastBucket >= bucket;

    private static int Steady(DateTimeOffset slice) =>
        30 + (int)(slice.UtcTicks / DenyFlow.SliceSpan.Ticks * 7919 % 11);

    private async Task<List<Alert>> AlertsAsync()
    {
        await using var db = await node.DbAsync();
        return await db.Alerts.OrderBy(alert => alert.Id).ToListAsync(Stop);
    }

    private static string Standing(Alert a) =>
        $"{a.Id} {a.Status} {a.CloseReason} {a.StartedAt:O} {a.LastBucket:O} {a.Actual:0} {a.Typical:0.00} {a.PeakScore:0.0} {a.Excess:0} {a.EndedAt:O} {a.Title}";

    private async Task<List<string>> StandingsAsync() => [.. (await AlertsAsync()).Select(Standing)];

    private Task<string?> RecordsAsync() =>
        node.AskAsync<string>(
            """
            SELECT md5(string_agg(concat_ws('|', series_id, bucket, actual, typical, lower, upper, score, is_learning), ','
                       ORDER BY series_id, bucket)) FROM records
            """
        );
}
