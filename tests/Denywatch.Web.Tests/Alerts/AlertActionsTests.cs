using System.Globalization;
using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Denywatch.Testing;
using Denywatch.Web.Features.Accounts;
using Denywatch.Web.Features.Alerts;
using Microsoft.EntityFrameworkCore;

namespace Denywatch.Web.Tests.Alerts;

public sealed class AlertActionsTests(PostgresFixture postgres) : IAsyncLifetime
{
    private Installation app = null!;
    private AlertActions actions = null!;
    private int series;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        app = await Installation.NewAsync(postgres);
        actions = app.Get<AlertActions>();
        series = await app.SeriesAsync();
    }

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    [Fact]
    public async Task Of_twenty_people_who_acknowledge_at_once_one_wins_and_there_is_one_audit_entry()
    {
        var alert = await app.AlertAsync(series);

        var results = await Task.WhenAll(
            Enumerable
                .Range(0, 20)
                .Select(i => new Actor(null, $"person {i}", AccountRole.Analyst))
                .Select(person => actions.AcknowledgeAsync([alert.Id], null, person, Stop))
        );

        Assert.Single(results, result => result.Outcome == Outcome.Done);
        Assert.Equal(19, results.Count(result => result.Outcome == Outcome.Refused));
        await using var db = await app.DbAsync();
        Assert.Equal(1, await AuditOf(db, alert.Id).CountAsync(Stop));
        Assert.Equal(1, await db.AlertNotes.CountAsync(note => note.AlertId == alert.Id, Stop));
    }

    [Fact]
    public async Task A_machine_that_writes_a_new_peak_meanwhile_refuses_nobody()
    {
        var alert = await app.AlertAsync(series);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var machine = Task.Run(
            async () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    await using var db = await app.DbAsync();
                    await db
                        .Alerts.Where(a => a.Id == alert.Id)
                        .ExecuteUpdateAsync(set => set.SetProperty(a => a.Actual, a => a.Actual + 1), Stop);
                    await Task.Delay(5, Stop);
                }
            },
            Stop
        );

        var acknowledged = await actions.AcknowledgeAsync([alert.Id], null, Installation.Ana, Stop);
        var closed = await actions.CloseAsync([alert.Id], new(CloseReason.TruePositive), Installation.Ana, Stop);
        await stop.CancelAsync();
        await machine;

        Assert.Equal(Outcome.Done, acknowledged.Outcome);
        Assert.Equal(Outcome.Done, closed.Outcome);
    }

    [Fact]
    public async Task Of_a_close_and_an_acknowledge_at_once_nothing_is_lost()
    {
        for (var round = 0; round < 10; round++)
        {
            var alert = await app.AlertAsync(series);

            var results = await Task.WhenAll(
                actions.AcknowledgeAsync([alert.Id], null, Installation.Ana, Stop),
                actions.CloseAsync([alert.Id], new(CloseReason.BenignPositive), Installation.Ben, Stop)
            );

            await using var db = await app.DbAsync();
            var now = await db.Alerts.SingleAsync(a => a.Id == alert.Id, Stop);
            Assert.Equal(AlertStatus.Closed, now.Status);
            Assert.Equal(results.Count(r => r.Outcome == Outcome.Done), await AuditOf(db, alert.Id).CountAsync(Stop));
        }
    }

    [Fact]
    public async Task Every_deed_leaves_an_audit_entry_whose_after_is_the_next_ones_before()
    {
        var alert = await app.AlertAsync(series);
        long[] one = [alert.Id];

        await actions.AcknowledgeAsync(one, "looking", Installation.Ana, Stop);
        await actions.AnnotateAsync(one, "It is **ours**.", Installation.Ana, Stop);
        await actions.AssignAsync(one, null, null, Installation.Ana, Stop);
        await actions.CloseAsync(one, new(CloseReason.Other, "a drill"), Installation.Ben, Stop);
        await actions.ReopenAsync(one, "not a drill", Installation.Ana, Stop);

        await using var db = await app.DbAsync();
        var trail = await AuditOf(db, alert.Id).OrderBy(entry => entry.Id).ToListAsync(Stop);
        Assert.Equal(["acknowledge", "annotate", "assign", "close", "reopen"], trail.Select(entry => entry.Deed));
        for (var i = 1; i < trail.Count; i++)
            Assert.Equal(trail[i - 1].After, trail[i].Before);
        Assert.Equal(["looking", "It is **ours**.", null, "a drill", "not a drill"], trail.Select(entry => entry.Why));
        Assert.Equal(["ana", "ana", "ana", "ben", "ana"], trail.Select(entry => entry.Actor));
    }

    [Fact]
    public async Task A_viewer_may_do_nothing_and_nothing_is_written()
    {
        var alert = await app.AlertAsync(series);
        long[] one = [alert.Id];

        AlertResult[] results =
        [
            await actions.AcknowledgeAsync(one, null, Installation.Viewer, Stop),
            await actions.AnnotateAsync(one, "hm", Installation.Viewer, Stop),
            await actions.AssignAsync(one, "vic", null, Installation.Viewer, Stop),
            await actions.CloseAsync(one, new(CloseReason.FalsePositive), Installation.Viewer, Stop),
            await actions.ReopenAsync(one, null, Installation.Viewer, Stop),
            await actions.UndoAsync([new(alert.Id, alert.Standing(), alert.Standing())], Installation.Viewer, Stop),
        ];

        Assert.All(results, result => Assert.Equal(Outcome.Forbidden, result.Outcome));
        await using var db = await app.DbAsync();
        Assert.Equal(0, await AuditOf(db, alert.Id).CountAsync(Stop));
        Assert.Equal(AlertStatus.Open, (await db.Alerts.SingleAsync(a => a.Id == alert.Id, Stop)).Status);
    }

    [Fact]
    public async Task Many_are_closed_in_one_go_and_those_that_are_closed_already_are_reported()
    {
        var first = await app.AlertAsync(series);
        var second = await app.AlertAsync(series);
        var third = await app.AlertAsync(series);
        await actions.CloseAsync([second.Id], new(CloseReason.TruePositive), Installation.Ben, Stop);

        var result = await actions.CloseAsync(
            [first.Id, second.Id, third.Id],
            new(CloseReason.BenignPositive, "own scanner, ticket 12"),
            Installation.Ana,
            Stop
        );

        Assert.Equal(Outcome.Done, result.Outcome);
        Assert.Equal([first.Id, third.Id], result.Changes.Select(change => change.Id));
        Assert.Equal([second.Id], result.Skipped);
        Assert.Equal("2 alerts closed. 1 left out: they had changed meanwhile.", AlertWords.Done("closed", result));
    }

    [Fact]
    public async Task An_undone_close_stands_as_before_with_its_acknowledgement()
    {
        var alert = await app.AlertAsync(series);
        await actions.AcknowledgeAsync([alert.Id], null, Installation.Ben, Stop);
        var closed = await actions.CloseAsync([alert.Id], new(CloseReason.FalsePositive), Installation.Ana, Stop);

        var undone = await actions.UndoAsync(closed.Changes, Installation.Ana, Stop);

        Assert.Equal(Outcome.Done, undone.Outcome);
        await using var db = await app.DbAsync();
        var now = await db.Alerts.SingleAsync(a => a.Id == alert.Id, Stop);
        Assert.Equal((AlertStatus.Acknowledged, "ben", "ben"), (now.Status, now.AcknowledgedBy, now.Assignee));
        Assert.Null(now.CloseReason);
    }

    [Fact]
    public async Task What_someone_else_changed_since_is_not_undone()
    {
        var alert = await app.AlertAsync(series);
        var acknowledged = await actions.AcknowledgeAsync([alert.Id], null, Installation.Ana, Stop);
        await actions.CloseAsync([alert.Id], new(CloseReason.TruePositive), Installation.Ben, Stop);

        var undone = await actions.UndoAsync(acknowledged.Changes, Installation.Ana, Stop);

        Assert.Equal(Outcome.Refused, undone.Outcome);
        await using var db = await app.DbAsync();
        Assert.Equal(AlertStatus.Closed, (await db.Alerts.SingleAsync(a => a.Id == alert.Id, Stop)).Status);
    }

    [Fact]
    public async Task An_alert_is_given_only_to_someone_who_may_triage()
    {
        await using (var db = await app.DbAsync())
        {
            db.Users.Add(Person("ben", AccountRole.Analyst));
            db.Users.Add(Person("vic", AccountRole.Viewer));
            await db.SaveChangesAsync(Stop);
        }
        var alert = await app.AlertAsync(series);

        var toBen = await actions.AssignAsync([alert.Id], "ben", null, Installation.Ana, Stop);
        var toVic = await actions.AssignAsync([alert.Id], "vic", null, Installation.Ana, Stop);

        Assert.Equal((Outcome.Done, Outcome.NotFound), (toBen.Outcome, toVic.Outcome));
    }

    [Theory]
    [InlineData(CloseReason.Other, null, null)]
    [InlineData(CloseReason.Duplicate, null, null)]
    [InlineData(CloseReason.Rescored, "x", null)]
    public async Task A_close_that_lacks_what_its_reason_needs_is_refused(CloseReason reason, string? note, long? of)
    {
        var alert = await app.AlertAsync(series);

        var result = await actions.CloseAsync([alert.Id], new(reason, note, of), Installation.Ana, Stop);

        Assert.Equal(Outcome.Refused, result.Outcome);
    }

    [Fact]
    public async Task A_duplicate_links_the_alert_that_tells_it_and_never_itself()
    {
        var original = await app.AlertAsync(series);
        var copy = await app.AlertAsync(series);

        var itself = await actions.CloseAsync(
            [copy.Id],
            new(CloseReason.Duplicate, null, copy.Id),
            Installation.Ana,
            Stop
        );
        var linked = await actions.CloseAsync(
            [copy.Id],
            new(CloseReason.Duplicate, null, original.Id),
            Installation.Ana,
            Stop
        );

        Assert.Equal((Outcome.NotFound, Outcome.Done), (itself.Outcome, linked.Outcome));
        await using var db = await app.DbAsync();
        Assert.Equal(original.Id, (await db.Alerts.SingleAsync(a => a.Id == copy.Id, Stop)).DuplicateOf);
    }

    private static IQueryable<AuditEntry> AuditOf(DenywatchDb db, long id)
    {
        var subject = id.ToString(CultureInfo.InvariantCulture);
        return db.Audit.Where(entry => entry.SubjectKind == "alert" && entry.SubjectId == subject);
    }

    private static Account Person(string name, AccountRole role) =>
        new()
        {
            UserName = name,
            NormalizedUserName = name.ToUpperInvariant(),
            DisplayName = name,
            Role = role,
        };
}
