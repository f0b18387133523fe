using Denywatch.Storage.Entities;
using Denywatch.Testing;
using Denywatch.Web.Features.Accounts;
using Denywatch.Web.Features.Explorer;
using Denywatch.Web.Features.Overview;
using Denywatch.Web.Features.Pivots;
using Microsoft.EntityFrameworkCore;

namespace Denywatch.Web.Tests.Explorer;

/// <summary>What people write from the explorer: notes on a time, and addresses of other tools.</summary>
public sealed class NoteActionsTests(PostgresFixture postgres)
{
    private static readonly Actor engineer = new(Guid.NewGuid(), "eve", AccountRole.Engineer);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_note_shows_in_its_range_and_is_audited_and_can_be_taken_back_by_its_writer()
    {
        await using var database = await TestDatabase.CreateAsync(postgres);
        var notes = new NoteActions(database, database.Source, TimeProvider.System);

        var written = await notes.WriteAsync(
            Some.Start,
            Some.Start.AddHours(2),
            " Firmware update. ",
            Installation.Ana,
            Ct
        );

        var bars = (
            await new EventQueries(database.Source, new TimelineQueries(database.Source), database).BetweenAsync(
                Some.Start.AddHours(1),
                Some.Start.AddHours(3),
                Ct
            )
        ).Annotations;
        Assert.Equal(
            [new AnnotationBar(written.Id!.Value, Some.Start, Some.Start.AddHours(2), "Firmware update.", "ana")],
            bars
        );
        Assert.Equal(Outcome.NotFound, await notes.RemoveAsync(written.Id.Value, Installation.Ben, Ct));
        Assert.Equal(Outcome.Done, await notes.RemoveAsync(written.Id.Value, Installation.Ana, Ct));
        await using var db = database.CreateDbContext();
        Assert.Equal(
            ["write note", "remove note"],
            await db.Audit.OrderBy(entry => entry.Id).Select(entry => entry.Deed).ToListAsync(Ct)
        );
    }

    [Fact]
    public async Task Who_may_only_read_writes_no_note_and_an_empty_one_is_none()
    {
        await using var database = await TestDatabase.CreateAsync(postgres);
        var notes = new NoteActions(database, database.Source, TimeProvider.System);

        Assert.Equal(
            Outcome.Forbidden,
            (await notes.WriteAsync(Some.Start, Some.Start, "x", Installation.Viewer, Ct)).Outcome
        );
        Assert.Equal(
            Outcome.Refused,
            (await notes.WriteAsync(Some.Start, Some.Start, "  ", Installation.Ana, Ct)).Outcome
        );
        Assert.Equal(
            Outcome.Refused,
            (await notes.WriteAsync(Some.Start, Some.Start.AddHours(-1), "x", Installation.Ana, Ct)).Outcome
        );
        await using var db = database.CreateDbContext();
        Assert.Empty(await db.Audit.ToListAsync(Ct));
    }

    [Fact]
    public async Task A_pivot_is_offered_from_its_address_on_and_not_after_an_empty_one()
    {
        await using var database = await TestDatabase.CreateAsync(postgres);
        var pivots = new PivotActions(database, database.Source, TimeProvider.System);

        Assert.Empty(await pivots.ActiveAsync(Ct));
        Assert.Equal(
            Outcome.Forbidden,
            (await pivots.SetAsync("Kibana", "https://kibana", Installation.Ana, Ct)).Outcome
        );
        Assert.Equal(Outcome.Refused, (await pivots.SetAsync("Kibana", "javascript:alert(1)", engineer, Ct)).Outcome);
        Assert.Equal(Outcome.Done, (await pivots.SetAsync("Kibana", "https://kibana", engineer, Ct)).Outcome);
        Assert.Equal(Outcome.Done, (await pivots.SetAsync("Kibana", "https://kibana2", engineer, Ct)).Outcome);
        Assert.Equal([new PivotAddress(Pivot.All[0], "https://kibana2")], await pivots.ActiveAsync(Ct));
        Assert.Equal(Outcome.Done, (await pivots.SetAsync("Kibana", "", engineer, Ct)).Outcome);
        Assert.Empty(await pivots.ActiveAsync(Ct));

        await using var db = database.CreateDbContext();
        Assert.Equal(3, await db.Audit.CountAsync(entry => entry.Deed == "set pivot", Ct));
    }
}
