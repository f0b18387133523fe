using Denywatch.Testing;
using Denywatch.Web.Features.Accounts;
using Denywatch.Web.Features.Jobs;
using Denywatch.Web.Features.Rules;
using Denywatch.Web.Tests.Scoring;

namespace Denywatch.Web.Tests.Jobs;

public sealed class JobFeedTests(PostgresFixture postgres) : IAsyncLifetime
{
    private ScannedMonth month = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private Worker Node => month.Node;
    private JobActions Actions => Node.Get<JobActions>();

    public async ValueTask InitializeAsync() => month = await ScannedMonth.NewAsync(postgres);

    public ValueTask DisposeAsync() => month.DisposeAsync();

    [Fact]
    public async Task What_comes_while_a_feed_is_stopped_is_counted_and_scored_once_it_is_started()
    {
        foreach (var job in new[] { BuiltInJobs.Total, BuiltInJobs.ByFirewall })
            await Actions.StopAsync(job, "migration", Installation.Eve, Stop);
        var before = await CountedAsync();

        await month.ScanAsync(3_000);
        Assert.Empty(await month.LiveAsync());
        Assert.Equal(before + 3_000, await CountedAsync());
        Assert.Equal(0, await Node.AskAsync<long>("SELECT count(*) FROM open_buckets"));

        foreach (var job in new[] { BuiltInJobs.Total, BuiltInJobs.ByFirewall })
            await Actions.StartAsync(job, "done", Installation.Eve, Stop);
        await Node.LookAsync();
        await Node.LookAsync();
        Assert.Single(await month.LiveAsync());
    }

    [Fact]
    public async Task A_job_learns_again_from_a_date_without_a_word_about_the_past()
    {
        var alerts = await Node.AskAsync<long>("SELECT count(*) FROM alerts");
        var from = month.Now.AddDays(-14);

        var result = await Actions.RelearnAsync(BuiltInJobs.Total, from, "new site", Installation.Eve, Stop);
        Assert.Equal(Outcome.Done, result.Outcome);
        Assert.Equal(1, (await FactsAsync()).Relearning);
        Assert.Contains("Learning again: 0 of 1 series", (await FactsAsync()).State.Cause, StringComparison.Ordinal);

        await Node.CloseAsync();
        Assert.Equal(0, (await FactsAsync()).Relearning);
        Assert.Equal(from.UtcDateTime, (await FactsAsync()).LearnFrom!.Value.UtcDateTime, TimeSpan.FromSeconds(1));
        Assert.Equal(alerts, await Node.AskAsync<long>("SELECT count(*) FROM alerts"));
        // Its snapshots begin where it began to learn.
        Assert.True(
            await Node.AskAsync<DateTime>("SELECT min(next_bucket) FROM model_snapshots WHERE series_id = 1")
                >= from.UtcDateTime
        );
    }

    [Fact]
    public async Task A_series_that_fails_says_so_on_its_job_until_it_is_scored_again()
    {
        await Node.RunAsync(
            "UPDATE series SET rescore_from = next_bucket - interval '15 minutes'; ALTER TABLE records RENAME TO gone"
        );
        await Node.CloseAsync();
        await Node.RunAsync("ALTER TABLE gone RENAME TO records");
        Assert.Equal(JobPhase.Failed, (await FactsAsync()).State.Job);

        await Node.CloseAsync();
        Assert.Equal(JobPhase.Opened, (await FactsAsync()).State.Job);
    }

    private async Task<JobFacts> FactsAsync() => (await Node.Get<JobQueries>().FactsAsync(Stop))[0];

    private async Task<decimal> CountedAsync() =>
        await Node.AskAsync<decimal>("SELECT sum(count) FROM counts WHERE span = 5");
}
