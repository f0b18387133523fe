using System.Diagnostics;
using Denywatch.Alerting;
using Denywatch.Alerting.Replay;
using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Denywatch.Web.Features.Scoring;
using Denywatch.Web.Live;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Denywatch.Web.Features.Rules;

/// <summary>
/// Fills gaps that somebody asked for, a series at a time: what is found, and that the series is judged, are one transaction,
/// so that a killed worker's successor goes on where it stopped, and two that meet find nothing twice.
/// </summary>
public sealed partial class FillTask(
    RulePreview rules,
    SeriesScorer scorer,
    AlertReconciler reconciler,
    NpgsqlDataSource source,
    IDbContextFactory<DenywatchDb> dbs,
    ILogger<FillTask> logger
)
{
    private const string Reason = "a gap that was filled";

    public async Task RunAsync(CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        while (await RuleFillStore.TakeAsync(connection, ct) is { } fill)
        {
            var round = new RuleRound();
            try
            {
                if (!await FillAsync(connection, fill, round, ct))
                    return;
                await RuleFillStore.EndAsync(connection, fill.Id, FillState.Done, problem: null, ct);
            }
            catch (Exception bug) when (bug is not OperationCanceledException && !Ingestion.Committer.IsAway(bug))
            {
                Failed(bug, fill.Id);
                await RuleFillStore.EndAsync(connection, fill.Id, FillState.Failed, bug.Message, ct);
            }
            await RuleRunStore.AppendAsync(connection, round, ct);
            await DatabaseEars.AnnounceAsync(source, Topic.Records, ct);
            await DatabaseEars.AnnounceAsync(source, Topic.Alerts, ct);
        }
    }

    /// <returns>False where another node moved a series on at the same moment: it is tried again.</returns>
    private async Task<bool> FillAsync(
        NpgsqlConnection connection,
        RuleFill fill,
        RuleRound round,
        CancellationToken ct
    )
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        if (await db.Rules.AsNoTracking().SingleOrDefaultAsync(r => r.Id == fill.RuleId, ct) is not { } rule)
            return true;

        var holes = (await RuleGapQueries.HolesAsync(connection, rule.JobIds, fill.From - RulePreview.Reach, ct))
            .Where(hole => hole.From < fill.To && hole.To > fill.From)
            .ToLookup(hole => hole.SeriesId);
        var all = (await rules.SeriesAsync(rule, ct)).OrderBy(series => series.Id).ToList();
        foreach (var series in all.Where(one => one.Id > fill.LastSeries))
        {
            var start = Stopwatch.GetTimestamp();
            if (holes[series.Id].FirstOrDefault() is { } hole)
            {
                var again = series with
                {
                    RescoreFrom = Earlier(hole.From, series.RescoreFrom),
                    RescoreReason = Reason,
                };
                if (!await scorer.ScoreAsync(again, ct, round: round, isFoundLate: true))
                    return false;
            }
            var part = new RuleRound();
            if (!await JudgeAsync(fill, series, all.Count, part, ct))
                return true;
            round.Add(part, Stopwatch.GetElapsedTime(start));
            await DatabaseEars.AnnounceAsync(source, Topic.Records, ct);
        }
        return true;
    }

    /// <returns>False where it was cancelled meanwhile.</returns>
    private async Task<bool> JudgeAsync(
        RuleFill fill,
        DueSeries series,
        int total,
        RuleRound round,
        CancellationToken ct
    )
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await EpisodeStore.LockAsync(connection, ct);
        var now = await RuleFillStore.LockAsync(connection, fill.Id, ct);
        if (now.State != FillState.Running)
            return false;
        if (now.LastSeries >= series.Id)
            return true;

        await using var db = await Database.WithinAsync(transaction, ct);
        var rule = await db.Rules.SingleAsync(r => r.Id == fill.RuleId, ct);
        var because = series with { RescoreReason = Reason };
        var (records, found) = await FoundAsync(connection, rule, because, fill, ct);
        await reconciler.ApplyAsync(transaction, db, because, records, found, ct, isFoundLate: true);
        var counts = EpisodeChanges.CountsOf(rule, records, found);
        round.Add(rule.Id, RunKind.Fill, counts);
        await RuleFillStore.AdvanceAsync(connection, fill.Id, (series.Id, total, counts.Raised), ct);
        await transaction.CommitAsync(ct);
        return true;
    }

    /// <summary>What of a series' stretch is above the line and told by no alert, or by one that it makes longer.</summary>
    private static async Task<(List<Detection.AnomalyRecord> Records, List<ReconciledEpisode> Found)> FoundAsync(
        NpgsqlConnection connection,
        Rule rule,
        DueSeries series,
        RuleFill fill,
        CancellationToken ct
    )
    {
        var (settings, span) = (rule.ToSettings(), series.BucketSpan);
        var reach = (Episodes.Gap + 1) * span;
        var known = await EpisodeStore.SinceAsync(connection, series.Id, rule.Id, fill.From - reach, ct);
        var from = known.Select(k => k.Episode.Started).Append(fill.From).Min() - (settings.Duration - 1) * span;
        var records = await RecordStore.RecordsAsync(connection, series.Id, from, series.NextBucket, 0, ct);
        var changes = Reconciliation.Of(
            before: [],
            [.. Episodes.Of(records, settings, span).Where(e => e.Started < fill.To && e.LastAbove >= fill.From)],
            known,
            series.NextBucket,
            span,
            isOpenAbove: true
        );
        return (
            records.FindAll(record => record.Bucket >= fill.From && record.Bucket < fill.To),
            [
                .. changes
                    .Where(change => change.Fate is EpisodeFate.Appears or EpisodeFate.Changes)
                    .Select(change => new ReconciledEpisode(rule, change)),
            ]
        );
    }

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset? other) =>
        other is { } at && at < one ? at : one;

    [LoggerMessage(Level = LogLevel.Error, Message = "Gap {Fill} could not be filled")]
    private partial void Failed(Exception bug, long fill);
}
