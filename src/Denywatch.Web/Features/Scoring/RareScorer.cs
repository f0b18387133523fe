using System.Diagnostics;
using Denywatch.Detection;
using Denywatch.Storage;
using Npgsql;

namespace Denywatch.Web.Features.Scoring;

/// <summary>
/// Scores and teaches the closed buckets of a series whose values may be rare: <see cref="SeriesScorer"/> gives those to it. Values are few, so what changed behind it is learnt anew from the first bucket on.
/// </summary>
public sealed class RareScorer(SeriesReplay replay, SeriesRates rates, AlertRaiser raiser, NpgsqlDataSource source)
{
    /// <param name="round">What the rules made of it is added to, once it is written.</param>
    /// <returns>False when another node was first, or nothing is to be scored.</returns>
    public async Task<bool> ScoreAsync(DueSeries series, CancellationToken ct, RuleRound? round = null)
    {
        ArgumentNullException.ThrowIfNull(series);
        var (part, start) = (new RuleRound(), Stopwatch.GetTimestamp());
        var goesOn = series.RescoreFrom is null && series.State is { } state && RarityModel.CanLoad(state);
        var model = goesOn ? RarityModel.Load(series.State!) : RarityModel.Start(series.BucketSpan);
        var from = goesOn ? series.NextBucket : await replay.FirstAsync(series, ct);
        var until = Max(CountedSpan.StartOf(series.CloseUntil, series.BucketSpan), series.NextBucket);
        if (from >= until)
            return false;

        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var records = await RecordsAsync(connection, series, model, from, until, ct);
        if (!await RecordStore.TryAdvanceAsync(connection, series, model.Save(), until, ct))
            return false;

        await RecordStore.WriteAsync(connection, series.Id, records, series.RescoreReason, ct);
        // What was told of the past stays; only a day's results are fresh enough to be alerts.
        var since = goesOn ? series.NextBucket : series.CloseUntil - SeriesScorer.FoundLateAfter;
        await raiser.FinalAsync(
            transaction,
            ScoredSeries.Of(series),
            [.. records.Where(record => record.Bucket >= since)],
            ct,
            round: part
        );
        await transaction.CommitAsync(ct);
        round?.Add(part, Stopwatch.GetElapsedTime(start));
        return true;
    }

    private async Task<List<AnomalyRecord>> RecordsAsync(
        NpgsqlConnection connection,
        DueSeries series,
        RarityModel model,
        DateTimeOffset from,
        DateTimeOffset until,
        CancellationToken ct
    )
    {
        var (span, rate) = (series.BucketSpan, await rates.OfAsync(series.Id, ct));
        var met = await SeriesCounts.ValuesAsync(connection, series.Id, from, until, span, ct);
        var known = met.ToDictionary(bucket => bucket.At, bucket => bucket.Values);
        var excluded = await SeriesReplay.ExclusionsAsync(connection, series, from, until, ct);
        List<AnomalyRecord> records = [];
        for (var bucket = from; bucket < until; bucket += span)
        {
            var values = known.GetValueOrDefault(bucket);
            records.Add(model.Score(bucket, values, rate));
            if (values is not null && !excluded.Exists(period => bucket >= period.From && bucket < period.Until))
                model.Learn(bucket, values.Keys);
        }
        return records;
    }

    private static DateTimeOffset Max(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;
}
