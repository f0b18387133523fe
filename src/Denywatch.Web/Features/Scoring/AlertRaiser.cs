using Denywatch.Alerting;
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
public sealed partial class AlertRaiser(
    Findings findings,
    FlowReading flows,
    NpgsqlDataSource source,
    TimeProvider clock,
    ILogger<AlertRaiser> logger
)
{
    /// <summary>Evidence is found again once the peak has grown by this factor: a scan grows with every look.</summary>
    private const double Growth = 1.2;

    /// <summary>A bucket that is still open has crossed: the alert comes now, from what is there.</summary>
    public async Task InterimAsync(ScoredSeries series, AnomalyRecord record, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var told = await ApplyAsync(transaction, series, [record], isFinal: false, isRescore: false, ct);
        await transaction.CommitAsync(ct);
        if (told)
            await DatabaseEars.AnnounceAsync(source, Topic.Alerts, ct);
    }

    /// <summary>Closed buckets, in order of time, inside the transaction that writes their records.</summary>
    public Task FinalAsync(
        NpgsqlTransaction transaction,
        ScoredSeries series,
        IReadOnlyList<AnomalyRecord> records,
        bool isRescore,
        CancellationToken ct,
        bool asIfLive = false
    ) => ApplyAsync(transaction, series, records, isFinal: true, isRescore, ct, asIfLive);

    private async Task<bool> ApplyAsync(
        NpgsqlTransaction transaction,
        ScoredSeries series,
        IReadOnlyList<AnomalyRecord> records,
        bool isFinal,
        bool isRescore,
        CancellationToken ct,
        bool asIfLive = false
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
            foreach (var record in records)
                told |= await ApplyAsync(telling, record, ct);
            if (isRescore)
                told |= await TakeBackAsync(telling, records, ct);
        }
        await db.SaveChangesAsync(ct);
        return told;
    }

    private async Task<bool> ApplyAsync(Telling telling, AnomalyRecord record, CancellationToken ct)
    {
        var (series, rule) = (telling.Series, telling.Rule);
        var open = await telling.OpenAsync(ct);
        // Off: nothing starts and nothing grows, and what is open still ends.
        var settings = rule.AlertsFor(record.Bucket)
            ? new RuleSettings(rule.Threshold, rule.Floor, rule.MinimumExcess)
            : new RuleSettings(double.PositiveInfinity);
        var decision = Episodes.Decide(open?.Episode, record, settings, series.BucketSpan, telling.IsFinal);

        switch (decision.Step)
        {
            case EpisodeStep.Start:
                if (await EpisodeStore.CoversAsync(telling.Connection, series.Id, rule.Id, record.Bucket, ct))
                    return false;
                await StartAsync(telling, decision.Episode!, record, ct);
                return true;

            case EpisodeStep.Extend:
                await ExtendAsync(telling, open!, decision, record, ct);
                return true;

            case EpisodeStep.End:
                await EndAsync(telling, open!, decision.Episode!, ct);
                return true;

            default:
                return false;
        }
    }

    private async Task StartAsync(Telling telling, Episode episode, AnomalyRecord record, CancellationToken ct)
    {
        var (series, rule) = (telling.Series, telling.Rule);
        var finding = await findings.OfAsync(series, record.Bucket, episode.Started, ct);
        if (await FoldIntoAsync(telling, finding, record.Bucket, ct) is not { } alert)
        {
            alert = await NewAlertAsync(telling, finding, record, ct);
            Raised(alert.Id, alert.Title, series.Title, record.Score);
        }
        else if (telling.Match is var match && !alert.Matches.Contains(match))
        {
            alert.Matches = [.. alert.Matches, match];
        }
        await telling.WriteAsync(new(series.Id, rule.Id, alert.Id, episode), startedBefore: null, ct);
    }

    private static async Task<Alert> NewAlertAsync(
        Telling telling,
        Finding finding,
        AnomalyRecord record,
        CancellationToken ct
    )
    {
        var (series, rule, now) = (telling.Series, telling.Rule, telling.NowAt(record.Bucket));
        var end = record.Bucket + series.BucketSpan;
        var evidence = finding.EvidenceFor(SeverityOf(rule));
        var recent = now - Storms.Within;
        var raised = await telling
            .Db.Alerts.Where(alert => alert.RaisedAt > recent && !alert.IsFoundLate && !alert.IsStorm)
            .Select(alert => alert.RaisedAt)
            .ToListAsync(ct);

        var isFoundLate = telling.IsFinal && end < now - SeriesScorer.FoundLateAfter;
        var alert = new Alert
        {
            RuleId = rule.Id,
            SeriesId = series.Id,
            Title = "",
            Sentence = "",
            Cause = "",
            Severity = "",
            SeverityRank = 0,
            SeverityReason = "",
            StartedAt = record.Bucket,
            LastBucket = record.Bucket,
            PeakAt = record.Bucket,
            PeakScore = record.Score,
            Actual = record.Actual ?? 0,
            Typical = record.Typical,
            Excess = Math.Max(0, (record.Actual ?? 0) - record.Typical),
            Evidence = "{}",
            Matches = [telling.Match],
            RaisedAt = now,
            IsInterim = !telling.IsFinal,
            IsFoundLate = isFoundLate,
            StormId = !isFoundLate && Storms.IsStorm(raised, now) ? await StormAsync(telling, record, now, ct) : null,
        };
        Tell(alert, finding, evidence, record);
        telling.Db.Alerts.Add(alert);
        await telling.Db.SaveChangesAsync(ct); // its id is what episode and notes refer to
        telling.Note(
            alert.Id,
            now,
            "raised",
            telling.IsFinal
                ? $"Raised from the closed bucket with score {record.Score:0}."
                : $"Raised from the open bucket: the count crossed the line before the bucket closed."
        );
        return alert;
    }

    private static async Task<long> StormAsync(
        Telling telling,
        AnomalyRecord record,
        DateTimeOffset now,
        CancellationToken ct
    )
    {
        var recent = now - Storms.Within;
        var storm = await telling.Db.Alerts.FirstOrDefaultAsync(alert => alert.IsStorm && alert.RaisedAt > recent, ct);
        if (storm is not null)
            return storm.Id;

        storm = new Alert
        {
            RuleId = telling.Rule.Id,
            SeriesId = telling.Series.Id,
            Title = "Storm: many alerts at once",
            Sentence =
                $"More than {Storms.MoreThan} alerts within {Storms.Within.TotalMinutes:0} minutes; each is kept under this one.",
            Cause = Causes.Title(LikelyCause.Unclear),
            Severity = "high",
            SeverityRank = (int)Severity.High,
            SeverityReason = "high: a storm",
            StartedAt = record.Bucket,
            LastBucket = record.Bucket,
            PeakAt = record.Bucket,
            PeakScore = record.Score,
            Actual = record.Actual ?? 0,
            Typical = record.Typical,
            Excess = 0,
            Evidence = "{}",
            RaisedAt = now,
            IsStorm = true,
        };
        telling.Db.Alerts.Add(storm);
        await telling.Db.SaveChangesAsync(ct);
        return storm.Id;
    }

    /// <summary>An alert that goes on in another series and is made of the same flows; null where there is none.</summary>
    private async Task<Alert?> FoldIntoAsync(
        Telling telling,
        Finding finding,
        DateTimeOffset bucket,
        CancellationToken ct
    )
    {
        var series = telling.Series;
        var reach = Episodes.Gap * series.BucketSpan;
        var mine = Carriers.Of(finding.Excess).Among(finding.Flows);
        foreach (var other in await EpisodeStore.OthersAsync(telling.Connection, series.Id, bucket, reach, ct))
        {
            var alert = await telling.Db.Alerts.SingleAsync(a => a.Id == other.AlertId, ct);
            if (AlertEvidence.Read(alert.Evidence) is not { Carriers: { } carriers })
                continue;

            var owner = await telling.Db.Series.SingleAsync(s => s.Id == other.SeriesId, ct);
            var theirs = await flows.BetweenAsync(bucket, bucket + series.BucketSpan, owner.FirewallId, ct);
            if (Folding.BelongTogether(mine, carriers.Among(theirs)))
                return alert;
        }
        return null;
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
        if (telling.IsFinal && record.Bucket == alert.StartedAt)
            alert.IsInterim = false;
        if (alert.SeriesId != series.Id)
            return;

        alert.StartedAt = episode.Started;
        alert.Excess = await telling.ExcessAsync(episode, record, ct);
        if (decision.IsNewPeak)
        {
            var known = AlertEvidence.Read(alert.Evidence)?.Excess;
            (alert.PeakAt, alert.PeakScore) = (episode.PeakBucket, episode.PeakScore);
            (alert.Actual, alert.Typical) = (episode.PeakActual, episode.PeakTypical);
            if (telling.IsFinal || known is null || episode.PeakActual >= Growth * known.Count)
            {
                var finding = await findings.OfAsync(series, episode.PeakBucket, episode.Started, ct);
                Reopen(telling, alert, known, finding.Excess, record.Bucket);
                var first = AlertEvidence.Read(alert.Evidence)?.Carriers;
                var evidence = finding.EvidenceFor(SeverityOf(telling.Rule));
                Tell(alert, finding, evidence with { Carriers = first ?? evidence.Carriers }, record);
            }
        }
        else if (alert.Status == AlertStatus.Closed && AlertEvidence.Read(alert.Evidence)?.Excess is { } told)
        {
            var finding = await findings.OfAsync(series, record.Bucket, episode.Started, ct);
            Reopen(telling, alert, told, finding.Excess, record.Bucket);
        }
    }

    private static void Reopen(Telling telling, Alert alert, Excess? closedWith, Excess now, DateTimeOffset bucket)
    {
        if (alert.Status != AlertStatus.Closed || closedWith is null)
            return;
        if (Reopening.ReasonToReopen(closedWith, now) is not { } reason || !alert.Reopen())
            return;

        telling.Note(alert.Id, telling.NowAt(bucket), "reopened", $"Opened again: {reason}.");
    }

    private static async Task EndAsync(Telling telling, StoredEpisode open, Episode ended, CancellationToken ct)
    {
        await telling.WriteAsync(open with { Episode = ended }, open.Episode.Started, ct);
        var alert = await telling.AlertAsync(open.AlertId, ct);
        if (alert.EndedAt is not null || !await EpisodeStore.AllEndedAsync(telling.Connection, alert.Id, ct))
            return;

        alert.EndedAt = ended.Ended;
        alert.EndReason = ended.Reason switch
        {
            EndReason.NewLevel => "new level",
            EndReason.SourceQuiet => "source quiet",
            EndReason.Excepted => "excepted",
            _ => "subsided",
        };
        telling.Note(
            alert.Id,
            telling.NowAt(ended.LastAbove),
            "ended",
            $"The excess ended at {ended.Ended:HH:mm} UTC: {alert.EndReason}."
        );
    }

    /// <summary>Alerts whose peak a re-score took below the line: told on the alert; one that nobody touched is closed.</summary>
    private static async Task<bool> TakeBackAsync(
        Telling telling,
        IReadOnlyList<AnomalyRecord> records,
        CancellationToken ct
    )
    {
        var (first, last) = (records[0].Bucket, records[^1].Bucket);
        var (seriesId, ruleId) = (telling.Series.Id, telling.Rule.Id);
        var alerts = await telling
            .Db.Alerts.Include(alert => alert.Notes)
            .Where(a => a.SeriesId == seriesId && a.RuleId == ruleId && a.PeakAt >= first && a.PeakAt <= last)
            .ToListAsync(ct);

        var byBucket = records.ToDictionary(record => record.Bucket);
        var changed = false;
        foreach (var alert in alerts)
        {
            if (
                !byBucket.TryGetValue(alert.PeakAt, out var record)
                || record.Score >= telling.Rule.Threshold
                || alert.Rescore is not null
            )
                continue;

            var now = telling.NowAt(alert.PeakAt);
            alert.Rescore = $"now {record.Score:0} because counts of earlier buckets changed";
            telling.Note(alert.Id, now, "rescored", $"Scored again: {alert.Rescore}.");
            if (!alert.IsTouched)
                alert.Close(CloseReason.Rescored, "system", now);
            changed = true;
        }
        return changed;
    }

    private static void Tell(Alert alert, Finding finding, AlertEvidence evidence, AnomalyRecord record)
    {
        alert.Title = Sentences.Title(finding.Excess, finding.Cause);
        alert.Sentence = Sentences.Summary(finding.Excess, finding.Cause, record.Typical);
        alert.Cause = Causes.Title(finding.Cause.Cause);
        alert.Severity = evidence.Severity!.Severity.ToString().ToLowerInvariant();
        alert.SeverityRank = (int)evidence.Severity!.Severity;
        alert.SeverityReason = evidence.Severity!.Sum;
        alert.Evidence = evidence.ToJson();
    }

    private static Severity SeverityOf(Rule rule) =>
        Enum.TryParse<Severity>(rule.Severity, ignoreCase: true, out var severity) ? severity : Severity.Low;

    private static DateTimeOffset Max(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;

    [LoggerMessage(Level = LogLevel.Information, Message = "Alert {Id} raised: {Title} ({Series}, score {Score:0})")]
    private partial void Raised(long id, string title, string series, double score);
}
