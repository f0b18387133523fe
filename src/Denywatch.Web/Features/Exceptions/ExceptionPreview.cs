using System.Collections.Concurrent;
using Denywatch.Alerting;
using Denywatch.Alerting.Replay;
using Denywatch.Detection;
using Denywatch.Events;
using Denywatch.Events.Exceptions;
using Denywatch.Events.Maintenance;
using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Denywatch.Web.Features.Replay;
using Denywatch.Web.Features.Rules;
using Denywatch.Web.Features.Scoring;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Denywatch.Web.Features.Exceptions;

/// <summary>A change of exceptions that is tried: one removed, one added, or both for an edit.</summary>
/// <param name="Schedules">When what is added is in force, for maintenance windows; null for a plain exception.</param>
public sealed record ExceptionChange(int? RemovedId, ExceptionDraft? Added, IReadOnlyList<Schedule>? Schedules = null)
{
    /// <summary>What is added as it would be in force: several windows with one scope are one.</summary>
    internal ActiveException? ToActive()
    {
        if (Added is not { } draft)
            return null;
        var (from, until) = (DenyFlow.SliceOf(draft.From), DenyFlow.SliceOf(draft.Until));
        var calendar = Schedules is null
            ? null
            : WindowCalendar.Of(Schedules.SelectMany(schedule => schedule.CalendarOf(from, until).Occurrences));
        return new(int.MaxValue, draft.Scope, from, until, calendar);
    }
}

/// <summary>One bucket of the total, as it is and as it would be.</summary>
public sealed record TriedBucket(
    DateTimeOffset At,
    double? Before,
    double? Now,
    double Typical,
    double Lower,
    double Upper
);

/// <summary>What a change would do to the past.</summary>
/// <param name="Denies">Denied attempts that would no longer count (below zero: that would count again).</param>
/// <param name="Unsure">Up to so many more, in rows that were folded under load.</param>
/// <param name="UnadjustedBefore">Flows reach back to here, and what is older stays as it was told; null where nothing is older.</param>
/// <param name="Alerts">Alerts that would change, those lost first, then the latest first.</param>
/// <param name="Stay">Alerts since <paramref name="From"/> that would stay as they are.</param>
/// <param name="Line">The total's buckets from <paramref name="From"/> on, summed to at most 720 points.</param>
public sealed record PreviewResult(
    DateTimeOffset From,
    DateTimeOffset? UnadjustedBefore,
    long Denies,
    long Unsure,
    int Series,
    IReadOnlyList<AlertEffect> Alerts,
    int Stay,
    IReadOnlyList<TriedBucket> Line
)
{
    /// <summary>Confirmed true positives that would be lost.</summary>
    public IReadOnlyList<AlertEffect> Lost => [.. Alerts.Where(alert => alert.IsLost)];
}

/// <summary>
/// Tries a change of exceptions on the past: counts what it takes away, scores the series that change again and brings the
/// episodes into line, by the same code that does it once the change is saved. Nothing is written.
/// </summary>
public sealed class ExceptionPreview(
    TrialStore trials,
    ConfirmedStore confirmed,
    Partitions partitions,
    RecordStore records,
    SeriesReplay replay,
    AlertEffects effects,
    IDbContextFactory<DenywatchDb> dbs,
    NpgsqlDataSource source
)
{
    private const int MostPoints = 720;

    /// <summary>Drawn before the first change, so that a spike is seen beside what is usual.</summary>
    private static readonly TimeSpan Context = TimeSpan.FromHours(12);

    private static readonly TimeSpan Bin = TimeSpan.FromMinutes(15);

    /// <summary>Progress once flows are read.</summary>
    private const double Read = 0.4;

    /// <summary>Progress once series are scored again.</summary>
    private const double Replayed = 0.8;

    /// <summary>Why it may not be saved as it is: confirmed attacks would be lost, and nobody has said why they may.</summary>
    public async Task<string?> LossProblemAsync(ExceptionChange change, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(change);
        if (!string.IsNullOrWhiteSpace(change.Added?.LossReason))
            return null;
        var lost = (await OfAsync(change, ct: ct)).Lost.Count;
        return lost == 0
            ? null
            : $"It would take away {lost} confirmed true positive{(lost == 1 ? "" : "s")}: narrow it, or say why they may go.";
    }

    /// <param name="progress">From 0 to 1.</param>
    public async Task<PreviewResult> OfAsync(
        ExceptionChange change,
        IProgress<double>? progress = null,
        CancellationToken ct = default
    )
    {
        ArgumentNullException.ThrowIfNull(change);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var all = await db.Exceptions.AsNoTracking().Where(e => e.RemovedAt == null).ToListAsync(ct);
        var removed = all.Find(e => e.Id == change.RemovedId);
        var added = change.ToActive();
        var others = all.Where(e => e != removed).Select(e => e.ToActive()).ToList();
        var days = await partitions.FlowDaysAsync(ct);
        var horizon = days.Count == 0 ? DateTimeOffset.MaxValue : days[0];
        var from = new[] { removed?.From, added?.From }.Min() ?? horizon;

        var taken = removed?.ToActive();
        var stretches = StretchesOf(from, days);
        var reading = new Steps(progress, 0, Read, stretches.Count);
        var deltas = await trials.DeltasAsync(added, taken, others, stretches, Bin, reading.Take, ct);
        var counted = TrialStore.Counted(added, taken, others);
        var untaught = await confirmed.TriedAsync(deltas, counted, ct);
        var due = await records.CountingAsync([.. deltas.Select(d => d.FirewallId).Distinct()], ct);
        var rules = await db.Rules.AsNoTracking().ToListAsync(ct);
        var tried = new TriedParts(
            PartsOf(deltas, untaught),
            await OwnPartsAsync(due, added, taken, others, stretches, ct)
        );
        var (found, total) = await ReplayAsync(due, rules, tried, new(progress, Read, Replayed, due.Count), ct);
        var alerts = await effects.OfAsync(
            found,
            counted,
            new(progress, Replayed, 1, AppearingAlerts.StepsFor(found)),
            ct
        );
        var told = alerts.Select(alert => alert.AlertId).ToHashSet();
        var since = await db
            .Alerts.Where(alert => alert.LastBucket >= from && !alert.IsStorm)
            .Select(alert => alert.Id)
            .ToListAsync(ct);
        progress?.Report(1);
        return new(
            from,
            horizon > from && await IsCountedBeforeAsync(db, horizon, ct) ? horizon : null,
            -deltas.Sum(d => d.Delta),
            deltas.Sum(d => d.Unsure),
            due.Count,
            alerts,
            since.Count(id => !told.Contains(id)),
            total
        );
    }

    private static Task<bool> IsCountedBeforeAsync(DenywatchDb db, DateTimeOffset horizon, CancellationToken ct) =>
        db
            .Database.SqlQuery<bool>(
                $"SELECT EXISTS (SELECT FROM counts WHERE span = 5 AND at < {horizon}) AS \"Value\""
            )
            .SingleAsync(ct);

    /// <summary>A day each, but for what is older than the first and newer than the last.</summary>
    private static List<(DateTimeOffset From, DateTimeOffset Until)> StretchesOf(
        DateTimeOffset from,
        List<DateTimeOffset> days
    )
    {
        List<DateTimeOffset> starts = [from, .. days.Where(day => day > from)];
        return [.. starts.Zip(starts.Skip(1).Append(DateTimeOffset.MaxValue))];
    }

    private async Task<(
        List<(DueSeries Series, ReconciledEpisode Episode)> Episodes,
        List<TriedBucket> Total
    )> ReplayAsync(List<DueSeries> due, List<Rule> rules, TriedParts tried, Steps steps, CancellationToken ct)
    {
        var found = new ConcurrentBag<(DueSeries, ReconciledEpisode)>();
        List<TriedBucket> total = [];
        await Parallel.ForEachAsync(
            due,
            new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = ct },
            async (series, stop) =>
            {
                var counts = tried.In(series);
                var (episodes, line) = await ReplayAsync(series, rules, counts, stop);
                foreach (var episode in episodes)
                    found.Add((series, episode));
                if (line.Count > 0)
                    total = line;
                steps.Take();
            }
        );
        var order = due.Select((series, i) => (series.Id, i)).ToDictionary();
        return ([.. found.OrderBy(f => order[f.Item1.Id])], total);
    }

    /// <summary>What the trial changes in a slice or bucket, by firewall.</summary>
    private static ILookup<int, TriedPart> PartsOf(List<CountDelta> deltas, List<SliceExcess> untaught) =>
        deltas
            .Where(d => d.Delta != 0)
            .Select(d => (d.FirewallId, Part: new TriedPart(d.Bucket, new(d.Delta, 0))))
            .Concat(untaught.Select(u => (u.FirewallId, Part: new TriedPart(u.Slice, new(0, u.Excess)))))
            .ToLookup(part => part.FirewallId, part => part.Part);

    /// <summary>What it changes in series that have counts of their own, by job and partition.</summary>
    private async Task<ILookup<(string JobId, string Partition), TriedPart>> OwnPartsAsync(
        List<DueSeries> due,
        ActiveException? added,
        ActiveException? removed,
        List<ActiveException> others,
        List<(DateTimeOffset From, DateTimeOffset Until)> stretches,
        CancellationToken ct
    )
    {
        List<(string JobId, SeriesDelta Delta)> all = [];
        var jobs = due.Select(series => series.Counting)
            .Where(job => job is { HasOwnCounts: true, Events: CountedEvents.Denied } && !job.Detector.NeedsField())
            .DistinctBy(job => job.JobId, StringComparer.Ordinal);
        foreach (var job in jobs)
        {
            var deltas = await trials.DeltasAsync(job, added, removed, others, stretches, ct);
            all.AddRange(deltas.Select(delta => (job.JobId, delta)));
        }
        return all.Where(d => d.Delta.Delta != 0)
            .ToLookup(d => (d.JobId, d.Delta.Partition), d => new TriedPart(d.Delta.Bucket, new(d.Delta.Delta, 0)));
    }

    private sealed record TriedPart(DateTimeOffset At, TriedCount Tried);

    private sealed record TriedParts(
        ILookup<int, TriedPart> ByFirewall,
        ILookup<(string JobId, string Partition), TriedPart> Own
    )
    {
        public Dictionary<DateTimeOffset, TriedCount> In(DueSeries series) => (
                series.Counting.HasOwnCounts ? Own[(series.JobId, series.Partition)]
                : series.FirewallId is { } firewall ? ByFirewall[firewall]
                : ByFirewall.SelectMany(parts => parts)
            ).GroupBy(part => CountedSpan.StartOf(part.At, series.BucketSpan), part => part.Tried).ToDictionary(bucket => bucket.Key, bucket => new TriedCount(bucket.Sum(t => t.Count), bucket.Sum(t => t.Untaught)));
    }

    private async Task<(List<ReconciledEpisode> Episodes, List<TriedBucket> Line)> ReplayAsync(
        DueSeries series,
        List<Rule> rules,
        Dictionary<DateTimeOffset, TriedCount> counts,
        CancellationToken ct
    )
    {
        if (counts.Count == 0)
            return ([], []);

        // As counting marks it: what changes in an open bucket is looked at from the last closed one on.
        var last = series.NextBucket - series.BucketSpan;
        var first = counts.Keys.Min() is var changed && changed < last ? changed : last;
        // What is still to be scored again for another reason is scored again with it.
        var from = series.RescoreFrom is { } late && late < first ? late : first;
        if (await replay.RunAsync(series with { RescoreFrom = from }, counts, ct) is not { } scored)
            return ([], []);

        await using var connection = await source.OpenConnectionAsync(ct);
        var mine = rules.FindAll(rule => rule.JobIds.Contains(series.JobId, StringComparer.Ordinal));
        var episodes = await EpisodeChanges.OfAsync(
            connection,
            series,
            scored,
            mine,
            rule => rule.ToSettings(),
            counts,
            ct
        );
        if (series.JobId != BuiltInJobs.Total)
            return (episodes, []);

        var start = scored.Records[0].Bucket;
        var context = await RecordStore.RecordsAsync(connection, series.Id, start - Context, start, least: 0, ct);
        return (episodes, LineOf([.. context, .. scored.Records], counts));
    }

    private static List<TriedBucket> LineOf(
        IReadOnlyList<AnomalyRecord> records,
        Dictionary<DateTimeOffset, TriedCount> deltas
    )
    {
        var each = Math.Max(1, (records.Count + MostPoints - 1) / MostPoints);
        return
        [
            .. records
                .Chunk(each)
                .Select(chunk => new TriedBucket(
                    chunk[0].Bucket,
                    chunk.Sum(r => r.Actual - deltas.GetValueOrDefault(r.Bucket).Count),
                    chunk.Sum(r => r.Actual),
                    chunk.Sum(r => r.Typical),
                    chunk.Sum(r => r.Lower),
                    chunk.Sum(r => r.Upper)
                )),
        ];
    }
}
