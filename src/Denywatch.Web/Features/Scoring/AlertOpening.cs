using Denywatch.Alerting;
using Denywatch.Detection;
using Denywatch.Events.Maintenance;
using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Denywatch.Web.Features.Alerts;
using Microsoft.EntityFrameworkCore;

namespace Denywatch.Web.Features.Scoring;

/// <summary>Begins to tell an episode: in an alert that tells of the same flows, or in one of its own.</summary>
public sealed partial class AlertOpening(Findings findings, FlowReading flows, ILogger<AlertOpening> logger)
{
    internal async Task<Alert> StartAsync(Telling telling, Episode episode, AnomalyRecord record, CancellationToken ct)
    {
        var (series, rule) = (telling.Series, telling.Rule);
        var finding = await findings.OfAsync(series, episode.PeakBucket, episode.Started, ct);
        if (await FoldIntoAsync(telling, finding, episode.PeakBucket, ct) is not { } alert)
        {
            alert = await NewAlertAsync(telling, finding, episode, record, ct);
            Raised(alert.Id, alert.Title, series.Title, record.Score);
        }
        else if (telling.Match is var match && !alert.Matches.Contains(match))
        {
            alert.Matches = [.. alert.Matches, match];
        }
        await telling.WriteAsync(new(series.Id, rule.Id, alert.Id, episode), startedBefore: null, ct);
        return alert;
    }

    private static async Task<Alert> NewAlertAsync(
        Telling telling,
        Finding finding,
        Episode episode,
        AnomalyRecord record,
        CancellationToken ct
    )
    {
        var (series, rule, now) = (telling.Series, telling.Rule, telling.NowAt(record.Bucket));
        var end = record.Bucket + series.BucketSpan;
        var ended = await telling.EndedAsync(record, ct);
        var evidence = finding.EvidenceFor(telling.Severity) with { Ended = ended };
        var recent = now - Storms.Within;
        var raised = await telling
            .Db.Alerts.Where(alert => alert.RaisedAt > recent && !alert.IsFoundLate && !alert.IsStorm)
            .Select(alert => alert.RaisedAt)
            .ToListAsync(ct);

        var isFoundLate = telling.IsFoundLate || telling.IsFinal && end < now - SeriesScorer.FoundLateAfter;
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
            StartedAt = episode.Started,
            LastBucket = episode.LastAbove,
            PeakAt = episode.PeakBucket,
            PeakScore = episode.PeakScore,
            Actual = episode.PeakActual,
            Typical = episode.PeakTypical,
            Excess = await telling.ExcessAsync(episode, record, ct),
            Evidence = "{}",
            Matches = [telling.Match],
            RaisedAt = now,
            IsInterim = !telling.IsFinal,
            IsFoundLate = isFoundLate,
            StormId = !isFoundLate && Storms.IsStorm(raised, now) ? await StormAsync(telling, record, now, ct) : null,
        };
        alert.Tell(finding, evidence, episode.PeakTypical);
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
        if (ended is not null)
            telling.Note(alert.Id, now, "raised", ended.Sentence());
        await TellBrokenAsync(telling, alert, end, now, ct);
        return alert;
    }

    /// <summary>Traffic of a maintenance window that was broken counts: who reads the alert must know that it was planned.</summary>
    private static async Task TellBrokenAsync(
        Telling telling,
        Alert alert,
        DateTimeOffset end,
        DateTimeOffset now,
        CancellationToken ct
    )
    {
        var windows = await telling
            .Db.Exceptions.AsNoTracking()
            .Where(e => e.Schedule != null && e.RemovedAt == null && e.From < end && e.Until > alert.StartedAt)
            .ToListAsync(ct);
        var bucket = new Occurrence(alert.StartedAt, end);
        foreach (var (window, broken) in windows.SelectMany(w => w.Broken.Select(b => (w, b))))
        {
            if (broken.Occurrence.Overlaps(bucket))
                telling.Note(alert.Id, now, "window", broken.Sentence(window.Schedule!.Name));
        }
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

            var owner = ScoredSeries.Of(
                await telling.Db.Series.Include(s => s.Job).SingleAsync(s => s.Id == other.SeriesId, ct)
            );
            // What a suspect does all day would take in whatever else it does in an hour.
            if (owner.Window > series.Window)
                continue;
            // The day of a suspect is compared for as long as the other alert goes on.
            var (from, until) = series.WindowOf(bucket);
            from = other.Episode.Started > from && other.Episode.Started <= bucket ? other.Episode.Started : from;
            var theirs = await flows.BetweenAsync(from, until, owner.FirewallId, ct, owner.Counted());
            if (Folding.BelongTogether([.. mine.Where(flow => flow.Slice >= from)], carriers.Among(theirs)))
                return alert;
        }
        return null;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Alert {Id} raised: {Title} ({Series}, score {Score:0})")]
    private partial void Raised(long id, string title, string series, double score);
}
