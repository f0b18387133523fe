using System.Diagnostics;
using Denywatch.Storage;
using Npgsql;

namespace Denywatch.Web.Features.Scoring;

/// <summary>
/// Scores and teaches a series' closed buckets: new ones, and again those whose counts changed. State, records and alerts
/// are one transaction, guarded by the state's version: a bucket is scored once, however many nodes try.
/// </summary>
public sealed class SeriesScorer(
    SeriesReplay replay,
    AlertRaiser raiser,
    AlertReconciler reconciler,
    RareScorer rare,
    NpgsqlDataSource source
)
{
    /// <summary>Results for older buckets are found late: they are kept, and nobody is told.</summary>
    public static readonly TimeSpan FoundLateAfter = TimeSpan.FromHours(24);

    /// <param name="series">As read by <see cref="RecordStore.DueAsync"/>.</param>
    /// <param name="asIfLive">Raises alerts for all of the past, at the times they would have come.</param>
    /// <param name="round">What the rules made of it is added to, once it is written.</param>
    /// <param name="isFoundLate">Nobody is notified of what appears in the past.</param>
    /// <returns>False when another node was first.</returns>
    public async Task<bool> ScoreAsync(
        DueSeries series,
        CancellationToken ct,
        bool asIfLive = false,
        RuleRound? round = null,
        bool isFoundLate = false
    )
    {
        ArgumentNullException.ThrowIfNull(series);
        if (series.Counting.Detector == Detector.Rare)
            return await rare.ScoreAsync(series, ct, round);

        var (part, start) = (new RuleRound(), Stopwatch.GetTimestamp());
        if (await replay.RunAsync(series, trial: null, ct) is not { } scored)
            return false;

        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        if (!await RecordStore.TryAdvanceAsync(connection, series, scored.Model.Save(), scored.Until, ct))
            return false;

        // The past is brought into line with what changed; what is new goes on from there.
        var changed = scored.Records.Where(record => record.Bucket < series.NextBucket).ToList();
        await EpisodeStore.LockAsync(connection, ct);
        await using var db = await Database.WithinAsync(transaction, ct);
        var past = series.RescoreFrom is null ? [] : await EpisodeChanges.OfAsync(db, series, scored, part, ct);

        await RecordStore.WriteAsync(connection, series.Id, scored.Records, series.RescoreReason, ct);
        if (scored.Records.Count > 0)
            await ModelEvents.WriteAsync(connection, series.Id, scored.Records[0].Bucket, scored.Model.Noticed, ct);
        await reconciler.ApplyAsync(transaction, db, series, changed, past, ct, isFoundLate);
        await RecordStore.KeepSnapshotsAsync(connection, series, scored.Snapshots, ct);
        // A line that was frozen from counts that are no more is frozen anew at the next look.
        var closed = series.RescoreFrom is null ? scored.Until : DateTimeOffset.MaxValue;
        await OpenBucketStore.CloseAsync(connection, series.Id, closed, ct);

        // Learning anew yields findings; only a day's are fresh enough to be alerts.
        var since = scored.LearnsAnew && !asIfLive ? series.CloseUntil - FoundLateAfter : DateTimeOffset.MinValue;
        var isNew = series.RescoreFrom is null ? DateTimeOffset.MinValue : series.NextBucket;
        await raiser.FinalAsync(
            transaction,
            ScoredSeries.Of(series),
            [.. scored.Records.Where(record => record.Bucket >= since && record.Bucket >= isNew)],
            ct,
            asIfLive,
            part
        );
        await transaction.CommitAsync(ct);
        round?.Add(part, Stopwatch.GetElapsedTime(start));
        return true;
    }
}
