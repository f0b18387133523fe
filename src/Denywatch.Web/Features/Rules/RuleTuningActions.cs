using Denywatch.Alerting;
using Denywatch.Detection;
using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Denywatch.Web.Features.Accounts;
using Denywatch.Web.Features.Scoring;
using Denywatch.Web.Live;
using Npgsql;
using Outcome = Denywatch.Web.Features.Accounts.Outcome;

namespace Denywatch.Web.Features.Rules;

/// <summary>Settings as they are asked for.</summary>
/// <param name="LossReason">Why they are saved although confirmed incidents would be lost; needed only then.</param>
public sealed record RuleTuningDraft(
    double Threshold,
    long Floor,
    long MinimumExcess,
    string Reason,
    string? LossReason = null
)
{
    public RuleSettings Settings => new(Threshold, Floor, MinimumExcess);

    /// <summary>What is wrong with it, as a sentence; null where nothing is.</summary>
    public string? Problem =>
        Threshold is not (>= RecordScore.Warning and <= 100) ? $"A record score goes from {RecordScore.Warning} to 100."
        : Floor < 0 || MinimumExcess < 0 ? "Denies are not below zero."
        : string.IsNullOrWhiteSpace(Reason) ? "Give a reason: the next shift will ask."
        : null;
}

/// <summary>What came of saving settings.</summary>
/// <param name="Problem">Why not, where it was refused.</param>
public sealed record RuleTuningResult(Outcome Outcome, string? Problem = null);

/// <summary>
/// Saves a rule's settings and brings the alerts of the last <see cref="RulePreview.Reach"/> into line with them, in one
/// transaction: it ends as <see cref="RulePreview"/> says.
/// </summary>
public sealed class RuleTuningActions(
    RulePreview trial,
    AlertReconciler reconciler,
    NpgsqlDataSource source,
    TimeProvider clock
)
{
    public async Task<RuleTuningResult> SetAsync(Guid id, RuleTuningDraft draft, Actor actor, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(draft);
        ArgumentNullException.ThrowIfNull(actor);
        if (!actor.May(Policy.Engineer))
            return new(Outcome.Forbidden);
        if (draft.Problem is { } problem)
            return new(Outcome.Refused, problem);
        if (string.IsNullOrWhiteSpace(draft.LossReason))
        {
            if (await trial.OfAsync(id, draft.Settings, ct) is not { } tried)
                return new(Outcome.NotFound);
            if (tried.Lost.Count > 0)
                return new(
                    Outcome.Refused,
                    $"They would take away {tried.Lost.Count} confirmed true positive{(tried.Lost.Count == 1 ? "" : "s")}: choose others, or say why they may go."
                );
        }

        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await EpisodeStore.LockAsync(connection, ct);
        await using var db = await Database.WithinAsync(transaction, ct);
        if (await db.Rules.FindAsync([id], ct) is not { } rule)
            return new(Outcome.NotFound);

        var before = Standing.Of(rule);
        List<(DueSeries Series, IReadOnlyList<AnomalyRecord> Records, List<ReconciledEpisode> Episodes)> all = [];
        foreach (var series in await trial.SeriesAsync(rule, ct))
        {
            var because = series with { RescoreReason = "other settings of its rule" };
            var scored = await trial.ScoredAsync(connection, because, rule, draft.Settings, ct);
            var episodes = await RulePreview.ChangesAsync(connection, because, scored, rule, draft.Settings, ct);
            if (episodes.Count > 0)
                all.Add((because, scored.Records, episodes));
        }

        (rule.Threshold, rule.Floor, rule.MinimumExcess) = (draft.Threshold, draft.Floor, draft.MinimumExcess);
        var why = draft.LossReason is { } loss ? $"{draft.Reason.Trim()} (lost: {loss.Trim()})" : draft.Reason.Trim();
        db.Audit.Add(
            Audit.Entry(actor, "tune", ("rule", id.ToString()), before, Standing.Of(rule), why, clock.GetUtcNow())
        );
        if (!await db.TrySaveAsync(ct))
            return new(Outcome.Refused, "Somebody changed the rule at the same moment: look again.");
        foreach (var (series, records, episodes) in all)
            await reconciler.ApplyAsync(transaction, db, series, records, episodes, ct);
        await transaction.CommitAsync(ct);
        await DatabaseEars.AnnounceAsync(source, Topic.Records, ct);
        await DatabaseEars.AnnounceAsync(source, Topic.Alerts, ct);
        return new(Outcome.Done);
    }

    /// <summary>What the audit trail keeps of a rule's settings.</summary>
    private sealed record Standing(double Threshold, long Floor, long MinimumExcess)
    {
        public static Standing Of(Rule rule) => new(rule.Threshold, rule.Floor, rule.MinimumExcess);
    }
}
