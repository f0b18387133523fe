using Denywatch.Storage;
using Denywatch.Web.Live;
using Npgsql;

namespace Denywatch.Web.Features.Scoring;

/// <summary>Scores the closed buckets of one shard's series; whatever was missed meanwhile is caught up.</summary>
public sealed partial class CloseBucketsTask(
    RecordStore records,
    SeriesScorer scorer,
    NpgsqlDataSource source,
    ILogger<CloseBucketsTask> logger
)
{
    public async Task RunAsync(int shard, CancellationToken ct)
    {
        var scored = 0;
        var round = new RuleRound();
        foreach (var series in await records.DueAsync(shard, ct))
        {
            try
            {
                if (!await scorer.ScoreAsync(series, ct, round: round))
                    continue;
                scored++;
                await records.WellAsync(series, ct);
            }
            catch (Exception bug) when (bug is not OperationCanceledException && !Ingestion.Committer.IsAway(bug))
            {
                // One series that cannot be scored must not stop the others of its shard.
                Failed(bug, series.JobId, series.Partition);
                await records.FailAsync(series, bug.Message, ct);
                round.Fail(series.JobId, bug.Message);
            }
        }
        await using (var connection = await source.OpenConnectionAsync(ct))
            await RuleRunStore.AppendAsync(connection, round, ct);
        if (scored > 0)
        {
            await DatabaseEars.AnnounceAsync(source, Topic.Records, ct);
            await DatabaseEars.AnnounceAsync(source, Topic.Alerts, ct);
        }
        await TaskRuns.NoteAsync(source, TaskRuns.Close(shard), ct);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Series {Partition} of job {Job} could not be scored")]
    private partial void Failed(Exception bug, string job, string partition);
}
