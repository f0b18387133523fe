using Denywatch.Storage;
using Denywatch.Web.Features.Accounts;
using Denywatch.Web.Live;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Denywatch.Web.Features.Rules;

/// <summary>Body of filling a gap: the whole of it, or a part.</summary>
/// <param name="Reason">Required; kept in the audit trail.</param>
public sealed record FillGap(DateTimeOffset From, DateTimeOffset To, string? Reason);

/// <summary>Body of stopping to fill.</summary>
/// <param name="Reason">Kept in the audit trail.</param>
public sealed record CancelFill(string? Reason = null);

/// <summary>Has a rule judge what it did not: asked for here, done by <see cref="FillTask"/>.</summary>
public sealed class RuleGapActions(
    RuleGapQueries gaps,
    RulePreview rules,
    IDbContextFactory<DenywatchDb> dbs,
    NpgsqlDataSource source,
    TimeProvider clock
)
{
    public async Task<DeedResult> FillAsync(Guid id, FillGap asked, Actor actor, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(asked);
        ArgumentNullException.ThrowIfNull(actor);
        if (!actor.May(Policy.Engineer))
            return new(Outcome.Forbidden);
        if (await gaps.OfAsync(id, ct) is not { } list)
            return new(Outcome.NotFound);
        if (string.IsNullOrWhiteSpace(asked.Reason))
            return DeedResult.Refused("A reason is required.");
        if (asked.From >= asked.To)
            return DeedResult.Refused("It must end after it begins.");
        if (!list.Gaps.Any(gap => gap.CanFill && gap.From <= asked.From && gap.To >= asked.To))
            return DeedResult.Refused("That is no gap that can be filled, or not one alone.");

        await using var db = await dbs.CreateDbContextAsync(ct);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        if (await db.Rules.FindAsync([id], ct) is not { } rule || (await rules.SeriesAsync(rule, ct)).Count == 0)
            return DeedResult.Refused(
                "None of its series is scored: switch it on, and its jobs start, or start their feeds."
            );

        var (connection, why) = ((NpgsqlConnection)db.Database.GetDbConnection(), asked.Reason.Trim());
        if (!await RuleFillStore.AskAsync(connection, id, (asked.From, asked.To), (actor.Name, why), ct))
            return DeedResult.Refused("Another gap of this rule is being filled: wait for it, or cancel it.");

        var after = new { asked.From, asked.To };
        db.Audit.Add(Audit.Entry(actor, "fill gap", ("rule", id.ToString()), null, after, why, clock.GetUtcNow()));
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        await DatabaseEars.AnnounceAsync(source, Topic.Records, ct);
        return new(Outcome.Done);
    }

    /// <summary>Stops it after the series that is judged now; what was found stays.</summary>
    public async Task<DeedResult> CancelAsync(Guid id, string? reason, Actor actor, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(actor);
        if (!actor.May(Policy.Engineer))
            return new(Outcome.Forbidden);
        if (await gaps.OfAsync(id, ct) is not { } list)
            return new(Outcome.NotFound);

        await using var db = await dbs.CreateDbContextAsync(ct);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var connection = (NpgsqlConnection)db.Database.GetDbConnection();
        if (
            list.AtWork is not { } fill
            || !await RuleFillStore.EndAsync(connection, fill.Id, FillState.Cancelled, problem: null, ct)
        )
            return DeedResult.Refused("No gap of it is being filled.");

        var before = new { fill.From, fill.To };
        db.Audit.Add(
            Audit.Entry(actor, "cancel filling", ("rule", id.ToString()), before, null, reason, clock.GetUtcNow())
        );
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        await DatabaseEars.AnnounceAsync(source, Topic.Records, ct);
        return new(Outcome.Done);
    }
}
