using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Denywatch.Storage.Entities;
using Denywatch.Testing;
using Denywatch.Web.Features.Accounts;
using Denywatch.Web.Features.Alerts;
using FsCheck.Xunit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Time.Testing;

namespace Denywatch.Web.Tests.Alerts;

/// <summary>What somebody does to an alert, for random sequences.</summary>
public enum Doing
{
    Acknowledge,
    Take,
    GiveBack,
    Snooze,
    BringBack,
    Tag,
    Untag,
    Annotate,
    Close,
    CloseAsDuplicate,
    Reopen,
    Undo,

    /// <summary>Time goes by, and the system brings back what is due.</summary>
    Wait,
}

/// <param name="Person">Who does it.</param>
/// <param name="Alerts">Which of the alerts: a bit each.</param>
/// <param name="Detail">Which reason, tag or time.</param>
public sealed record Deed(byte Person, byte Alerts, Doing Doing, byte Detail);

/// <summary>What holds for every sequence of deeds, by several people at the same time.</summary>
public sealed class DeedProperties(PostgresFixture postgres) : IAsyncLifetime
{
    private static readonly JsonSerializerOptions plain = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter() },
    };

    private static readonly Actor[] people =
    [
        Installation.Ana,
        Installation.Ben,
        new(null, "eve", AccountRole.Engineer),
        Installation.Viewer,
    ];

    private readonly FakeTimeProvider clock = new(Some.Start.AddHours(1));
    private Installation app = null!;
    private int series;

    public async ValueTask InitializeAsync()
    {
        app = await Installation.NewAsync(postgres, clock);
        series = await app.SeriesAsync();
    }

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    [Property(MaxTest = 40)]
    public async Task Nothing_is_lost_the_trail_leads_to_how_alerts_stand_and_who_only_reads_changes_nothing(
        Deed[] deeds
    )
    {
        long[] alerts = [await NewAsync(), await NewAsync(), await NewAsync()];

        var done = await Task.WhenAll(
            deeds
                .GroupBy(deed => deed.Person % people.Length)
                .Select(mine => DoAllAsync(people[mine.Key], mine, alerts))
        );

        await using var db = await app.DbAsync();
        var entries = new List<AuditEntry>();
        foreach (var id in alerts)
        {
            var subject = id.ToString(CultureInfo.InvariantCulture);
            var trail = await db
                .Audit.Where(entry => entry.SubjectKind == "alert" && entry.SubjectId == subject)
                .OrderBy(entry => entry.Id)
                .ToListAsync();
            var standing = new AlertStanding(
                AlertStatus.Open,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                ""
            );
            foreach (var entry in trail)
            {
                Assert.Equal(standing, Read(entry.Before));
                standing = Read(entry.After);
            }
            Assert.Equal((await db.Alerts.SingleAsync(alert => alert.Id == id)).Standing(), standing);
            entries.AddRange(trail);
        }
        Assert.DoesNotContain(entries, entry => entry.Actor == Installation.Viewer.Name);
        Assert.Equal(done.Sum(), entries.Count(entry => entry.Actor != Actor.System.Name));
    }

    /// <returns>Changes that were made, as the results told.</returns>
    private async Task<int> DoAllAsync(Actor who, IEnumerable<Deed> deeds, long[] alerts)
    {
        var (actions, changes) = (app.Get<AlertActions>(), 0);
        IReadOnlyList<AlertChange> last = [];
        foreach (var deed in deeds)
        {
            if (deed.Doing == Doing.Wait)
            {
                clock.Advance(TimeSpan.FromMinutes(deed.Detail));
                await app.Get<ReturnTask>().RunAsync(default);
                continue;
            }
            long[] chosen = [.. alerts.Where((_, i) => (deed.Alerts >> i & 1) == 1)];
            var result = deed.Doing switch
            {
                Doing.Acknowledge => await actions.AcknowledgeAsync(chosen, null, who, default),
                Doing.Take => await actions.AssignAsync(chosen, who.Name, "mine", who, default),
                Doing.GiveBack => await actions.AssignAsync(chosen, null, null, who, default),
                Doing.Snooze => await actions.SnoozeAsync(chosen, SnoozeOf(deed.Detail), null, who, default),
                Doing.BringBack => await actions.BringBackAsync(chosen, null, who, default),
                Doing.Tag => await actions.TagAsync(chosen, [$"tag-{deed.Detail % 5}"], [], who, default),
                Doing.Untag => await actions.TagAsync(chosen, [], [$"tag-{deed.Detail % 5}"], who, default),
                Doing.Annotate => await actions.AnnotateAsync(chosen, "a note", who, default),
                Doing.Close => await actions.CloseAsync(chosen, new(ReasonOf(deed.Detail), "why"), who, default),
                Doing.CloseAsDuplicate => await actions.CloseAsync(
                    chosen,
                    new(CloseReason.Duplicate, null, alerts[deed.Detail % alerts.Length]),
                    who,
                    default
                ),
                Doing.Reopen => await actions.ReopenAsync(chosen, null, who, default),
                _ => await actions.UndoAsync(last, who, default),
            };
            changes += result.Changes.Count;
            if (result.Outcome == Outcome.Done)
                last = result.Changes;
        }
        return changes;
    }

    private Snoozing SnoozeOf(byte detail) =>
        (detail % 3) switch
        {
            0 => new(SnoozeEnd.Time, clock.GetUtcNow().AddMinutes(1 + detail)),
            1 => new(SnoozeEnd.Worse, clock.GetUtcNow().AddMinutes(1 + detail), 1_000),
            _ => new(SnoozeEnd.Quiet),
        };

    private static CloseReason ReasonOf(byte detail) =>
        (detail % 4) switch
        {
            0 => CloseReason.TruePositive,
            1 => CloseReason.BenignPositive,
            2 => CloseReason.FalsePositive,
            _ => CloseReason.Other,
        };

    private static AlertStanding Read(string? json) => JsonSerializer.Deserialize<AlertStanding>(json!, plain)!;

    private async Task<long> NewAsync() => (await app.AlertAsync(series)).Id;
}
