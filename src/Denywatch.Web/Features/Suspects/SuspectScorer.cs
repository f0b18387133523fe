using System.Diagnostics;
using Denywatch.Detection;
using Denywatch.Storage;
using Denywatch.Web.Features.Scoring;
using Npgsql;

namespace Denywatch.Web.Features.Suspects;

/// <summary>
/// Writes what a suspect's bucket says. Record and alert are one transaction, guarded by the version of the series: a bucket
/// is judged once, however many nodes try.
/// </summary>
public sealed class SuspectScorer(
    SuspectJudge judge,
    SuspectLedger ledger,
    AlertRaiser raiser,
    AlertReconciler reconciler,
    NpgsqlDataSource source
)
{
    /// <param name="round">What the rules made of it is added to, once it is written.</param>
    /// <returns>False when another node was first.</returns>
    public async Task<bool> WriteAsync(DueSeries series, AnomalyRecord record, RuleRound round, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(series);
        ArgumentNullException.ThrowIfNull(round);
        var (part, start) = (new RuleRound(), Stopwatch.GetTimestamp());
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        if (!await RecordStore.TryAdvanceAsync(connection, series, null, record.Bucket + series.BucketSpan, ct))
            return false;

        await RecordStore.WriteAsync(connection, series.Id, [record], reason: null, ct);
        await raiser.FinalAsync(transaction, ScoredSeries.Of(series), [record], ct, round: part);
        await transaction.CommitAsync(ct);
        round.Add(part, Stopwatch.GetElapsedTime(start));
        return true;
    }

    /// <summary>Judges once more what was found, since what it was found in has changed, and brings its alerts into line.</summary>
    /// <param name="series">Its <see cref="DueSeries.RescoreFrom"/> says from where.</param>
    /// <param name="round">What the rules made of it is added to, once it is written.</param>
    /// <returns>False when another node was first.</returns>
    public async Task<bool> AgainAsync(DueSeries series, RuleRound round, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(series);
        ArgumentNullException.ThrowIfNull(round);
        var (part, start) = (new RuleRound(), Stopwatch.GetTimestamp());
        List<AnomalyRecord> records = [];
        foreach (var bucket in await ledger.RecordedAsync(series.Id, series.RescoreFrom!.Value, ct))
            records.Add(await judge.AgainAsync(series, bucket, ct));

        // It has no model: nothing is known of buckets that are still to come.
        var model = SeriesModel.Start(series.BucketSpan, TimeZoneInfo.Utc);
        var scored = new ReplayedSeries(model, series.NextBucket, records, [], LearnsAnew: false, Sensitivity.Default);
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        if (!await RecordStore.TryAdvanceAsync(connection, series, null, series.NextBucket, ct))
            return false;

        await EpisodeStore.LockAsync(connection, ct);
        await using var db = await Database.WithinAsync(transaction, ct);
        var past = await EpisodeChanges.OfAsync(db, series, scored, part, ct);
        await RecordStore.WriteAsync(connection, series.Id, records, series.RescoreReason, ct);
        await reconciler.ApplyAsync(transaction, db, series, records, past, ct);
        await transaction.CommitAsync(ct);
        round.Add(part, Stopwatch.GetElapsedTime(start));
        return true;
    }
}
