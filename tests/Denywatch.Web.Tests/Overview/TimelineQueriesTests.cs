using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Denywatch.Testing;
using Denywatch.Web.Features.Overview;
using Denywatch.Web.Features.Rules;
using Denywatch.Web.Ui;
using Denywatch.Web.Ui.Charts;

namespace Denywatch.Web.Tests.Overview;

public sealed class TimelineQueriesTests(PostgresFixture postgres) : IAsyncLifetime
{
    private static readonly TimeSpan span = TimeSpan.FromMinutes(15);
    private Installation app = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => app = await Installation.NewAsync(postgres);

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    [Fact]
    public async Task The_timeline_shows_records_the_open_bucket_and_what_waits_to_be_scored()
    {
        var firewall = await FirewallAsync("fw-edge-1");
        var total = await app.SeriesAsync();
        var edge = await app.SeriesAsync(BuiltInJobs.ByFirewall, "fw-edge-1", firewall);
        var now = DateTimeOffset.UtcNow;
        var open = new DateTimeOffset(now.UtcTicks - now.UtcTicks % span.Ticks, TimeSpan.Zero);
        await using var connection = await app.Source.OpenConnectionAsync(Stop);
        foreach (var series in new[] { total, edge })
        {
            await RecordAsync(series, open - 3 * span, 10, 96);
            await RecordAsync(series, open - 2 * span, null, 0);
        }
        await connection.ExecuteAsync("UPDATE series SET next_bucket = @next", Stop, ("next", open - span));
        await connection.ExecuteAsync(
            """
            INSERT INTO counts (span, at, firewall_id, count) VALUES (15, @waiting, @firewall, 7), (15, @open, @firewall, 3);
            INSERT INTO open_buckets (series_id, bucket, typical, lower, upper, warning, minor, major, critical, is_learning, actual, score)
            VALUES (@series, @open, 9, 3, 20, 30, 40, 50, 60, false, 3, 0)
            """,
            Stop,
            ("waiting", open - span),
            ("open", open),
            ("firewall", firewall),
            ("series", total)
        );

        var estate = await app.Get<OverviewQueries>().TimelineAsync(TimeRange.LastDay, Stop);

        Assert.Equal(
            [
                (open - 3 * span, 10d, PointState.Final),
                (open - 2 * span, null, PointState.Missing),
                (open - span, 7d, PointState.Open),
                (open, (double?)3, PointState.Open),
            ],
            estate.Model.Points.Select(point => (point.Bucket, point.Actual, point.State))
        );
        Assert.Null(estate.Comparable);
        var lane = Assert.Single(estate.Model.Lanes);
        Assert.Equal("fw-edge-1", lane.Title);
        Assert.Equal([96d, null], lane.Cells.OrderBy(cell => cell.Bucket).Select(cell => cell.Score));

        async Task RecordAsync(int series, DateTimeOffset bucket, double? actual, double score) =>
            await connection.ExecuteAsync(
                """
                INSERT INTO records (series_id, bucket, actual, typical, lower, upper, probability, score, initial_score, is_learning)
                VALUES (@series, @bucket, @actual::float8, 9, 3, 20, 0.4, @score, @score, false)
                """,
                Stop,
                ("series", series),
                ("bucket", bucket),
                ("actual", actual),
                ("score", score)
            );
    }

    [Fact]
    public async Task An_empty_installation_has_a_timeline_without_points_and_nothing_on_top()
    {
        var overview = app.Get<OverviewQueries>();

        var estate = await overview.TimelineAsync(TimeRange.LastDay, Stop);

        Assert.Empty(estate.Model.Points);
        Assert.Null(estate.Comparable);
        Assert.Empty(await overview.SourcesAsync(Stop));
        Assert.Empty((await overview.TopAsync(Stop)).Values);
    }

    [Fact]
    public async Task The_largest_live_alert_says_who_stands_out_now()
    {
        var alert = await app.AlertAsync(await app.SeriesAsync());

        var top = await app.Get<OverviewQueries>().TopAsync(Stop);

        Assert.Equal(alert.Id, top.Alert!.Id);
        Assert.Contains(top.Values, value => value is { Kind: "source address", Value: "10.2.3.4", IsNew: true });
    }

    private async Task<int> FirewallAsync(string name)
    {
        await using var db = await app.DbAsync();
        var firewall = new Firewall { Name = name, FirstSeenAt = DateTimeOffset.UtcNow };
        db.Firewalls.Add(firewall);
        await db.SaveChangesAsync(Stop);
        return firewall.Id;
    }
}
