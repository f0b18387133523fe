using Denywatch.Alerting;
using Denywatch.Detection;
using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Denywatch.Web.Features.Scoring;
using Npgsql;

namespace Denywatch.Web.Features.Rules;

/// <summary>What other settings of a rule do to the alerts of one series.</summary>
internal sealed record PastChange(
    DueSeries Series,
    IReadOnlyList<AnomalyRecord> Records,
    List<ReconciledEpisode> Episodes
);

/// <summary>
/// Brings the alerts of the last <see cref="RulePreview.Reach"/> into line with other settings of their rule, whichever
/// deed sets them: it ends as <see cref="RulePreview"/> says.
/// </summary>
public sealed class RulePast(RulePreview trial, AlertReconciler reconciler)
{
    /// <summary>Why settings may not be saved without a word about it; null where they may.</summary>
    public async Task<string?> LossAsync(Guid ruleId, RuleSettings settings, CancellationToken ct) =>
        (await trial.OfAsync(ruleId, settings, ct))?.Lost.Count is > 0 and var lost
            ? $"They would take away {lost} confirmed true positive{(lost == 1 ? "" : "s")}: choose others, or say why they may go."
            : null;

    /// <summary>To be asked before the rule is changed, and inside the transaction that changes it.</summary>
    internal async Task<List<PastChange>> UnderAsync(
        NpgsqlConnection connection,
        Rule rule,
        RuleSettings settings,
        CancellationToken ct
    )
    {
        List<PastChange> changes = [];
        foreach (var series in await trial.SeriesAsync(rule, ct))
        {
            var because = series with { RescoreReason = "other settings of its rule" };
            var scored = await trial.ScoredAsync(connection, because, rule, settings, ct);
            var episodes = await RulePreview.ChangesAsync(connection, because, scored, rule, settings, ct);
            if (episodes.Count > 0)
                changes.Add(new(because, scored.Records, episodes));
        }
        return changes;
    }

    internal async Task WriteAsync(
        NpgsqlTransaction transaction,
        DenywatchDb db,
        IReadOnlyList<PastChange> changes,
        CancellationToken ct
    )
    {
        foreach (var (series, records, episodes) in changes)
            await reconciler.ApplyAsync(transaction, db, series, records, episodes, ct);
    }
}
