using Denywatch.Events;
using Denywatch.Events.Exceptions;
using Denywatch.Events.Maintenance;
using Denywatch.Storage.Entities;
using Denywatch.Testing;
using Denywatch.Web.Features.Accounts;
using Denywatch.Web.Features.Exceptions;
using Denywatch.Web.Features.Windows;
using Denywatch.Web.Tests.Scoring;
using Microsoft.EntityFrameworkCore;
using Outcome = Denywatch.Web.Features.Accounts.Outcome;

namespace Denywatch.Web.Tests.Windows;

public sealed class WindowTests(PostgresFixture postgres) : IAsyncLifetime
{
    private const string Scanner = "10.20.0.9";
    private const string Attacker = "198.51.100.66";

    private static readonly TimeSpan Span = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan Every = TimeSpan.FromHours(6);
    private static readonly Actor Engineer = new(null, "ada", AccountRole.Engineer);
    private Worker node = null!;
    private DateTimeOffset now;
    private DateTimeOffset open;
    private DateTimeOffset first;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>A month in which a scanner of our own ran 18, 12 and 6 hours ago.</summary>
    public async ValueTask InitializeAsync()
    {
        now = DateTimeOffset.UtcNow;
        node = await Worker.NewAsync(postgres, now);
        open = new(now.UtcTicks - (now.UtcTicks % Span.Ticks), TimeSpan.Zero);
        await node.DenyAsync(now.AddDays(-28), open, Steady);
        first = open - (3 * Every);
        foreach (var ago in new[] { 3, 2, 1 })
            await ScanAsync(open - (ago * Every), perSlice: 1500);
        await ScoreAsync();
    }

    public async ValueTask DisposeAsync() => await node.DisposeAsync();

    [Fact]
    public async Task A_window_subtracts_its_traffic_at_its_times_and_the_same_traffic_alerts_at_all_others()
    {
        var other = open.AddHours(-9);
        await ScanAsync(other, perSlice: 1500);
        await ScoreAsync();
        Assert.Contains(await AlertsAsync(), alert => Holds(alert, first) && alert.Status == AlertStatus.Open);

        await AddAsync(Recurring());

        var alerts = await AlertsAsync();
        var outside = Assert.Single(alerts, alert => alert.Status == AlertStatus.Open);
        Assert.True(Holds(outside, other));
        Assert.All(
            alerts.Where(alert => alert != outside),
            alert => Assert.Equal(CloseReason.Rescored, alert.CloseReason)
        );
        Assert.Equal(3 * 3 * 1500, await ExceptedAsync());
        Assert.Equal(
            $"window \"nightly scan\" (source {Scanner})",
            await node.AskAsync<string>($"SELECT reason FROM record_revisions WHERE bucket = '{first:O}' LIMIT 1")
        );

        // Live: the scan of today is expected, the attacker beside it is not.
        await node.LookAsync();
        await node.DenyAsync(open, open + DenyFlow.SliceSpan, _ => 1500, source: Scanner, port: 445);
        await node.DenyAsync(open, open + DenyFlow.SliceSpan, _ => 2500, source: Attacker, port: 22);
        await node.LookAsync();
        await node.LookAsync();
        var live = Assert.Single(await AlertsAsync(), alert => Holds(alert, open));
        Assert.InRange(live.Actual, 2500, 2600);
        Assert.DoesNotContain(Scanner, live.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_preview_says_of_a_window_is_what_saving_does_and_taking_it_back_restores_the_past()
    {
        var before = await StandingsAsync();
        var draft = Draft(Recurring());

        var preview = await node.Get<ExceptionPreview>().OfAsync(new(null, draft.Traffic, draft.Schedules), ct: Stop);
        var id = await SaveAsync(draft);
        await ScoreAsync();

        var after = await AlertsAsync();
        Assert.Equal(3 * 3 * 1500, preview.Denies);
        Assert.NotEmpty(preview.Alerts);
        Assert.All(preview.Alerts, effect => Assert.True(Told.IsAsSaid(effect, after)));

        var removed = await node.Get<ExceptionActions>().RemoveAsync(id, "it was no scanner", Engineer, Stop);
        await ScoreAsync();

        Assert.Equal(Outcome.Done, removed.Outcome);
        Assert.Equal(before, await StandingsAsync());
    }

    [Fact]
    public async Task More_than_ten_times_its_norm_breaks_an_occurrence_and_alerts_as_any_other()
    {
        var id = await AddAsync(Recurring());
        await node.LookAsync();

        await node.DenyAsync(open, open + DenyFlow.SliceSpan, _ => 9 * 4500, source: Scanner, port: 445);
        await node.LookAsync();
        await node.LookAsync();
        Assert.DoesNotContain(await AlertsAsync(), alert => Holds(alert, open));

        await node.DenyAsync(open, open + DenyFlow.SliceSpan, _ => 2 * 4500, source: Scanner, port: 8080);
        await node.LookAsync();
        await node.LookAsync();

        var live = Assert.Single(await AlertsAsync(), alert => Holds(alert, open));
        Assert.InRange(live.Actual, 11 * 4500, 11 * 4500 + 100);
        var sentence = "49,500 denies in a quarter of an hour are 11 times its norm of 4,500";
        await using var db = await node.DbAsync();
        Assert.Contains(
            await db.AlertNotes.Where(note => note.AlertId == live.Id).ToListAsync(Stop),
            note => note.Text.Contains(sentence, StringComparison.Ordinal)
        );
        var entry = await db.Audit.SingleAsync(entry => entry.Deed == "break", Stop);
        Assert.Equal(("system", "window", $"{id}"), (entry.Actor, entry.SubjectKind, entry.SubjectId));
        Assert.Contains(sentence, entry.Why, StringComparison.Ordinal);
        var row = Assert.Single(await node.Get<WindowQueries>().ListAsync(Stop));
        Assert.Equal((open, 49_500), (row.Broken[0].Occurrence.From, row.Broken[0].Denies));
        Assert.Null(row.Current);

        // The earlier ones stay subtracted, and what comes later in the broken one counts.
        Assert.Equal(3 * 3 * 1500, await ExceptedAsync());
        await node.DenyAsync(open, open + DenyFlow.SliceSpan, _ => 7, source: Scanner, port: 9);
        await node.LookAsync();
        Assert.Equal(3 * 3 * 1500, await ExceptedAsync());
    }

    [Fact]
    public async Task Without_an_earlier_occurrence_the_norm_is_what_is_usual_in_all_traffic()
    {
        var schedule = Once(open, TimeSpan.FromMinutes(30));
        await AddAsync(schedule);
        await node.LookAsync();

        await node.DenyAsync(open, open + DenyFlow.SliceSpan, _ => 800, source: Scanner, port: 445);
        await node.LookAsync();
        Assert.Empty((await node.Get<WindowQueries>().ListAsync(Stop))[0].Broken);
        await node.DenyAsync(open, open + DenyFlow.SliceSpan, _ => 800, source: Scanner, port: 445);
        await node.LookAsync();

        // About 105 a quarter of an hour.
        var broken = Assert.Single((await node.Get<WindowQueries>().ListAsync(Stop))[0].Broken);
        Assert.InRange(broken.Norm, 90, 120);
    }

    [Fact]
    public async Task An_occurrence_that_is_skipped_counts_and_the_others_do_not()
    {
        var id = await AddAsync(Recurring());

        var skipped = await node.Get<WindowActions>()
            .SkipAsync(id, first.AddMinutes(7), "it was no scan", Engineer, Stop);
        var nowhere = await node.Get<WindowActions>().SkipAsync(id, open.AddHours(-7.5), "x", Engineer, Stop);
        await ScoreAsync();

        Assert.Equal((Outcome.Done, Outcome.Refused), (skipped.Outcome, nowhere.Outcome));
        Assert.Equal(2 * 3 * 1500, await ExceptedAsync());
        Assert.Contains(await AlertsAsync(), alert => Holds(alert, first) && alert.Status == AlertStatus.Open);
        var past = (await node.Get<WindowQueries>().OccurrencesAsync(id, Stop)).Where(o => o.Denies > 0);
        Assert.Equal(
            [(open - Every, 4500L), (open - (2 * Every), 4500L)],
            past.Select(o => (o.Occurrence.From, o.Denies!.Value))
        );
    }

    [Fact]
    public async Task An_entry_that_is_imported_again_takes_its_new_times_instead_of_standing_twice()
    {
        var entry = Recurring() with { Uid = "scan-1@example.org" };
        var id = await AddAsync(entry, Recurring() with { Uid = "scan-2@example.org" });

        var again = await node.Get<WindowActions>()
            .AddAsync(Draft(entry with { Name = "moved", Start = entry.Start.AddHours(-1) }), Engineer, Stop);

        Assert.Equal([id], again.Ids);
        var rows = await node.Get<WindowQueries>().ListAsync(Stop);
        Assert.Equal(["moved", "nightly scan"], rows.Select(row => row.Name).Order());
        await using var db = await node.DbAsync();
        Assert.Equal(
            ["add", "add", "change"],
            await db
                .Audit.Where(e => e.SubjectKind == "window")
                .OrderBy(e => e.Id)
                .Select(e => e.Deed)
                .ToListAsync(Stop)
        );
    }

    [Theory]
    [InlineData(AccountRole.Viewer)]
    [InlineData(AccountRole.Analyst)]
    public async Task Only_an_engineer_makes_skips_or_ends_windows(AccountRole role)
    {
        var id = await SaveAsync(Draft(Recurring()));
        var other = new Actor(null, "eve", role);

        var added = await node.Get<WindowActions>().AddAsync(Draft(Recurring()), other, Stop);
        var skipped = await node.Get<WindowActions>().SkipAsync(id, open, "x", other, Stop);
        var ended = await node.Get<ExceptionActions>().EndNowAsync(id, "x", other, Stop);
        var removed = await node.Get<ExceptionActions>().RemoveAsync(id, "x", other, Stop);

        Assert.Equal(
            (Outcome.Forbidden, Outcome.Forbidden, Outcome.Forbidden, Outcome.Forbidden),
            (added.Outcome, skipped.Outcome, ended.Outcome, removed.Outcome)
        );
        Assert.Empty(await node.Get<ExceptionQueries>().ListAsync(Stop));
    }

    [Fact]
    public async Task What_is_wrong_with_a_window_is_said_before_anything_is_done()
    {
        var actions = node.Get<WindowActions>();

        var never = await actions.AddAsync(Draft(Once(now.AddDays(40), Span)), Engineer, Stop);
        var bad = await actions.AddAsync(
            Draft(Recurring(), Recurring() with { Name = "second", Rule = "FREQ=OFTEN" }),
            Engineer,
            Stop
        );
        var none = await actions.AddAsync(Draft(), Engineer, Stop);

        Assert.Contains("No occurrence", never.Problem, StringComparison.Ordinal);
        Assert.StartsWith("second: The rule", bad.Problem, StringComparison.Ordinal);
        Assert.Contains("at least one time", none.Problem, StringComparison.Ordinal);
        Assert.Empty(await node.Get<WindowQueries>().ListAsync(Stop));
    }

    /// <summary>A quarter of an hour each six hours, now too.</summary>
    private Schedule Recurring() => Once(open.AddDays(-30), Span) with { Rule = "FREQ=HOURLY;INTERVAL=6" };

    private static Schedule Once(DateTimeOffset at, TimeSpan length) =>
        new()
        {
            Name = "nightly scan",
            Start = at.UtcDateTime,
            Lasts = new(0, length),
            TimeZone = "Etc/UTC",
        };

    private WindowDraft Draft(params Schedule[] schedules) =>
        new(
            new(new FlowScope { Sources = [Scanner] }, "ada", "our own scanner", now.AddDays(-27), now.AddDays(30)),
            schedules
        );

    private async Task<int> AddAsync(params Schedule[] schedules)
    {
        var id = await SaveAsync(Draft(schedules));
        await ScoreAsync();
        return id;
    }

    private async Task<int> SaveAsync(WindowDraft draft)
    {
        var added = await node.Get<WindowActions>().AddAsync(draft, Engineer, Stop);
        Assert.Equal((Outcome.Done, null), (added.Outcome, added.Problem));
        return added.Ids[0];
    }

    private Task ScanAsync(DateTimeOffset at, int perSlice) =>
        node.DenyAsync(at, at + Span, _ => perSlice, source: Scanner, port: 445);

    private async Task ScoreAsync()
    {
        await node.LookAsync();
        await node.CloseAsync();
    }

    private Task<long> ExceptedAsync() =>
        node.AskAsync<long>("SELECT sum(excepted)::bigint FROM counts WHERE span = 5");

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
}
