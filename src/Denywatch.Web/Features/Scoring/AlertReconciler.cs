using System.Globalization;
using Denywatch.Alerting;
using Denywatch.Alerting.Replay;
using Denywatch.Detection;
using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Denywatch.Web.Features.Accounts;
using Denywatch.Web.Features.Alerts;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Denywatch.Web.Features.Scoring;

/// <summary>
/// Brings the alerts of the past into line with records that were scored again. Nothing is deleted: what a person has
/// touched stays and says what it would be now, what nobody touched is closed, and what comes back is opened again.
/// </summary>
public sealed class AlertReconciler(Findings findings, AlertOpening opening, TimeProvider clock)
{
    // Of an episode whose peak and times stay, the buckets between may have changed.
    private const string Excesses = """
        UPDATE alerts a SET excess = x.excess
        FROM (SELECT a.id, sum(greatest(CASE WHEN j.detector = 'low_count' THEN r.typical - r.actual ELSE r.actual - r.typical END, 0)) AS excess
              FROM alerts a JOIN records r ON r.series_id = a.series_id AND r.bucket BETWEEN a.started_at AND a.last_bucket
              JOIN series s ON s.id = a.series_id JOIN jobs j ON j.id = s.job_id
              WHERE a.series_id = @series AND a.started_at <= @last AND a.last_bucket >= @first
                AND a.close_reason IS DISTINCT FROM 'Rescored' AND NOT a.is_storm
              GROUP BY a.id ORDER BY a.id) x
        WHERE a.id = x.id AND abs(a.excess - x.excess) >= 0.5
        """;

    /// <summary>Writes what <see cref="EpisodeChanges"/> found, once the records are written.</summary>
    /// <param name="isFoundLate">Nobody is notified of what appears, however young it is.</param>
    public async Task ApplyAsync(
        NpgsqlTransaction transaction,
        DenywatchDb db,
        DueSeries series,
        IReadOnlyList<AnomalyRecord> changed,
        IReadOnlyList<ReconciledEpisode> episodes,
        CancellationToken ct,
        bool isFoundLate = false
    )
    {
        var records = changed.ToDictionary(record => record.Bucket);
        foreach (var (rule, change) in episodes)
        {
            var telling = new Telling(db, transaction.Connection!, ScoredSeries.Of(series), rule, isFinal: true, clock)
            {
                IsFoundLate = isFoundLate,
            };
            var reason = series.RescoreReason ?? CountStore.LateData;
            if (change.Known is { } known)
                await RetellAsync(telling, known, change, records, reason, ct);
            else
                await AppearAsync(telling, change.Now!, records, reason, ct);
        }
        await db.SaveChangesAsync(ct);
        await TakeOverAsync(transaction.Connection!, db, series, changed, ct);
        await db.SaveChangesAsync(ct);
        if (changed.Count > 0 && series.Counting.Window == series.BucketSpan)
            await transaction.Connection!.ExecuteAsync(
                Excesses,
                ct,
                ("series", series.Id),
                ("first", changed[0].Bucket),
                ("last", changed[^1].Bucket)
            );
    }

    /// <summary>What this series still tells, and the one that owned it does no more, is its own from now on.</summary>
    private async Task TakeOverAsync(
        NpgsqlConnection connection,
        DenywatchDb db,
        DueSeries series,
        IReadOnlyList<AnomalyRecord> changed,
        CancellationToken ct
    )
    {
        if (changed.Count == 0)
            return;
        foreach (var orphan in await EpisodeStore.OrphansAsync(connection, series.Id, changed[0].Bucket, ct))
        {
            var rule = await db.Rules.SingleAsync(r => r.Id == orphan.RuleId, ct);
            var telling = new Telling(db, connection, ScoredSeries.Of(series), rule, isFinal: true, clock);
            var alert = await telling.AlertAsync(orphan.AlertId, ct);
            await HandOverAsync(telling, alert, orphan, series.RescoreReason ?? CountStore.LateData, ct);
        }
    }

    private async Task AppearAsync(
        Telling telling,
        Episode now,
        Dictionary<DateTimeOffset, AnomalyRecord> records,
        string reason,
        CancellationToken ct
    )
    {
        var peak = await PeakAsync(telling, now, records, ct);
        var alert = await opening.StartAsync(telling, now, peak, ct);
        if (alert.SeriesId != telling.Series.Id || alert.RuleId != telling.Rule.Id)
            return;
        (alert.StartedAt, alert.LastBucket) = (now.Started, now.LastAbove);
        alert.Excess = await telling.ExcessAsync(now, peak, ct);
        if (now.Ended is { } ended)
            (alert.EndedAt, alert.EndReason) = (ended, Telling.Word(now.Reason));
        if (reason != CountStore.LateData)
            telling.Note(
                alert.Id,
                telling.NowAt(now.PeakBucket),
                "rescored",
                $"Found when the past was scored again because of {reason}."
            );
    }

    private async Task RetellAsync(
        Telling telling,
        KnownEpisode known,
        EpisodeChange change,
        Dictionary<DateTimeOffset, AnomalyRecord> records,
        string reason,
        CancellationToken ct
    )
    {
        var (series, rule) = (telling.Series.Id, telling.Rule.Id);
        if (known.AlertId == KnownEpisode.Untold && change.Now is not null)
        {
            await EpisodeStore.ForgetAsync(telling.Connection, series, rule, known.Episode.Started, ct);
            return;
        }
        await EpisodeStore.WriteAsync(
            telling.Connection,
            new(series, rule, known.AlertId, change.Now ?? known.Episode),
            known.Episode.Started,
            ct,
            isVanished: change.Now is null
        );
        if (known.AlertId == KnownEpisode.Untold)
            return;

        var alert = await telling.AlertAsync(known.AlertId, ct);
        if (change.Now is not { } now)
        {
            var peak = await PeakAsync(telling, known.Episode, records, ct);
            await VanishAsync(telling, alert, known.Episode, peak, reason, ct);
            return;
        }

        var owner = await EpisodeStore.StandingAsync(telling.Connection, alert.Id, alert.SeriesId, ct);
        if (owner!.SeriesId == series && owner.RuleId == rule)
            await ChangeAsync(telling, alert, known, now, records.GetValueOrDefault(now.PeakBucket), reason, ct);
    }

    /// <summary>An episode that had vanished is the beginning of one that the present completes: its alert comes back.</summary>
    internal async Task ReturnAsync(
        Telling telling,
        KnownEpisode known,
        Episode now,
        AnomalyRecord record,
        CancellationToken ct
    )
    {
        await telling.WriteAsync(
            new(telling.Series.Id, telling.Rule.Id, known.AlertId, now),
            known.Episode.Started,
            ct
        );
        var alert = await telling.AlertAsync(known.AlertId, ct);
        await ChangeAsync(telling, alert, known, now, record, "the buckets that followed", ct);
    }

    /// <summary>The record at an episode's peak, which may lie before what changed.</summary>
    private static async Task<AnomalyRecord> PeakAsync(
        Telling telling,
        Episode episode,
        Dictionary<DateTimeOffset, AnomalyRecord> records,
        CancellationToken ct
    )
    {
        var (series, at) = (telling.Series.Id, episode.PeakBucket);
        return records.TryGetValue(at, out var changed)
            ? changed
            : (await RecordStore.RecordsAsync(telling.Connection, series, at, at.AddTicks(10), 0, ct)).FirstOrDefault();
    }

    /// <summary>An alert goes on as long as any series still tells it; where its own does no more, another one owns it.</summary>
    private async Task VanishAsync(
        Telling telling,
        Alert alert,
        Episode was,
        AnomalyRecord peak,
        string reason,
        CancellationToken ct
    )
    {
        if (await EpisodeStore.StandingAsync(telling.Connection, alert.Id, alert.SeriesId, ct) is { } other)
        {
            if (alert.SeriesId == telling.Series.Id && alert.RuleId == telling.Rule.Id)
                await HandOverAsync(telling, alert, other, reason, ct);
            return;
        }

        var (now, span) = (telling.NowAt(alert.PeakAt), telling.Series.BucketSpan);
        alert.Rescore = string.Create(CultureInfo.InvariantCulture, $"now {peak.Score:0} because of {reason}");
        telling.Note(alert.Id, now, "rescored", $"Scored again: {alert.Rescore}.");
        alert.EndedAt ??= alert.LastBucket + span;
        alert.EndReason ??= Telling.Word(
            await telling.EndReasonAsync(was with { LastAbove = was.Started - span }, alert.EndedAt.Value, ct)
        );
        await telling.Db.Entry(alert).Collection(a => a.Notes).LoadAsync(ct);
        if (!alert.IsTouched)
            telling.Change(
                alert,
                now,
                ("close", "closed"),
                "Closed as re-scored: nobody had touched it.",
                untouched => untouched.Close(CloseReason.Rescored, Actor.System.Name, now)
            );
    }

    /// <summary>To a series that still tells it; one that is about to be scored again takes over itself, if it still does then.</summary>
    private async Task HandOverAsync(
        Telling telling,
        Alert alert,
        StoredEpisode other,
        string reason,
        CancellationToken ct
    )
    {
        var series = await telling.Db.Series.Include(s => s.Job).SingleAsync(s => s.Id == other.SeriesId, ct);
        if (series.Id != telling.Series.Id && series.RescoreFrom <= other.Episode.LastAbove)
            return;
        var rule = await telling.Db.Rules.SingleAsync(r => r.Id == other.RuleId, ct);
        var heir = new Telling(telling.Db, telling.Connection, ScoredSeries.Of(series), rule, isFinal: true, clock);
        await ChangeAsync(heir, alert, new(alert.Id, other.Episode), other.Episode, default, reason, ct);
    }

    private async Task ChangeAsync(
        Telling telling,
        Alert alert,
        KnownEpisode known,
        Episode now,
        AnomalyRecord peak,
        string reason,
        CancellationToken ct
    )
    {
        var (before, at) = (alert.Excess, telling.NowAt(now.PeakBucket));
        (alert.SeriesId, alert.RuleId) = (telling.Series.Id, telling.Rule.Id);
        (alert.StartedAt, alert.LastBucket) = (now.Started, now.LastAbove);
        (alert.PeakAt, alert.PeakScore) = (now.PeakBucket, now.PeakScore);
        (alert.Actual, alert.Typical) = (now.PeakActual, now.PeakTypical);
        alert.Excess = await telling.ExcessAsync(now, peak, ct);
        var asked = Max(known.Episode.LastAbove, now.LastAbove) + telling.Series.BucketSpan;
        alert.EndedAt = now.Ended;
        alert.EndReason = now.Ended is null ? null : Telling.Word(await telling.EndReasonAsync(now, asked, ct));

        if (known.IsVanished || alert.CloseReason == CloseReason.Rescored)
        {
            alert.Rescore = null;
            var sentence = $"Scored again: back above the line because of {reason}.";
            var isOpened =
                alert.CloseReason == CloseReason.Rescored
                && telling.Change(alert, at, ("reopen", "rescored"), sentence, closed => closed.Reopen());
            if (!isOpened)
                telling.Note(alert.Id, at, "rescored", sentence);
        }
        else
        {
            alert.Rescore = string.Create(
                CultureInfo.InvariantCulture,
                $"now {now.PeakActual:N0} denies and score {now.PeakScore:0} because of {reason}"
            );
            telling.Note(alert.Id, at, "rescored", $"Scored again: {alert.Rescore}; the excess was {before:N0}.");
        }

        await telling.ReopenUnexplainedAsync(alert, at, ct);
        // What somebody decided on stays as it was decided on; what is still to be decided says what is true now.
        if (alert.Status == AlertStatus.Closed)
            return;
        var finding = await findings.OfAsync(telling.Series, now.PeakBucket, now.Started, ct);
        var evidence = finding.EvidenceFor(telling.Severity) with { Ended = AlertEvidence.Read(alert.Evidence)?.Ended };
        alert.Tell(finding, evidence, now.PeakTypical);
    }

    private static DateTimeOffset Max(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;
}
