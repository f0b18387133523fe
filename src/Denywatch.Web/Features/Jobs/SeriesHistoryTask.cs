using Denywatch.Storage;
using Denywatch.Web.Live;
using Npgsql;

namespace Denywatch.Web.Features.Jobs;

/// <summary>
/// Finds values that have earned a series, once an hour and at once for a job that has none, and counts what is stored for
/// those that are new. What goes wrong stands on the job until it goes well.
/// </summary>
public sealed partial class SeriesHistoryTask(
    SeriesHistory history,
    RecordStore records,
    NpgsqlDataSource source,
    ILogger<SeriesHistoryTask> logger
)
{
    // Whoever moves the hand on does the round; of several nodes one does.
    private const string Turn = """
        INSERT INTO task_runs AS t (task, ended_at) VALUES (@task, now())
        ON CONFLICT (task) DO UPDATE SET ended_at = excluded.ended_at
        WHERE t.ended_at < now() - interval '1 hour'
            OR NOT EXISTS (SELECT FROM series WHERE job_id = @job)
        """;

    public async Task RunAsync(CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        foreach (var job in await SeriesCounts.JobsAsync(connection, ct))
        {
            var turn = ("task", (object?)TaskRuns.Discover(job.JobId));
            if (await connection.ExecuteAsync(Turn, ct, turn, ("job", job.JobId)) > 0)
                await TryAsync(job, () => history.DiscoverAsync(job, ct), ct);
        }
        foreach (var job in await history.WaitingAsync(ct))
            await TryAsync(job, () => history.FillAsync(job, AnnounceAsync, ct), ct);

        Task AnnounceAsync() => DatabaseEars.AnnounceAsync(source, Topic.Records, ct);
    }

    private async Task TryAsync(JobCounting job, Func<Task> step, CancellationToken ct)
    {
        try
        {
            await step();
        }
        catch (Exception bug) when (bug is not OperationCanceledException && !Ingestion.Committer.IsAway(bug))
        {
            // One job that cannot be counted must not stop the others.
            Failed(bug, job.JobId);
            await records.SayAsync(job.JobId, $"What is stored could not be counted: {bug.Message}", ct);
            await DatabaseEars.AnnounceAsync(source, Topic.Records, ct);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The history of job {Job} could not be counted")]
    private partial void Failed(Exception bug, string job);
}
