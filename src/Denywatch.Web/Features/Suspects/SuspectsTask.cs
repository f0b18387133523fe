using Denywatch.Detection;
using Denywatch.Storage;
using Denywatch.Web.Live;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Denywatch.Web.Features.Suspects;

/// <summary>
/// Looks for slow suspects, one bucket after the other once it is over, and once more where people changed what was looked
/// at. What goes wrong stands on the job until it goes well.
/// </summary>
public sealed partial class SuspectsTask(
    SuspectJudge judge,
    SuspectScorer scorer,
    SuspectStore store,
    SuspectLedger ledger,
    RecordStore records,
    Partitions partitions,
    IDbContextFactory<DenywatchDb> dbs,
    NpgsqlDataSource source,
    ILogger<SuspectsTask> logger
)
{
    /// <summary>New suspects that one look may find, the most suspicious first: a first day must not be a flood.</summary>
    public const int MostNew = 20;

    private const string Trouble = "Suspects could not be looked for: ";

    public async Task RunAsync(CancellationToken ct)
    {
        var round = new RuleRound();
        foreach (var id in await ledger.JobsAsync(ct))
        {
            try
            {
                await using var connection = await source.OpenConnectionAsync(ct);
                var job = await SeriesCounts.JobAsync(connection, id, ct);
                if (await AgainAsync(job, round, ct) | await LookAsync(job, round, ct))
                {
                    await records.SayAsync(id, problem: null, ct);
                    await DatabaseEars.AnnounceAsync(source, Topic.Records, ct);
                    await DatabaseEars.AnnounceAsync(source, Topic.Alerts, ct);
                }
            }
            catch (Exception bug) when (bug is not OperationCanceledException && !Ingestion.Committer.IsAway(bug))
            {
                // One job that cannot look must not stop the others.
                Failed(bug, id);
                await records.SayAsync(id, Trouble + bug.Message, ct);
                round.Fail(id, bug.Message);
            }
        }
        await using (var connection = await source.OpenConnectionAsync(ct))
            await RuleRunStore.AppendAsync(connection, round, ct);
        await TaskRuns.NoteAsync(source, TaskRuns.Suspects, ct);
    }

    private async Task<bool> AgainAsync(JobCounting job, RuleRound round, CancellationToken ct)
    {
        var changed = (await records.SuspectsAsync(job.JobId, ct)).FindAll(series => series.RescoreFrom is not null);
        foreach (var series in changed)
            await scorer.AgainAsync(series, round, ct);
        return changed.Count > 0;
    }

    private async Task<bool> LookAsync(JobCounting job, RuleRound round, CancellationToken ct)
    {
        var due = await ledger.DueAsync(job, ct);
        foreach (var bucket in due)
        {
            var learnt = await LearnAsync(job, bucket + job.BucketSpan - job.Window, ct);
            var judged = await judge.OfAsync(job, bucket, learnt, ct);
            var found = await TellAsync(job, bucket, judged, round, ct);
            await ledger.LookedAsync(job, bucket, judged.Count, found, ct);
        }
        return due.Count > 0;
    }

    private async Task<int> LearnAsync(JobCounting job, DateTimeOffset until, CancellationToken ct) =>
        job.Detector == Detector.SlowScan
            ? await store.LearnDaysAsync(job, until, await partitions.FlowDaysAsync(ct), ct)
            : 0;

    /// <returns>How many of them are suspects.</returns>
    private async Task<int> TellAsync(
        JobCounting job,
        DateTimeOffset bucket,
        IReadOnlyList<Suspect> judged,
        RuleRound round,
        CancellationToken ct
    )
    {
        var least = await LeastAsync(job, ct);
        var told = await ledger.ToldAsync(job, ct);
        var known = await records.SuspectsAsync(job.JobId, ct);
        var shown = judged.ToDictionary(suspect => suspect.Partition, StringComparer.Ordinal);

        // Whom an alert tells of is looked at until it ends.
        var written = known
            .Where(series => told.Contains(series.Id))
            .Select(series => shown.GetValueOrDefault(series.Partition) ?? Suspect.Gone(series.Partition, bucket))
            .ToDictionary(suspect => suspect.Partition, StringComparer.Ordinal);
        var found = judged.Where(suspect => suspect.Record.Score >= least).ToList();
        var fresh = found
            .Where(suspect => !written.ContainsKey(suspect.Partition))
            .OrderByDescending(suspect => suspect.Record.Score)
            .ThenByDescending(suspect => suspect.Record.Actual)
            .Take(MostNew);
        foreach (var suspect in fresh)
            written[suspect.Partition] = suspect;

        await ledger.AddAsync(job, [.. written.Keys], bucket, ct);
        foreach (var series in await records.SuspectsAsync(job.JobId, ct))
        {
            if (series.NextBucket <= bucket && written.TryGetValue(series.Partition, out var suspect))
                await scorer.WriteAsync(series, suspect.Record, round, ct);
        }
        return found.Count;
    }

    /// <summary>The lowest score that a rule wants to hear of; what stays below it is no finding.</summary>
    private async Task<double> LeastAsync(JobCounting job, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var rules = await db.Rules.AsNoTracking().Where(rule => rule.JobIds.Contains(job.JobId)).ToListAsync(ct);
        return rules.Select(rule => rule.ToSettings().Line).DefaultIfEmpty(RecordScore.Critical).Min();
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Job {Job} could not look for suspects")]
    private partial void Failed(Exception bug, string job);
}
