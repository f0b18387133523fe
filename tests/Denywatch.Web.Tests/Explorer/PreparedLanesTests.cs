using Denywatch.Storage;
using Denywatch.Testing;
using Denywatch.Web.Features.Explorer;
using Denywatch.Web.Features.Overview;
using Denywatch.Web.Tests.Scoring;
using Microsoft.EntityFrameworkCore;

namespace Denywatch.Web.Tests.Explorer;

public sealed class PreparedLanesTests(PostgresFixture postgres)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Lanes_of_values_say_how_much_of_a_fresh_import_they_know_of_and_the_line_does_not_wait()
    {
        await using var worker = await Worker.NewAsync(postgres);
        var today = new DateTimeOffset(DateTime.UtcNow.Date, TimeSpan.Zero);
        await worker.DenyAsync(today.AddDays(-4), today, _ => 10);
        await worker.LookAsync();
        var events = new EventQueries(
            worker.Source,
            new TimelineQueries(worker.Source),
            worker.Get<IDbContextFactory<DenywatchDb>>()
        );
        var queries = new ExplorerQueries(worker.Source, events);
        var question = new TimelineQuestion(today.AddDays(-4), today) { ViewBy = ViewBy.Source };

        var fresh = await queries.TimelineAsync(question, Ct);
        await worker.Get<RollupStore>().RecomputeAsync(Ct);
        var made = await queries.TimelineAsync(question, Ct);

        Assert.Equal(96 * 4, fresh.Points.Count);
        Assert.Empty(fresh.Lanes);
        Assert.Equal(0, fresh.Prepared);
        Assert.Equal("Lanes and excess are being prepared: 0 % of the range is there.", fresh.Note);
        Assert.Equal("203.0.113.7", Assert.Single(made.Lanes).Key);
        Assert.Equal(1, made.Prepared);
        Assert.Null(made.Note);
    }
}
