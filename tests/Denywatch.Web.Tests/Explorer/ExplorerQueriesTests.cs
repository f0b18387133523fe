using Denywatch.Storage;
using Denywatch.Testing;
using Denywatch.Web.Features.Explorer;
using Denywatch.Web.Features.Overview;
using Denywatch.Web.Tests.Scoring;
using Denywatch.Web.Ui.Charts;
using Microsoft.EntityFrameworkCore;

namespace Denywatch.Web.Tests.Explorer;

public sealed class ExplorerQueriesTests(PostgresFixture postgres)
{
    private static readonly DateTimeOffset Today = new(DateTime.UtcNow.Date, TimeSpan.Zero);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Lanes_of_values_say_how_much_of_a_fresh_import_they_know_of_and_the_line_does_not_wait()
    {
        await using var worker = await Worker.NewAsync(postgres);
        await worker.DenyAsync(Today.AddDays(-4), Today, _ => 10);
        await worker.LookAsync();
        var queries = QueriesOf(worker);
        var question = new TimelineQuestion(Today.AddDays(-4), Today) { ViewBy = ViewBy.Source };

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

    [Theory]
    [InlineData(ViewBy.Firewall, "fw-2,fw-1")]
    [InlineData(ViewBy.Source, "203.0.113.9,203.0.113.7")]
    [InlineData(ViewBy.Port, "443")]
    [InlineData(ViewBy.Integration, "ecs")]
    public async Task A_filtered_line_and_its_lanes_count_the_flows_that_pass_and_zero_where_only_others_came(
        ViewBy by,
        string lanes
    )
    {
        await using var worker = await Worker.NewAsync(postgres);
        var noon = Today.AddHours(-12);
        await worker.DenyAsync(noon, noon.AddHours(2), _ => 10, port: 22);
        await worker.DenyAsync(noon, noon.AddMinutes(15), _ => 1, part: "a");
        await worker.DenyAsync(noon, noon.AddMinutes(15), _ => 2, firewall: "fw-2", source: "203.0.113.9", part: "b");
        await worker.LookAsync();

        var answer = await QueriesOf(worker)
            .TimelineAsync(
                new(noon, noon.AddHours(2)) { ViewBy = by, Filter = new(new() { Ports = [new(443, 443)] }, []) },
                Ct
            );

        Assert.Equal<double?>([9, 0, 0, 0, 0, 0, 0, 0], answer.Points.Select(point => point.Actual));
        Assert.Equal(lanes, string.Join(',', answer.Lanes.Select(lane => lane.Key)));
    }

    private static ExplorerQueries QueriesOf(Worker worker)
    {
        var dbs = worker.Get<IDbContextFactory<DenywatchDb>>();
        return new(worker.Source, new EventQueries(worker.Source, new TimelineQueries(worker.Source), dbs));
    }
}
