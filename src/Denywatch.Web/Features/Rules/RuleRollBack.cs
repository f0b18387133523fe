using Denywatch.Alerting.RuleFiles;
using Denywatch.Detection;
using Denywatch.Storage;
using Denywatch.Web.Features.Accounts;
using Denywatch.Web.Live;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Denywatch.Web.Features.Rules;

/// <summary>Brings a rule back to a version of its past; that makes a new version, nothing is taken out of its history.</summary>
public sealed class RuleRollBack(RuleRevisions revisions, NpgsqlDataSource source)
{
    /// <param name="reason">Required: the next shift will ask.</param>
    public async Task<DeedResult> ToAsync(Guid id, int version, string? reason, Actor actor, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(actor);
        if (!actor.May(Policy.Engineer))
            return new(Outcome.Forbidden);
        if (string.IsNullOrWhiteSpace(reason))
            return new(Outcome.Refused, "Give a reason: the next shift will ask.");

        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await EpisodeStore.LockAsync(connection, ct);
        await connection.ExecuteAsync("LOCK TABLE rules IN SHARE ROW EXCLUSIVE MODE", ct);
        await using var db = await Database.WithinAsync(transaction, ct);
        if (
            await db.Rules.FindAsync([id], ct) is not { } rule
            || await db.RuleVersions.FindAsync([id, version], ct) is not { } kept
        )
            return new(Outcome.NotFound);

        var file = RuleFile.Of(RuleDefinitions.Parse(kept.Definition));
        // A definition that does not name them has none; an import that does not leaves them.
        file = file with
        {
            Floor = file.Floor ?? 0,
            MinimumExcess = file.MinimumExcess ?? 0,
            Ratio = file.Ratio ?? 0,
            Duration = file.Duration ?? 1,
            Sensitivity = file.Sensitivity ?? Sensitivity.UsualPerYear,
        };
        var revision = await revisions.PlanAsync(rule, file, connection, ct);
        if (revision.Refusal is { } refusal)
            return new(Outcome.Refused, refusal);
        if (revision.ChangesNothing)
            return new(Outcome.Refused, $"It stands as in version {version} already.");

        var jobs = await db.Jobs.Select(job => job.Id).ToListAsync(ct);
        var why = $"to version {version}: {reason.Trim()}";
        await revisions.NoteAsync(db, revision, RuleObstacle.Of(rule.JobIds, jobs), ("roll back", actor, why), ct);
        await revisions.SaveAsync(transaction, db, [revision], ct);
        await DatabaseEars.AnnounceAsync(source, Topic.Records, ct);
        await DatabaseEars.AnnounceAsync(source, Topic.Alerts, ct);
        return new(Outcome.Done);
    }
}
