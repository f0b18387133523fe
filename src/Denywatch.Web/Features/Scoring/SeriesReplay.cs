using Denywatch.Detection;
using Denywatch.Storage;
using Npgsql;

namespace Denywatch.Web.Features.Scoring;

/// <summary>What a series' closed buckets say now.</summary>
/// <param name="Until">End of the last closed bucket.</param>
/// <param name="Records">Of the buckets that are new or changed.</param>
public sealed record ReplayedSeries(
    SeriesModel Model,
    DateTimeOffset Until,
    IReadOnlyList<AnomalyRecord> Records,
    IReadOnlyList<ModelSnapshot> Snapshots,
    bool LearnsAnew,
    Sensitivity Rate
);

/// <summary>What a trial adds to a bucket.</summary>
/// <param name="Count">Denies.</param>
/// <param name="Untaught">Denies of confirmed incidents, which are not learnt.</param>
public readonly record struct TriedCount(long Count, double Untaught);

/// <summary>
/// Counts and scores a series' closed buckets: those that are new, and all since the first whose count changed, from the
/// nearest snapshot on. Reads only; the live task, a re-score and a preview all come here.
/// </summary>
public sealed class SeriesReplay(RecordStore store, SeriesRates rates, NpgsqlDataSource source)
{
    /// <param name="series">Its <see cref="DueSeries.RescoreFrom"/> says from where counts changed.</param>
    /// <param name="trial">Added to what is counted in buckets, by their start, and not stored; null for what is stored.</param>
    /// <returns>Null where there is nothing to score.</returns>
    public async Task<ReplayedSeries?> RunAsync(
        DueSeries series,
        IReadOnlyDictionary<DateTimeOffset, TriedCount>? trial,
        CancellationToken ct
    )
    {
        var (model, from) = await StartAsync(series, ct);
        var until = CountedSpan.StartOf(series.CloseUntil, series.BucketSpan);
        if (from >= until && series.RescoreFrom is null)
            return null;

        until = until > series.NextBucket && trial is null ? until : series.NextBucket;
        var learnsAnew = model.LastLearnt is null;
        var rate = await rates.OfAsync(series.Id, ct);
        var buckets = await BucketsAsync(series, from, until, trial, ct);
        var scored = ClosedBuckets.Score(
            model,
            buckets,
            series.BucketSpan,
            rate,
            keepSnapshots: trial is null,
            series.Counting.Detector == Detector.LowCount ? Side.Low : Side.High
        );

        // Buckets before a late one are scored again only to bring the model there: they say what they said.
        var records = series.RescoreFrom is { } late
            ? scored.Records.Where(record => record.Bucket >= late).ToList()
            : scored.Records;
        return new(model, until, records, scored.Snapshots, learnsAnew, rate);
    }

    /// <summary>The model to go on with, told what people refuse, and the first bucket to score.</summary>
    private async Task<(SeriesModel Model, DateTimeOffset From)> StartAsync(DueSeries series, CancellationToken ct)
    {
        var (model, from) = await ModelAsync(series, ct);
        if (series.HasRefusedBursts)
        {
            await using var connection = await source.OpenConnectionAsync(ct);
            await BurstAnswers.RefuseAsync(connection, series.Id, model, ct);
        }
        return (model, from);
    }

    /// <summary>A snapshot's where counts changed behind it.</summary>
    private async Task<(SeriesModel Model, DateTimeOffset From)> ModelAsync(DueSeries series, CancellationToken ct)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(series.TimeZone);
        if (series.RescoreFrom is { } late && late < series.NextBucket)
        {
            if (
                await store.SnapshotBeforeAsync(series.Id, late, ct) is { } snapshot
                && SeriesModel.CanLoad(snapshot.State)
            )
                return (SeriesModel.Load(snapshot.State, zone), snapshot.NextBucket);

            return (SeriesModel.Start(series.BucketSpan, zone), await FirstAsync(series, ct));
        }
        return series.State is { } state && SeriesModel.CanLoad(state)
            ? (SeriesModel.Load(state, zone), series.NextBucket)
            : (SeriesModel.Start(series.BucketSpan, zone), await FirstAsync(series, ct));
    }

    /// <summary>Start of the first bucket that a series learns from.</summary>
    internal async Task<DateTimeOffset> FirstAsync(DueSeries series, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        var first = await connection.ScalarAsync<DateTime?>(
            """
            SELECT CASE WHEN s.own_counts THEN greatest(s.counted_since, j.learn_from, now() - @learned)
                   ELSE (SELECT min(at) FROM counts
                         WHERE span = 5 AND (@firewall::int IS NULL OR firewall_id = @firewall) AND at > now() - @learned
                           AND at >= coalesce(j.learn_from, '-infinity')) END
            FROM series s JOIN jobs j ON j.id = s.job_id WHERE s.id = @series
            """,
            ct,
            ("learned", CountStore.LearnedHistory),
            ("firewall", series.FirewallId),
            ("series", series.Id)
        );
        return first is { } at ? CountedSpan.StartOf(new(at, TimeSpan.Zero), series.BucketSpan) : series.NextBucket;
    }

    private async Task<List<CountedSpan>> BucketsAsync(
        DueSeries series,
        DateTimeOffset from,
        DateTimeOffset until,
        IReadOnlyDictionary<DateTimeOffset, TriedCount>? trial,
        CancellationToken ct
    )
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        var counted = (await CountStore.BucketsAsync(connection, series, from, until, ct)).ToDictionary(
            bucket => bucket.At,
            bucket => (bucket.Count, bucket.Confirmed)
        );
        var gaps = await store.GapsAsync(from, until, ct);
        var excluded = await ExclusionsAsync(connection, series, from, until, ct);
        var skipsZero = series.Counting.Detector == Detector.HighNonZeroCount;

        List<CountedSpan> buckets = [];
        for (var start = from; start < until; start += series.BucketSpan)
        {
            var wasSeen = counted.TryGetValue(start, out var found);
            var tried = trial?.GetValueOrDefault(start) ?? default;
            buckets.Add(
                new(
                    start,
                    found.Count + tried.Count,
                    wasSeen,
                    gaps.Count == 0 ? 0 : GapShare(gaps, start, series.BucketSpan),
                    found.Confirmed + tried.Untaught
                )
                {
                    IsExcluded = excluded.Exists(period => start >= period.From && start < period.Until),
                    SkipsZero = skipsZero,
                }
            );
        }
        return buckets;
    }

    /// <summary>Stretches that a series does not learn from: what people excluded, and confirmed incidents of its own counts.</summary>
    internal static Task<List<(DateTimeOffset From, DateTimeOffset Until)>> ExclusionsAsync(
        NpgsqlConnection connection,
        DueSeries series,
        DateTimeOffset from,
        DateTimeOffset until,
        CancellationToken ct
    ) =>
        connection.RowsAsync(
            """
            SELECT "from", until FROM job_exclusions WHERE job_id = @job AND until > @from AND "from" < @until
            UNION ALL
            SELECT e.started_at, e.last_bucket + @span FROM episodes e
            JOIN confirmed_incidents c ON c.alert_id = e.alert_id
            WHERE @own AND e.series_id = @series AND NOT e.vanished AND e.last_bucket >= @from AND e.started_at < @until
            """,
            row => (row.Time(0), row.Time(1)),
            ct,
            ("job", series.JobId),
            ("series", series.Id),
            ("own", series.Counting.HasOwnCounts),
            ("span", series.BucketSpan),
            ("from", from),
            ("until", until)
        );

    private static double GapShare(
        List<(DateTimeOffset From, DateTimeOffset To)> gaps,
        DateTimeOffset start,
        TimeSpan span
    ) => gaps.Sum(gap => Math.Max(0, (Min(gap.To, start + span) - Max(gap.From, start)) / span));

    private static DateTimeOffset Min(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;

    private static DateTimeOffset Max(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;
}
