using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Denywatch.Web.Features.Accounts;
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
            async (job, connection, why) =>
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
            async (job, connection, _) =>
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
            async (job, connection, _) =>
            {
                if (from > clock.GetUtcNow())
                    return "It cannot learn from what has not come yet: choose a time that is over.";

                job.LearnFrom = from?.ToUniversalTime();
                await SeriesZones.LearnAnewAsync(connection, id, "a re-learnt job", ct);
                return null;
            },
            ct
        );

    /// <param name="deed">Changes the job; a sentence where it does not.</param>
    private async Task<DeedResult> DoAsync(
        string id,
        string name,
        string? reason,
        Actor actor,
        Func<Job, NpgsqlConnection, string, Task<string?>> deed,
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
        if (await deed(job, (NpgsqlConnection)db.Database.GetDbConnection(), reason.Trim()) is { } problem)
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
