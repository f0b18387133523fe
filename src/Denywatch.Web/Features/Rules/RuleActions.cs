using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Denywatch.Web.Features.Accounts;
using Denywatch.Web.Live;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Denywatch.Web.Features.Rules;

/// <summary>What people do to rules.</summary>
public sealed class RuleActions(IDbContextFactory<DenywatchDb> dbs, NpgsqlDataSource source, TimeProvider clock)
{
    /// <summary>
    /// Switches a rule. Off: no alert from the next result on, open alerts stay, the jobs go on learning. On: nothing is
    /// raised for the time it was off. A rule that cannot run is not switched on.
    /// </summary>
    /// <param name="reason">Required: the next shift will ask.</param>
    public async Task<DeedResult> SwitchAsync(Guid id, bool on, string reason, Actor actor, CancellationToken ct)
    {
        if (!actor.May(Policy.Triage))
            return new(Outcome.Forbidden);
        if (string.IsNullOrWhiteSpace(reason))
            return new(Outcome.Refused, "A reason is required.");

        for (var attempt = 0; attempt < 5; attempt++)
        {
            await using var db = await dbs.CreateDbContextAsync(ct);
            if (await db.Rules.FindAsync([id], ct) is not { } rule)
                return new(Outcome.NotFound);
            if (on && RuleObstacle.Of(rule.JobIds, await db.Jobs.Select(job => job.Id).ToListAsync(ct)) is { } obstacle)
                return new(Outcome.Refused, obstacle);

            var before = Standing.Of(rule);
            var now = clock.GetUtcNow();
            if (!rule.Switch(on, now))
                return Faster(on);
            if (on)
                await OpenJobsAsync(db, rule, actor, now, ct);

            db.Audit.Add(
                Audit.Entry(
                    actor,
                    on ? "switch on" : "switch off",
                    ("rule", id.ToString()),
                    before,
                    Standing.Of(rule),
                    reason,
                    now
                )
            );
            if (await db.TrySaveAsync(ct))
            {
                await DatabaseEars.AnnounceAsync(source, Topic.Records, ct);
                return new(Outcome.Done);
            }
        }
        return Faster(on);
    }

    /// <summary>What a rule reads runs with it; a feed that somebody stopped stays stopped, and the rule's page says so.</summary>
    private static async Task OpenJobsAsync(
        DenywatchDb db,
        Rule rule,
        Actor actor,
        DateTimeOffset now,
        CancellationToken ct
    )
    {
        var closed = await db
            .Jobs.Where(job => rule.JobIds.Contains(job.Id) && !job.IsOpen && job.Problem == null)
            .ToListAsync(ct);
        foreach (var job in closed)
        {
            // While it was closed nothing was counted for it.
            await db.Database.OpenConnectionAsync(ct);
            await SeriesHistory.ForgetAsync((NpgsqlConnection)db.Database.GetDbConnection(), job.Id, ct);
            job.Start();
            db.Audit.Add(
                Audit.Entry(
                    actor,
                    "start feed",
                    ("job", job.Id),
                    new { IsOpen = false },
                    new { IsOpen = true },
                    $"the rule {rule.Name} was switched on",
                    now
                )
            );
        }
    }

    private static DeedResult Faster(bool on) =>
        new(Outcome.Refused, $"Someone was faster: it is {(on ? "on" : "off")} already.");

    private sealed record Standing(bool IsEnabled, DateTimeOffset SwitchedAt)
    {
        public static Standing Of(Rule rule) => new(rule.IsEnabled, rule.SwitchedAt);
    }
}
