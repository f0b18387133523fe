using Denywatch.Detection;
using Denywatch.Testing;
using Denywatch.Web.Features.Explorer;
using Denywatch.Web.Tests.Scoring;

namespace Denywatch.Web.Tests.Explorer;

/// <summary>"Why 96?", asked of the past.</summary>
public sealed class ScoreQueriesTests(PostgresFixture postgres)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_past_bucket_is_explained_by_the_model_as_it_stood_before_it()
    {
        await using var worker = await Worker.NewAsync(postgres);
        var today = new DateTimeOffset(DateTime.UtcNow.Date, TimeSpan.Zero);
        var spike = today.AddDays(-1).AddHours(3);
        await worker.DenyAsync(
            today.AddDays(-9),
            today,
            slice =>
                20
                + (int)(slice.ToUnixTimeSeconds() / 300 * 7 % 5)
                + (slice >= spike && slice < spike.AddMinutes(15) ? 400 : 0)
        );
        await worker.LookAsync();
        await worker.CloseAsync();
        var series = await worker.AskAsync<int>("SELECT id FROM series WHERE firewall_id IS NULL");
        var queries = worker.Get<ScoreQueries>();

        var story = await queries.OfAsync(series, spike, Ct);

        Assert.NotNull(story);
        Assert.True(story.Score >= RecordScore.Critical);
        Assert.Equal(story.Score, story.Explanation.Record.Score, 0.5);
        Assert.Equal(BelowReason.None, story.Explanation.Below);
        Assert.True(story.Explanation.CrossingCount < story.Explanation.Record.Actual);
        Assert.Null(await queries.OfAsync(series, today.AddDays(30), Ct));
    }
}
