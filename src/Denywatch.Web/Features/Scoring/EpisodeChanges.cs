using Denywatch.Alerting;
using Denywatch.Alerting.Replay;
using Denywatch.Detection;
using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Denywatch.Web.Features.Scoring;

/// <summary>One episode of a series and rule that a re-score changes, with all that is needed to say so.</summary>
public sealed record ReconciledEpisode(Rule Rule, EpisodeChange Change);

/// <summary>What records that changed, or settings that are tried, do to the episodes of a series. Reads only.</summary>
internal static class EpisodeChanges
{
    /// <summary>What changed records do to the episodes of a series, by each stored rule that reads it. Reads only.</summary>
    /// <param name="round">What each rule read and found is added to.</param>
    public static async Task<List<ReconciledEpisode>> OfAsync(
        DenywatchDb db,
        DueSeries series,
        ReplayedSeries scored,
        RuleRound round,
        CancellationToken ct
    )
    {
        var rules = await db.Rules.Where(rule => rule.JobIds.Contains(series.JobId)).ToListAsync(ct);
        var connection = (NpgsqlConnection)db.Database.GetDbConnection();
        var changes = await OfAsync(connection, series, scored, rules, rule => rule.ToSettings(), trial: null, ct);
        var records = scored.Records.Where(record => record.Bucket < series.NextBucket).ToList();
        foreach (var rule in rules.Where(rule => rule.IsEnabled))
            round.Add(rule.Id, RunKind.Rescore, CountsOf(rule, records, changes));
        return changes;
    }

    /// <summary>What a rule made of records that it read in the past.</summary>
    public static RunCounts CountsOf(
        Rule rule,
        IReadOnlyList<AnomalyRecord> records,
        IReadOnlyList<ReconciledEpisode> changes
    )
    {
        var settings = rule.ToSettings();
        var fates = changes.Where(change => change.Rule.Id == rule.Id).Select(change => change.Change.Fate).ToList();
        return new(
            1,
            records.Count,
            records.Count(record => settings.IsMetBy(record)),
            fates.Count(fate => fate is EpisodeFate.Appears or EpisodeFate.Returns),
            fates.Count(fate => fate == EpisodeFate.Changes),
            fates.Count(fate => fate == EpisodeFate.Vanishes)
        );
    }

    /// <summary>The same for given rules, with settings that may be tried.</summary>
    /// <param name="scored">The series as it is scored now; its records have no holes up to <see cref="DueSeries.NextBucket"/>.</param>
    /// <param name="settingsOf">Settings that its episodes are judged by.</param>
    /// <param name="trial">Added to the counts of buckets, and not stored; null for what is stored.</param>
    public static async Task<List<ReconciledEpisode>> OfAsync(
        NpgsqlConnection connection,
        DueSeries series,
        ReplayedSeries scored,
        IReadOnlyList<Rule> rules,
        Func<Rule, RuleSettings> settingsOf,
        IReadOnlyDictionary<DateTimeOffset, TriedCount>? trial,
        CancellationToken ct
    )
    {
        List<ReconciledEpisode> all = [];
        var changed = scored.Records.Where(record => record.Bucket < series.NextBucket).ToList();
        if (changed.Count == 0)
            return all;

        var (first, span) = (changed[0].Bucket, series.BucketSpan);
        var open = await OpenRecords.OfAsync(connection, series, scored, trial, ct);
        foreach (var rule in rules)
        {
            var reach = first - ((Episodes.Gap + 1) * span);
            var known = await EpisodeStore.SinceAsync(connection, series.Id, rule.Id, reach, ct);
            var (stored, tried) = (rule.ToSettings(), settingsOf(rule));
            // An episode that what changed completes begins before it.
            var run = (Math.Max(stored.Duration, tried.Duration) - 1) * span;
            var from = known.Select(k => k.Episode.Started).Append(first).Min() - run;
            var least = Math.Min(stored.Line, tried.Line);
            var before = await RecordStore.RecordsAsync(connection, series.Id, from, series.NextBucket, least, ct);
            List<AnomalyRecord> now = [.. before.Where(record => record.Bucket < first), .. changed];
            var changes = Reconciliation.Of(
                Episodes.Of(before, stored, span),
                Episodes.Of(now, tried, span),
                known,
                series.NextBucket,
                span,
                Episodes.Of([.. now, .. open], tried, span).Any(episode => episode.LastAbove >= series.NextBucket)
            );
            all.AddRange(
                changes
                    .Where(change => change.Fate != EpisodeFate.Appears || rule.AlertsFor(change.Now!.Started))
                    .Select(change => new ReconciledEpisode(rule, change))
            );
        }
        return all;
    }
}
