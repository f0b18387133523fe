using Denywatch.Alerting;
using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Denywatch.Web.Features.Accounts;
using Denywatch.Web.Features.Scoring;
using Denywatch.Web.Live;
using Npgsql;
using Outcome = Denywatch.Web.Features.Accounts.Outcome;

namespace Denywatch.Web.Features.Rules;

/// <summary>Settings as they are asked for: all of them, as <see cref="RuleSettings"/> has them.</summary>
/// <param name="LossReason">Why they are saved although confirmed incidents would be lost; needed only then.</param>
public sealed record RuleTuningDraft(
    double Threshold,
    long Floor,
    long MinimumExcess,
    string Reason,
    string? LossReason = null,
    double Ratio = 0,
    int Duration = 1,
    double Sensitivity = Detection.Sensitivity.UsualPerYear
)
{
    public static RuleTuningDraft Of(RuleSettings settings, string reason, string? lossReason = null)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var (floor, excess) = ((long)settings.Floor, (long)settings.MinimumExcess);
        return new(
            settings.Threshold,
            floor,
            excess,
            reason,
            lossReason,
            settings.Ratio,
            settings.Duration,
            settings.Sensitivity
        );
    }

    public RuleSettings Settings => new(Threshold, Floor, MinimumExcess, Ratio, Duration, Sensitivity);

    /// <summary>What is wrong with it, as a sentence; null where nothing is.</summary>
    public string? Problem =>
        Settings.Problem is { } wrong ? wrong
        : string.IsNullOrWhiteSpace(Reason) ? "Give a reason: the next shift will ask."
        : null;
}

/// <summary>
/// Saves a rule's settings and brings the alerts of the last <see cref="RulePreview.Reach"/> into line with them, in one
/// transaction: it ends as <see cref="RulePreview"/> says.
/// </summary>
public sealed class RuleTuningActions(RulePast past, NpgsqlDataSource source, TimeProvider clock)
{
    public async Task<DeedResult> SetAsync(Guid id, RuleTuningDraft draft, Actor actor, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(draft);
        ArgumentNullException.ThrowIfNull(actor);
        if (!actor.May(Policy.Engineer))
            return new(Outcome.Forbidden);
        if (draft.Problem is { } problem)
            return new(Outcome.Refused, problem);
        if (string.IsNullOrWhiteSpace(draft.LossReason) && await past.LossAsync(id, draft.Settings, ct) is { } loss)
            return new(Outcome.Refused, loss);

        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await EpisodeStore.LockAsync(connection, ct);
        await using var db = await Database.WithinAsync(transaction, ct);
        if (await db.Rules.FindAsync([id], ct) is not { } rule)
            return new(Outcome.NotFound);

        var before = rule.ToSettings();
        var alerts = await past.UnderAsync(connection, rule, draft.Settings, ct);
        rule.Tune(draft.Settings);
        var why = draft.LossReason is { } lost ? $"{draft.Reason.Trim()} (lost: {lost.Trim()})" : draft.Reason.Trim();
        if (draft.Settings != before)
        {
            var now = clock.GetUtcNow();
            db.Audit.Add(Audit.Entry(actor, "tune", ("rule", id.ToString()), before, draft.Settings, why, now));
            await RuleVersions.AddAsync(db, rule, ("tune", actor.Name, why), now, ct);
        }
        if (!await db.TrySaveAsync(ct))
            return new(Outcome.Refused, "Somebody changed the rule at the same moment: look again.");
        await past.WriteAsync(transaction, db, alerts, ct);
        await transaction.CommitAsync(ct);
        await DatabaseEars.AnnounceAsync(source, Topic.Records, ct);
        await DatabaseEars.AnnounceAsync(source, Topic.Alerts, ct);
        return new(Outcome.Done);
    }
}
