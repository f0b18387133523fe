using Denywatch.Detection;
using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Denywatch.Web.Features.Accounts;
using Denywatch.Web.Features.Rules;
using Denywatch.Web.Live;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Denywatch.Web.Features.Jobs;

/// <summary>What people do to jobs. A reason is required: the next shift will ask.</summary>
public sealed class JobActions(IDbContextFactory<DenywatchDb> dbs, NpgsqlDataSource source, TimeProvider clock)
{
    /// <summary>Stops the feed: what comes is counted, and not scored until it is started.</summary>
    public Task<DeedResult> StopAsync(string id, string? reason, Actor actor, CancellationToken ct) =>
        DoAsync(
            id,
            "stop feed",
            reason,
            actor,
            async (_, job, connection, why) =>
            {
                if (!job.Stop(actor.Name, why, clock.GetUtcNow()))
                    return "Its feed is stopped already.";

                await OpenBucketStore.ForgetAsync(connection, id, ct);
                return null;
            },
            ct
        );

    /// <summary>Starts the feed: what came meanwhile is scored from where it stopped.</summary>
    public Task<DeedResult> StartAsync(string id, string? reason, Actor actor, CancellationToken ct) =>
        DoAsync(
            id,
            "start feed",
            reason,
            actor,
            async (_, job, connection, _) =>
            {
                // While it was closed nothing was counted for it.
                if (!job.IsOpen)
                    await SeriesHistory.ForgetAsync(connection, id, ct);
                return job.Start() ? null : "Its feed is started already.";
            },
            ct
        );

    /// <summary>Forgets what all models of the job have learnt, and learns again from stored counts. Alerts of the past stay.</summary>
    /// <param name="from">Counts before this are not learnt; null for all that are kept.</param>
    public Task<DeedResult> RelearnAsync(
        string id,
        DateTimeOffset? from,
        string? reason,
        Actor actor,
        CancellationToken ct
    ) =>
        DoAsync(
            id,
            "re-learn",
            reason,
            actor,
            async (_, job, connection, _) =>
            {
                if (job.Counting.Detector.FindsSuspects())
                    return "It has no model that could be forgotten.";
                if (from > clock.GetUtcNow())
                    return "It cannot learn from what has not come yet: choose a time that is over.";

                job.LearnFrom = from?.ToUniversalTime();
                if (from is null && job.HasOwnCounts)
                {
                    // From nothing: what is stored is counted anew, too.
                    await SeriesHistory.ForgetAsync(connection, id, ct);
                    return null;
                }
                await SeriesZones.LearnAnewAsync(connection, id, "a re-learnt job", ct);
                return null;
            },
            ct
        );

    /// <summary>Makes a job; it is open at once, and learns from what is stored.</summary>
    public async Task<DeedResult> CreateAsync(JobDraft draft, string? reason, Actor actor, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(draft);
        ArgumentNullException.ThrowIfNull(actor);
        if (!actor.May(Policy.Engineer))
            return new(Outcome.Forbidden, "Only an engineer may do that.");
        if (string.IsNullOrWhiteSpace(reason))
            return DeedResult.Refused("A reason is required.");
        if (draft.Problem is { } problem)
            return DeedResult.Refused(problem);

        await using var db = await dbs.CreateDbContextAsync(ct);
        if (await db.Jobs.CountAsync(ct) >= MostJobs)
            return DeedResult.Refused($"There are {MostJobs} jobs already: delete one that nobody needs.");
        db.Jobs.Add(draft.ToJob(actor.Name));
        db.Audit.Add(Audit.Entry(actor, "create", ("job", draft.Id), null, draft, reason, clock.GetUtcNow()));
        if (!await db.TrySaveUniqueAsync(ct))
            return DeedResult.Refused($"There is a job {draft.Id} already: choose another id.");
        await DatabaseEars.AnnounceAsync(source, Topic.Records, ct);
        return new(Outcome.Done);
    }

    /// <summary>Deletes a job that somebody made, with what it counted and learnt.</summary>
    public Task<DeedResult> DeleteAsync(string id, string? reason, Actor actor, CancellationToken ct) =>
        DoAsync(
            id,
            "delete",
            reason,
            actor,
            async (db, job, connection, _) =>
            {
                if (BuiltInJobs.Has(id))
                    return "It is built in: close it where nobody needs it.";
                if (await db.Rules.Where(rule => rule.JobIds.Contains(id)).ToListAsync(ct) is [var reader, ..])
                    return $"The rule {reader.Name} reads it: let it read another one first.";
                if (
                    await db.Alerts.CountAsync(alert => db.Series.Any(s => s.Id == alert.SeriesId && s.JobId == id), ct)
                    is > 0
                        and var told
                )
                    return $"{told} alert{(told == 1 ? " tells" : "s tell")} of its series, and alerts stay for ever: close it instead.";

                await connection.ExecuteAsync(DeleteResults, ct, ("job", id));
                db.Jobs.Remove(job);
                return null;
            },
            ct
        );

    /// <summary>Closes a job that has counts of its own: nothing is counted for it until it is started.</summary>
    public Task<DeedResult> CloseAsync(string id, string? reason, Actor actor, CancellationToken ct) =>
        DoAsync(
            id,
            "close",
            reason,
            actor,
            async (db, job, connection, _) =>
            {
                if (!job.HasOwnCounts)
                    return "Its counts are those of firewalls, which are kept anyway: stop its feed instead.";
                if (
                    await db.Rules.FirstOrDefaultAsync(rule => rule.IsEnabled && rule.JobIds.Contains(id), ct) is
                    { } rule
                )
                    return $"The rule {rule.Name} reads it and is on: switch it off first.";
                if (!job.IsOpen)
                    return "It is closed already.";

                job.IsOpen = false;
                await OpenBucketStore.ForgetAsync(connection, id, ct);
                return null;
            },
            ct
        );

    /// <summary>Lets a job learn nothing from a stretch of time; its buckets are scored all the same.</summary>
    /// <param name="from">Inclusive; moved down to a bucket's start.</param>
    /// <param name="until">Exclusive; moved up to a bucket's end.</param>
    public Task<DeedResult> ExcludeAsync(
        string id,
        DateTimeOffset from,
        DateTimeOffset until,
        string? reason,
        Actor actor,
        CancellationToken ct
    ) =>
        DoAsync(
            id,
            "exclude period",
            reason,
            actor,
            async (db, job, connection, why) =>
            {
                if (until <= from)
                    return "The period ends before it begins.";
                if (until - from > LongestExclusion)
                    return $"A period of {LongestExclusion.TotalDays:0} days is the longest: re-learn from a date instead.";

                var start = CountedSpan.StartOf(from.ToUniversalTime(), job.BucketSpan);
                var end = CountedSpan.StartOf(
                    until.ToUniversalTime() + job.BucketSpan - TimeSpan.FromTicks(1),
                    job.BucketSpan
                );
                db.JobExclusions.Add(
                    new()
                    {
                        JobId = id,
                        From = start,
                        Until = end,
                        Reason = why,
                        By = actor.Name,
                        At = clock.GetUtcNow(),
                    }
                );
                await connection.ExecuteAsync(
                    RescoreFrom,
                    ct,
                    ("job", id),
                    ("from", start),
                    ("reason", "a period that is not learnt")
                );
                return null;
            },
            ct
        );

    /// <summary>Lets a job learn from an excluded period again.</summary>
    public Task<DeedResult> IncludeAsync(string id, int exclusion, string? reason, Actor actor, CancellationToken ct) =>
        DoAsync(
            id,
            "include period",
            reason,
            actor,
            async (db, _, connection, _) =>
            {
                if (
                    await db.JobExclusions.FirstOrDefaultAsync(e => e.Id == exclusion && e.JobId == id, ct)
                    is not { } period
                )
                    return "There is no such period.";

                db.JobExclusions.Remove(period);
                await connection.ExecuteAsync(
                    RescoreFrom,
                    ct,
                    ("job", id),
                    ("from", period.From),
                    ("reason", "a period that is learnt again")
                );
                return null;
            },
            ct
        );

    private const int MostJobs = 200;

    private static readonly TimeSpan LongestExclusion = TimeSpan.FromDays(60);

    private const string RescoreFrom = """
        UPDATE series SET rescore_from = least(rescore_from, @from), version = version + 1,
            rescore_reason = coalesce(rescore_reason || ', ', '') || @reason
        WHERE job_id = @job AND @from < next_bucket AND state IS NOT NULL
        """;

    private const string DeleteResults = """
        WITH gone AS (SELECT id FROM series WHERE job_id = @job),
        a AS (DELETE FROM records WHERE series_id IN (SELECT id FROM gone)),
        b AS (DELETE FROM record_revisions WHERE series_id IN (SELECT id FROM gone)),
        c AS (DELETE FROM model_snapshots WHERE series_id IN (SELECT id FROM gone)),
        d AS (DELETE FROM open_buckets WHERE series_id IN (SELECT id FROM gone)),
        e AS (DELETE FROM episodes WHERE series_id IN (SELECT id FROM gone)),
        f AS (DELETE FROM series_counts WHERE series_id IN (SELECT id FROM gone)),
        g AS (DELETE FROM series_values WHERE series_id IN (SELECT id FROM gone)),
        h AS (DELETE FROM burst_answers WHERE series_id IN (SELECT id FROM gone)),
        i AS (DELETE FROM task_runs WHERE task = 'discover ' || @job)
        DELETE FROM series WHERE job_id = @job
        """;

    /// <param name="deed">Changes the job; a sentence where it does not.</param>
    private async Task<DeedResult> DoAsync(
        string id,
        string name,
        string? reason,
        Actor actor,
        Func<DenywatchDb, Job, NpgsqlConnection, string, Task<string?>> deed,
        CancellationToken ct
    )
    {
        ArgumentNullException.ThrowIfNull(actor);
        if (!actor.May(Policy.Engineer))
            return new(Outcome.Forbidden, "Only an engineer may do that.");

        await using var db = await dbs.CreateDbContextAsync(ct);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        // Locked: of two people who do it at once, the second is told how it stands.
        var found = await db.Jobs.FromSql($"SELECT *, xmin FROM jobs WHERE id = {id} FOR UPDATE").ToListAsync(ct);
        if (found is not [var job])
            return new(Outcome.NotFound, "There is no such job.");
        if (string.IsNullOrWhiteSpace(reason))
            return DeedResult.Refused("A reason is required.");

        var before = Standing.Of(job);
        if (await deed(db, job, (NpgsqlConnection)db.Database.GetDbConnection(), reason.Trim()) is { } problem)
            return DeedResult.Refused(problem);

        db.Audit.Add(Audit.Entry(actor, name, ("job", id), before, Standing.Of(job), reason, clock.GetUtcNow()));
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        await DatabaseEars.AnnounceAsync(source, Topic.Records, ct);
        return new(Outcome.Done);
    }

    private sealed record Standing(bool IsOpen, DateTimeOffset? StoppedAt, DateTimeOffset? LearnFrom)
    {
        public static Standing Of(Job job) => new(job.IsOpen, job.StoppedAt, job.LearnFrom);
    }
}
