using System.Diagnostics;
using System.Globalization;
using Denywatch.Alerting;
using Denywatch.Alerting.Replay;
using Denywatch.Detection;
using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Denywatch.Web.Features.Alerts;
using Denywatch.Web.Live;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Denywatch.Web.Features.Scoring;

/// <summary>
/// Turns records into alerts. Whoever raises holds one lock for its transaction, so that two nodes, or an open and a closed
/// bucket, never tell the same episode twice.
/// </summary>
public sealed class AlertRaiser(
    Findings findings,
    AlertOpening opening,
    AlertReconciler reconciler,
    NpgsqlDataSource source,
    TimeProvider clock
)
{
    /// <summary>Evidence is found again once the peak has grown, or an exception has let it fall, by this factor.</summary>
    private const double Growth = 1.2;

    /// <summary>A bucket that is still open has crossed: the alert comes now, from what is there.</summary>
    public async Task InterimAsync(
        ScoredSeries series,
        AnomalyRecord record,
        CancellationToken ct,
        RuleRound? round = null
    )
    {
        var (part, start) = (new RuleRound(), Stopwatch.GetTimestamp());
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var told = await ApplyAsync(transaction, series, [record], isFinal: false, ct, round: part);
        await transaction.CommitAsync(ct);
        round?.Add(part, Stopwatch.GetElapsedTime(start));
        if (told)
            await DatabaseEars.AnnounceAsync(source, Topic.Alerts, ct);
    }

    /// <summary>Closed buckets, in order of time, inside the transaction that writes their records.</summary>
    public Task FinalAsync(
        NpgsqlTransaction transaction,
        ScoredSeries series,
        IReadOnlyList<AnomalyRecord> records,
        CancellationToken ct,
        bool asIfLive = false,
        RuleRound? round = null
    ) => ApplyAsync(transaction, series, records, isFinal: true, ct, asIfLive, round);

    private async Task<bool> ApplyAsync(
        NpgsqlTransaction transaction,
        ScoredSeries series,
        IReadOnlyList<AnomalyRecord> records,
        bool isFinal,
        CancellationToken ct,
        bool asIfLive = false,
        RuleRound? round = null
    )
    {
        if (records.Count == 0)
            return false;

        var connection = transaction.Connection!;
        await EpisodeStore.LockAsync(connection, ct);
        await using var db = await Database.WithinAsync(transaction, ct);

        var told = false;
        foreach (var rule in await db.Rules.Where(rule => rule.JobIds.Contains(series.JobId)).ToListAsync(ct))
        {
            var telling = new Telling(db, connection, series, rule, isFinal, asIfLive ? null : clock);
            var steps = new int[Enum.GetValues<EpisodeStep>().Length];
            foreach (var record in records)
                steps[(int)await ApplyAsync(telling, record, ct)]++;

            var counts = new RunCounts(
                1,
                records.Count,
                records.Count(record => telling.Settings.IsMetBy(record)),
                steps[(int)EpisodeStep.Start],
                steps[(int)EpisodeStep.Extend],
                steps[(int)EpisodeStep.End]
            );
            told |= counts.Raised + counts.Extended + counts.Ended > 0;
            // Each look reads each open bucket: only those that raised something are worth a line.
            if (rule.IsEnabled && (isFinal || counts.Raised > 0))
                round?.Add(rule.Id, isFinal ? RunKind.Close : RunKind.Look, counts);
        }
        await db.SaveChangesAsync(ct);
        return told;
    }

    /// <returns>What it did to the alert.</returns>
    private async Task<EpisodeStep> ApplyAsync(Telling telling, AnomalyRecord record, CancellationToken ct)
    {
        var (series, rule) = (telling.Series, telling.Rule);
        var open = await telling.OpenAsync(ct);
        // Off: nothing starts and nothing grows, and what is open still ends.
        var settings = rule.AlertsFor(record.Bucket) ? telling.Settings : RuleSettings.Never;
        var before =
            open is null && settings.Duration > 1 && settings.IsMetBy(record)
                ? await telling.BeforeAsync(record.Bucket, ct)
                : [];
        var decision = Episodes.Decide(open?.Episode, before, record, settings, series.BucketSpan, telling.IsFinal);

        switch (decision.Step)
        {
            case EpisodeStep.Start:
                if (await EpisodeStore.CoversAsync(telling.Connection, series.Id, rule.Id, record.Bucket, ct))
                    return EpisodeStep.None;
                await StartAsync(telling, decision.Episode!, record, ct);
                break;

            case EpisodeStep.Extend:
                await ExtendAsync(telling, open!, decision, record, ct);
                break;

            case EpisodeStep.End:
                await EndAsync(telling, open!, decision.Episode!, record, ct);
                break;
        }
        return decision.Step;
    }

    private async Task StartAsync(Telling telling, Episode episode, AnomalyRecord record, CancellationToken ct)
    {
        var vanished = telling.Settings.Duration > 1 ? await telling.VanishedAsync(episode, ct) : null;
        if (vanished is { AlertId: not KnownEpisode.Untold })
        {
            await reconciler.ReturnAsync(telling, vanished, episode, record, ct);
            return;
        }
        if (vanished is { Episode.Started: var started })
            await EpisodeStore.ForgetAsync(telling.Connection, telling.Series.Id, telling.Rule.Id, started, ct);
        await opening.StartAsync(telling, episode, record, ct);
    }

    private async Task ExtendAsync(
        Telling telling,
        StoredEpisode open,
        EpisodeDecision decision,
        AnomalyRecord record,
        CancellationToken ct
    )
    {
        var (series, episode) = (telling.Series, decision.Episode!);
        await telling.WriteAsync(open with { Episode = episode }, open.Episode.Started, ct);

        var alert = await telling.AlertAsync(open.AlertId, ct);
        alert.LastBucket = Max(alert.LastBucket, episode.LastAbove);
        if (telling.IsFinal && record.Bucket >= alert.StartedAt + (telling.Settings.Duration - 1) * series.BucketSpan)
            alert.IsInterim = false;
        if (alert.SeriesId != series.Id)
            return;
        ReturnIfWorse(telling, alert, record);

        alert.StartedAt = episode.Started;
        alert.Excess = await telling.ExcessAsync(episode, record, ct);
        var isUnexplained = await telling.ReopenUnexplainedAsync(alert, telling.NowAt(record.Bucket), ct);
        if (decision.IsNewPeak || isUnexplained)
        {
            var known = AlertEvidence.Read(alert.Evidence)?.Excess;
            (alert.PeakAt, alert.PeakScore) = (episode.PeakBucket, episode.PeakScore);
            (alert.Actual, alert.Typical) = (episode.PeakActual, episode.PeakTypical);
            if (telling.IsFinal || isUnexplained || known is null || HasMoved(known.Count, episode.PeakActual))
            {
                var finding = await findings.OfAsync(series, episode.PeakBucket, episode.Started, ct);
                Reopen(telling, alert, known, finding.Excess, record.Bucket);
                var first = AlertEvidence.Read(alert.Evidence);
                var evidence = finding.EvidenceFor(telling.Severity);
                var ended = first?.Ended ?? await telling.EndedAsync(record, ct);
                if (ended is not null && first?.Ended is null)
                    telling.Note(alert.Id, telling.NowAt(record.Bucket), "raised", ended.Sentence());
                evidence = evidence with { Carriers = first?.Carriers ?? evidence.Carriers, Ended = ended };
                alert.Tell(finding, evidence, record.Typical);
            }
        }
        else if (alert.Status == AlertStatus.Closed && AlertEvidence.Read(alert.Evidence)?.Excess is { } told)
        {
            var finding = await findings.OfAsync(series, record.Bucket, episode.Started, ct);
            Reopen(telling, alert, told, finding.Excess, record.Bucket);
        }
    }

    private static bool HasMoved(double told, double now) => now >= Growth * told || now <= told / Growth;

    private static void Reopen(Telling telling, Alert alert, Excess? closedWith, Excess now, DateTimeOffset bucket)
    {
        if (alert.Status != AlertStatus.Closed || closedWith is null)
            return;
        if (Reopening.ReasonToReopen(closedWith, now) is { } reason)
            telling.Change(
                alert,
                telling.NowAt(bucket),
                ("reopen", "reopened"),
                $"Opened again: {reason}.",
                closed => closed.Reopen()
            );
    }

    private static void ReturnIfWorse(Telling telling, Alert alert, AnomalyRecord record)
    {
        if (alert.Snooze is not { Ends: SnoozeEnd.Worse, Factor: { } factor })
            return;
        var reached = AlertWords.Factor(record.Actual ?? 0, record.Typical);
        if (reached >= factor)
            telling.Change(
                alert,
                telling.NowAt(record.Bucket),
                ("return", "returned"),
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Back from its snooze: {reached:0.#} times the expected denies, and it was to come back at {factor:0.#}."
                ),
                snoozed => snoozed.ComeBack()
            );
    }

    private static async Task EndAsync(
        Telling telling,
        StoredEpisode open,
        Episode ended,
        AnomalyRecord record,
        CancellationToken ct
    )
    {
        await telling.WriteAsync(open with { Episode = ended }, open.Episode.Started, ct);
        var alert = await telling.AlertAsync(open.AlertId, ct);
        if (alert.EndedAt is not null || !await EpisodeStore.AllEndedAsync(telling.Connection, alert.Id, ct))
            return;

        alert.EndedAt = ended.Ended;
        alert.EndReason = Telling.Word(
            await telling.EndReasonAsync(ended, record.Bucket + telling.Series.BucketSpan, ct)
        );
        telling.Note(
            alert.Id,
            telling.NowAt(ended.LastAbove),
            "ended",
            $"The excess ended at {ended.Ended:HH:mm} UTC: {alert.EndReason}."
        );
    }

    private static DateTimeOffset Max(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;
}
