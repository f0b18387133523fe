using Denywatch.Alerting.Replay;
using Denywatch.Events;
using Denywatch.Events.Exceptions;
using Denywatch.Storage.Entities;
using Denywatch.Testing;
using Denywatch.Web.Features.Accounts;
using Denywatch.Web.Features.Exceptions;
using Denywatch.Web.Features.Replay;
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
        now = DateTimeOffset.UtcNow;
        node = await Worker.NewAsync(postgres, now);
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
    public async Task An_alert_from_an_open_bucket_vanishes_as_the_preview_says_when_its_traffic_is_excepted()
    {
        await node.LookAsync();
        await node.DenyAsync(open, open + DenyFlow.SliceSpan, _ => 5000, source: Scanner, port: 445);
        await node.LookAsync();
        await node.LookAsync();
        var live = Assert.Single(await AlertsAsync(), alert => Holds(alert, open));
        Assert.Equal(AlertStatus.Open, live.Status);
        var draft = Draft(Sources(Scanner)) with { From = open };

        var preview = await node.Get<ExceptionPreview>().OfAsync(new(null, draft), ct: Stop);
        await SaveAsync(draft);
        await ScoreAsync();

        Assert.Equal((EpisodeFate.Vanishes, live.Id), (Assert.Single(preview.Alerts).Fate, preview.Alerts[0].AlertId));
        var gone = Assert.Single(await AlertsAsync(), alert => alert.Id == live.Id);
        Assert.Equal((AlertStatus.Closed, CloseReason.Rescored), (gone.Status, gone.CloseReason));

        // What then comes into the open bucket is no change of the past.
        await node.DenyAsync(open, open + DenyFlow.SliceSpan, _ => 3, source: Attacker, port: 22);
        await node.LookAsync();
        Assert.Equal(0, await node.AskAsync<long>("SELECT count(*) FROM series WHERE rescore_from IS NOT NULL"));
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
        Assert.All(preview.Alerts, effect => Assert.True(Told.IsAsSaid(effect, after)));
        Assert.Equal(before.Count + preview.Alerts.Count(a => a.AlertId is null), after.Count);
        var told = preview.Alerts.Select(a => a.AlertId).ToHashSet();
        Assert.All(
            before.Where(alert => !told.Contains(alert.Id)),
            alert => Assert.Equal(Told.Standing(alert), Told.Standing(after.Single(a => a.Id == alert.Id)))
        );
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public async Task Random_changes_do_what_their_preview_says_and_never_raise_a_count(int seed)
    {
        var random = new Random(seed);
        await FillAtRandomAsync(random);
        List<int> added = [];
        for (var step = 0; step < 4; step++)
        {
            var remove = added.Count > 0 && random.Next(3) == 0 ? added[random.Next(added.Count)] : (int?)null;
            var draft = remove is null ? Draft(ScopeAtRandom(random)) : null;
            var (before, total) = (await AlertsAsync(), await TotalAsync());

            var preview = await node.Get<ExceptionPreview>().OfAsync(new(remove, draft), ct: Stop);
            if (remove is { } id)
            {
                Assert.Equal(
                    Outcome.Done,
                    (await node.Get<ExceptionActions>().RemoveAsync(id, "again", Engineer, Stop)).Outcome
                );
                added.Remove(id);
            }
            else
            {
                added.Add(await SaveAsync(draft!));
            }
            await ScoreAsync();

            var after = await AlertsAsync();
            Assert.Equal(total - preview.Denies, await TotalAsync());
            Assert.True(remove is null ? preview.Denies >= 0 : preview.Denies <= 0);
            Assert.All(
                preview.Alerts,
                effect =>
                    Assert.True(
                        Told.IsAsSaid(effect, after),
                        $"{effect} NOW {string.Join(" ; ", after.Where(x => x.Id == effect.AlertId).Select(Told.Standing))} BEFORE {string.Join(" ; ", before.Where(x => x.Id == effect.AlertId).Select(Told.Standing))} {draft?.Scope} {remove}"
                    )
            );
            Assert.Equal(before.Count + preview.Alerts.Count(a => a.AlertId is null), after.Count);
            var told = preview.Alerts.Select(a => a.AlertId).ToHashSet();
            Assert.All(
                before.Where(alert => !told.Contains(alert.Id)),
                alert => Assert.Equal(Told.Numbers(alert), Told.Numbers(after.Single(a => a.Id == alert.Id)))
            );
        }
    }

    [Fact]
    public async Task An_hour_that_comes_three_hours_late_in_disorder_and_twice_ends_as_the_one_that_came_in_order()
    {
        var hour = open - (16 * Span);
        await using var inOrder = await Worker.NewAsync(postgres, now);
        await FillAsync(inOrder, hour, hour + (4 * Span));
        await using var late = await Worker.NewAsync(postgres, now);
        await FillAsync(late, hour, hour);

        // Each slice as a part of its own, in disorder, and each part sent twice, as a shipper does that got no answer.
        var slices = Enumerable.Range(0, 12).Select(i => hour + (i * DenyFlow.SliceSpan)).ToArray();
        new Random(5).Shuffle(slices);
        foreach (var slice in slices.Concat(slices.Reverse()))
        {
            await DenyHourAsync(late, slice, slice + DenyFlow.SliceSpan, part: slice.ToString("O"));
            if (slice.Minute % 20 == 0)
                await ScoreAsync(late);
        }
        await ScoreAsync(late);

        Assert.Equal(await CountsOfAsync(inOrder), await CountsOfAsync(late));
        Assert.Equal(await RecordsAsync(inOrder), await RecordsAsync(late));
        Assert.Equal(await ToldAsync(inOrder), await ToldAsync(late));
        Assert.NotEmpty(await ToldAsync(late));
        Assert.Equal(
            "late data",
            await late.AskAsync<string>("SELECT string_agg(DISTINCT reason, ',') FROM record_revisions")
        );

        async Task FillAsync(Worker worker, DateTimeOffset from, DateTimeOffset to)
        {
            await worker.DenyAsync(now.AddDays(-28), hour, Steady);
            await worker.DenyAsync(hour + (4 * Span), open, Steady);
            await DenyHourAsync(worker, from, to, "all");
            await ScoreAsync(worker);
        }

        async Task DenyHourAsync(Worker worker, DateTimeOffset from, DateTimeOffset to, string part)
        {
            await worker.DenyAsync(from, to, Steady, part: part);
            await worker.DenyAsync(from, to, _ => 1200, source: Attacker, port: 22, part: $"{part} attack");
        }
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
        var lasting = Draft(Sources(Scanner) with { Ports = [new(22, 22)] }) with
        {
            From = now,
            Until = now.AddDays(40),
        };
        var longer = await actions.AddAsync(lasting, analyst, Stop);
        var viewer = await actions.RemoveAsync(narrow.Id!.Value, "x", analyst with { Role = AccountRole.Viewer }, Stop);

        Assert.Equal(
            (Outcome.Forbidden, Outcome.Done, Outcome.Forbidden, Outcome.Forbidden),
            (wide.Outcome, narrow.Outcome, longer.Outcome, viewer.Outcome)
        );
    }

    private static FlowScope Sources(params string[] sources) => new() { Sources = sources };

    private ExceptionDraft Draft(FlowScope scope) =>
        new(scope, "ada", "our own scanner", now.AddDays(-27), now.AddDays(3));

    private async Task<int> AddAsync(FlowScope scope)
    {
        var id = await SaveAsync(Draft(scope));
        await ScoreAsync();
        return id;
    }

    private async Task<int> SaveAsync(ExceptionDraft draft)
    {
        var added = await node.Get<ExceptionActions>().AddAsync(draft, Engineer, Stop);
        Assert.Equal((Outcome.Done, null), (added.Outcome, added.Problem));
        return added.Id!.Value;
    }

    private Task ScoreAsync() => ScoreAsync(node);

    private static async Task ScoreAsync(Worker worker)
    {
        await worker.LookAsync();
        await worker.CloseAsync();
    }

    /// <summary>Spikes of some sources and ports on both firewalls in the last day, and small ones before.</summary>
    private async Task FillAtRandomAsync(Random random)
    {
        for (var spike = 0; spike < 14; spike++)
        {
            var start = open - (random.Next(6, spike < 7 ? 90 : 20 * 96) * Span);
            await node.DenyAsync(
                start,
                start + (random.Next(1, 4) * Span),
                _ => random.Next(100, 2000),
                random.Next(2) == 0 ? "fw-1" : "fw-2",
                SourceAtRandom(random),
                PortAtRandom(random)
            );
        }
        await ScoreAsync();
    }

    private static FlowScope ScopeAtRandom(Random random) =>
        random.Next(4) switch
        {
            0 => new() { Sources = [SourceAtRandom(random)] },
            1 => new() { Sources = ["198.51.100.0/29"], Ports = [new(PortAtRandom(random), 4000)] },
            2 => new() { Ports = [new(PortAtRandom(random), 9000)], Firewalls = ["fw-2"] },
            _ => new() { Sources = ["198.51.100.0/28"], TimeOfDay = new(new(6, 0), new(18, 0), "Europe/Berlin") },
        };

    private static string SourceAtRandom(Random random) => $"198.51.100.{random.Next(1, 12)}";

    private static int PortAtRandom(Random random) => new[] { 22, 445, 3389, 8080 }[random.Next(4)];

    private Task<long> TotalAsync() => node.AskAsync<long>("SELECT sum(count)::bigint FROM counts WHERE span = 15");

    private static Task<string?> CountsOfAsync(Worker worker) =>
        worker.AskAsync<string>(
            "SELECT md5(string_agg(concat_ws('|', span, at, count, excepted), ',' ORDER BY span, at)) FROM counts"
        );

    private static async Task<List<string>> ToldAsync(Worker worker)
    {
        await using var db = await worker.DbAsync();
        var alerts = await db.Alerts.OrderBy(alert => alert.Id).ToListAsync(Stop);
        return [.. alerts.Select(alert => $"{Told.Standing(alert)} {alert.Sentence}")];
    }

    private static bool Holds(Alert alert, DateTimeOffset bucket) =>
        alert.StartedAt <= bucket && alert.LastBucket >= bucket;

    private static int Steady(DateTimeOffset slice) =>
        30 + (int)(slice.UtcTicks / DenyFlow.SliceSpan.Ticks * 7919 % 11);

    private async Task<List<Alert>> AlertsAsync()
    {
        await using var db = await node.DbAsync();
        return await db.Alerts.OrderBy(alert => alert.Id).ToListAsync(Stop);
    }

    private async Task<List<string>> StandingsAsync() => [.. (await AlertsAsync()).Select(Told.Standing)];

    private Task<string?> RecordsAsync() => RecordsAsync(node);

    private static Task<string?> RecordsAsync(Worker worker) =>
        worker.AskAsync<string>(
            """
            SELECT md5(string_agg(concat_ws('|', series_id, bucket, actual, typical, lower, upper, score, is_learning), ','
                       ORDER BY series_id, bucket)) FROM records
            """
        );
}
