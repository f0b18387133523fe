using Denywatch.Detection;
using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Denywatch.Web.Features.Windows;
using Denywatch.Web.Live;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Denywatch.Web.Features.Scoring;

/// <summary>
/// Every few seconds: counts what batches made dirty, and compares open buckets with their crossing counts. An alert
/// comes from here within seconds of the event that crosses, long before the bucket closes.
/// </summary>
public sealed class LookTask(
    CountStore counts,
    WindowWatch windows,
    ConfirmedStore confirmed,
    OpenBucketStore openBuckets,
    SeriesRates rates,
    AlertRaiser raiser,
    NpgsqlDataSource source,
    IDbContextFactory<DenywatchDb> dbs
)
{
    public async Task RunAsync(CancellationToken ct)
    {
        var changed = await counts.RecomputeAsync(ct);
        if (await windows.LookAsync(changed, ct))
            changed = [.. changed, .. await counts.RecomputeAsync(ct)];
        await confirmed.FollowAsync(ct);
        foreach (var opening in await openBuckets.OpeningAsync(ct))
            await OpenAsync(opening, ct);

        var round = new RuleRound();
        foreach (var bucket in await openBuckets.LookAsync(ct))
        {
            if (!bucket.IsLearning && bucket.Actual >= bucket.Crossings.Warning)
                await RaiseAsync(bucket, round, ct);
        }
        await using (var connection = await source.OpenConnectionAsync(ct))
            await RuleRunStore.AppendAsync(connection, round, ct);
        if (changed.Count > 0)
        {
            await DatabaseEars.AnnounceAsync(source, Topic.Counts, ct);
            await DatabaseEars.AnnounceAsync(source, Topic.Sources, ct);
        }
        await TaskRuns.NoteAsync(source, TaskRuns.Look, ct);
    }

    private async Task OpenAsync(OpeningSeries opening, CancellationToken ct)
    {
        // A state of an older layout is learnt anew when its next bucket closes.
        if (!SeriesModel.CanLoad(opening.State))
            return;

        var model = SeriesModel.Load(opening.State, TimeZoneInfo.FindSystemTimeZoneById(opening.TimeZone));
        if (model.LastLearnt >= opening.Bucket)
            return;

        var rate = await rates.OfAsync(opening.Id, ct);
        await openBuckets.OpenAsync(
            opening.Id,
            model.Score(opening.Bucket, actual: null, rate),
            model.CrossingsOf(opening.Bucket, rate),
            ct
        );
    }

    private async Task RaiseAsync(OpenBucket bucket, RuleRound round, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        if (
            await db.Series.Include(s => s.Job).SingleOrDefaultAsync(s => s.Id == bucket.SeriesId, ct)
            is not { State: { } state } series
        )
            return;

        // Judged by the frozen forecast alone, so that what a person sees as the line is the line.
        var record = FrozenScore.RecordOf(bucket, bucket.Actual);
        if (record.Score <= bucket.Score && bucket.Score < RecordScore.Critical)
            return;

        await openBuckets.SetScoreAsync(bucket.SeriesId, bucket.Bucket, record.Score, ct);
        await raiser.InterimAsync(ScoredSeries.Of(series), record, ct, round);
    }
}

/// <summary>The score of an open bucket, read off its four crossing counts.</summary>
internal static class FrozenScore
{
    private const double Full = 100;

    /// <summary>What its frozen forecast says of an open bucket with this count.</summary>
    public static AnomalyRecord RecordOf(OpenBucket bucket, long actual) =>
        new(
            bucket.Bucket,
            actual,
            bucket.Typical,
            bucket.Lower,
            bucket.Upper,
            Probability: 0,
            Of(bucket.Crossings, actual),
            bucket.IsLearning
        );

    /// <summary>The smallest count whose score reaches <paramref name="line"/>.</summary>
    public static long CountFor(in CrossingCounts crossings, double line)
    {
        var frozen = crossings;
        return CrossingCounts.Smallest(count => Of(frozen, count) >= line, from: 1, near: frozen.Warning);
    }

    /// <summary>Between two bands the score rises with the logarithm of the count, as the record score nearly does.</summary>
    public static double Of(in CrossingCounts crossings, long actual)
    {
        (long Count, double Score)[] steps =
        [
            (crossings.Warning, RecordScore.Warning),
            (crossings.Minor, RecordScore.Minor),
            (crossings.Major, RecordScore.Major),
            (crossings.Critical, RecordScore.Critical),
        ];
        for (var i = steps.Length - 1; i >= 0; i--)
        {
            if (actual < steps[i].Count)
                continue;

            var (from, score) = steps[i];
            var (to, next) = i + 1 < steps.Length ? steps[i + 1] : (Math.Max(from + 1, 2 * from), Full);
            if (to <= from)
                continue;
            var way = Math.Log((double)actual / Math.Max(1, from)) / Math.Log((double)to / Math.Max(1, from));
            return Math.Min(score + ((next - score) * way), i + 1 < steps.Length ? next - 0.001 : Full);
        }
        return 0;
    }
}
