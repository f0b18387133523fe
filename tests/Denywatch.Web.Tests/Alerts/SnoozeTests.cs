using Denywatch.Storage.Entities;
using Denywatch.Testing;
using Denywatch.Web.Features.Accounts;
using Denywatch.Web.Features.Alerts;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Time.Testing;

namespace Denywatch.Web.Tests.Alerts;

/// <summary>Alerts that leave the queue for a while, and what brings them back.</summary>
public sealed class SnoozeTests(PostgresFixture postgres) : IAsyncLifetime
{
    private readonly FakeTimeProvider clock = new(Some.Start.AddHours(1));
    private Installation app = null!;
    private AlertActions actions = null!;
    private int series;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        app = await Installation.NewAsync(postgres, clock);
        actions = app.Get<AlertActions>();
        series = await app.SeriesAsync();
    }

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    [Fact]
    public async Task It_comes_back_once_when_its_time_is_over()
    {
        var alert = await app.AlertAsync(series);
        await actions.SnoozeAsync(
            [alert.Id],
            new(SnoozeEnd.Time, clock.GetUtcNow().AddHours(2)),
            "after lunch",
            Installation.Ana,
            Stop
        );

        clock.Advance(TimeSpan.FromMinutes(119));
        await ReturnsAsync();
        Assert.NotNull((await AlertAsync(alert.Id)).Snooze);

        clock.Advance(TimeSpan.FromMinutes(1));
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => ReturnsAsync()));
        clock.Advance(TimeSpan.FromDays(1));
        await ReturnsAsync(); // as after a restart: what has come back is not snoozed any more

        var back = await AlertAsync(alert.Id);
        Assert.Null(back.Snooze);
        Assert.Equal(
            ["Snoozed until 3 Nov 17:00 UTC.", "after lunch", "Back from its snooze: its time is over."],
            await StreamAsync(alert.Id)
        );
    }

    [Fact]
    public async Task Until_quiet_it_waits_for_the_end_of_the_excess()
    {
        var alert = await app.AlertAsync(series);
        await actions.SnoozeAsync([alert.Id], new(SnoozeEnd.Quiet), null, Installation.Ana, Stop);
        clock.Advance(TimeSpan.FromHours(5));
        await ReturnsAsync();
        Assert.NotNull((await AlertAsync(alert.Id)).Snooze);

        await using (var db = await app.DbAsync())
        {
            var ended = await db.Alerts.SingleAsync(a => a.Id == alert.Id, Stop);
            (ended.EndedAt, ended.EndReason) = (Some.Start.AddHours(5), "subsided");
            await db.SaveChangesAsync(Stop);
        }
        await ReturnsAsync();
        await ReturnsAsync();

        Assert.Null((await AlertAsync(alert.Id)).Snooze);
        Assert.Equal(
            "Back from its snooze: quiet since 19:00 UTC (subsided).",
            Assert.Single((await StreamAsync(alert.Id)).Skip(1))
        );
    }

    [Fact]
    public async Task What_never_becomes_worse_is_back_after_a_week()
    {
        var alert = await app.AlertAsync(series);
        await actions.SnoozeAsync([alert.Id], new(SnoozeEnd.Worse, Factor: 1_000), null, Installation.Ana, Stop);

        clock.Advance(TimeSpan.FromDays(7));
        await ReturnsAsync();

        Assert.Equal(
            "Back from its snooze: its latest time is over, and it did not become worse.",
            (await StreamAsync(alert.Id))[^1]
        );
    }

    [Fact]
    public async Task What_is_as_bad_already_as_it_is_to_come_back_for_is_not_snoozed()
    {
        var alert = await app.AlertAsync(series, a => (a.Actual, a.Typical) = (700, 100));

        var refused = await actions.SnoozeAsync(
            [alert.Id],
            new(SnoozeEnd.Worse, Factor: 7),
            null,
            Installation.Ana,
            Stop
        );
        var done = await actions.SnoozeAsync(
            [alert.Id],
            new(SnoozeEnd.Worse, Factor: 7.5),
            null,
            Installation.Ana,
            Stop
        );

        Assert.Equal((Outcome.Refused, Outcome.Done), (refused.Outcome, done.Outcome));
    }

    [Theory]
    [InlineData(SnoozeEnd.Time, null, null)]
    [InlineData(SnoozeEnd.Time, -1.0, null)]
    [InlineData(SnoozeEnd.Time, 24.0 * 31, null)]
    [InlineData(SnoozeEnd.Worse, null, null)]
    [InlineData(SnoozeEnd.Worse, null, 1.0)]
    [InlineData(SnoozeEnd.Worse, null, double.NaN)]
    [InlineData((SnoozeEnd)9, 1.0, null)]
    public async Task A_snooze_without_a_sensible_end_is_refused(SnoozeEnd ends, double? hours, double? factor)
    {
        var alert = await app.AlertAsync(series);
        DateTimeOffset? until = hours is { } length ? clock.GetUtcNow().AddHours(length) : null;

        var result = await actions.SnoozeAsync([alert.Id], new(ends, until, factor), null, Installation.Ana, Stop);

        Assert.Equal(Outcome.Refused, result.Outcome);
    }

    [Fact]
    public async Task Acknowledged_and_then_left_alone_it_is_open_again_and_nobodys()
    {
        var left = await app.AlertAsync(series);
        var kept = await app.AlertAsync(series);
        var snoozed = await app.AlertAsync(series);
        await actions.AcknowledgeAsync([left.Id, kept.Id, snoozed.Id], null, Installation.Ana, Stop);
        await actions.SnoozeAsync(
            [snoozed.Id],
            new(SnoozeEnd.Time, clock.GetUtcNow().AddDays(1)),
            null,
            Installation.Ana,
            Stop
        );
        clock.Advance(TimeSpan.FromHours(3));
        await actions.AnnotateAsync([kept.Id], "Asked the owner.", Installation.Ben, Stop);

        clock.Advance(TimeSpan.FromHours(1));
        await ReturnsAsync();
        await ReturnsAsync();

        var back = await AlertAsync(left.Id);
        Assert.Equal((AlertStatus.Open, null), (back.Status, back.Assignee));
        Assert.Equal(
            "Back in the queue: ana acknowledged it, and for 4 h 00 nobody did anything with it.",
            (await StreamAsync(left.Id))[^1]
        );
        Assert.Equal(AlertStatus.Acknowledged, (await AlertAsync(kept.Id)).Status);
        Assert.Equal(AlertStatus.Acknowledged, (await AlertAsync(snoozed.Id)).Status);
    }

    [Fact]
    public async Task An_undone_snooze_and_an_undone_tag_stand_as_before()
    {
        var alert = await app.AlertAsync(series);
        await actions.TagAsync([alert.Id], ["case-7"], [], Installation.Ana, Stop);
        var tagged = await actions.TagAsync([alert.Id], ["phishing"], ["case-7"], Installation.Ana, Stop);
        await actions.UndoAsync(tagged.Changes, Installation.Ana, Stop);
        var snoozed = await actions.SnoozeAsync([alert.Id], new(SnoozeEnd.Quiet), null, Installation.Ana, Stop);
        await actions.UndoAsync(snoozed.Changes, Installation.Ana, Stop);

        var now = await AlertAsync(alert.Id);
        Assert.Null(now.Snooze);
        Assert.Equal(["case-7"], now.Tags);
    }

    private Task ReturnsAsync() => app.Get<ReturnTask>().RunAsync(Stop);

    private async Task<Alert> AlertAsync(long id)
    {
        await using var db = await app.DbAsync();
        return await db.Alerts.SingleAsync(alert => alert.Id == id, Stop);
    }

    private async Task<List<string>> StreamAsync(long id)
    {
        await using var db = await app.DbAsync();
        return await db
            .AlertNotes.Where(note => note.AlertId == id)
            .OrderBy(note => note.Id)
            .Select(note => note.Text)
            .ToListAsync(Stop);
    }
}
