using Denywatch.Detection;
using Denywatch.Storage;
using Npgsql;

namespace Denywatch.Web.Features.Scoring;

/// <summary>
/// Scores and teaches a series' closed buckets: new ones, and again those whose counts changed. State, records and alerts
/// are one transaction, guarded by the state's version: a bucket is scored once, however many nodes try.
/// </summary>
public sealed class SeriesScorer(RecordStore store, SeriesRates rates, AlertRaiser raiser, NpgsqlDataSource source)
{
    /// <summary>Results for older buckets are found late: they are kept, and nobody is told.</summary>
    public static readonly TimeSpan FoundLateAfter = TimeSpan.FromHours(24);

    private static readonly TimeSpan Slice = Events.DenyFlow.SliceSpan;

    /// <param name="series">As read by <see cref="RecordStore.DueAsync"/>.</param>
    /// <param name="asIfLive">Raises alerts for all of the past, at the times they would have come.</param>
    /// <returns>False when another node was first.</returns>
    public async Task<bool> ScoreAsync(DueSeries series, CancellationToken ct, bool asIfLive = false)
    {
        var (model, from) = await StartAsync(series, ct);
        var until = Floor(series.CloseUntil, series.BucketSpan);
        if (from >= until && series.RescoreFrom is null)
            return false;

        until = until > series.NextBucket ? until : series.NextBucket;
        var rate = await rates.OfAsync(series.Id, ct);
        var buckets = await BucketsAsync(series, from, until, ct);
        var learnsAnew = model.LastLearnt is null;

        List<AnomalyRecord> records = [];
        List<Snapshot> snapshots = [];
        foreach (var bucket in buckets)
        {
            var actual = bucket.Judge(model.Score(bucket.Start, actual: null, rate));
            records.Add(model.Score(bucket.Start, actual, rate));
            model.Learn(bucket.Start, actual);
            var next = bucket.Start + series.BucketSpan;
            if (next.TimeOfDay == TimeSpan.Zero)
                snapshots.Add(new(next, model.Save()));
        }

        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        if (!await RecordStore.TryAdvanceAsync(connection, series, model.Save(), until, ct))
            return false;

        // Buckets before a late one are scored again only to bring the model there: they say what they said.
        var changed = series.RescoreFrom is { } late
            ? records.FindAll(record => record.Bucket >= late || learnsAnew)
            : records;
        await RecordStore.WriteAsync(connection, series.Id, changed, series.RescoreReason, ct);
        await RecordStore.KeepSnapshotsAsync(connection, series, snapshots, ct);
        await OpenBucketStore.CloseAsync(connection, series.Id, until, ct);

        // Learning anew yields findings; only a day's are fresh enough to be alerts.
        var since = learnsAnew && !asIfLive ? series.CloseUntil - FoundLateAfter : DateTimeOffset.MinValue;
        await raiser.FinalAsync(
            transaction,
            ScoredSeries.Of(series),
            changed.FindAll(record => record.Bucket >= since),
            isRescore: series.RescoreFrom is not null,
            ct,
            asIfLive
        );
        await transaction.CommitAsync(ct);
        return true;
    }

    /// <summary>The model to go on with and the first bucket to score: a snapshot's where counts changed behind it.</summary>
    private async Task<(SeriesModel Model, DateTimeOffset From)> StartAsync(DueSeries series, CancellationToken ct)
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

    private async Task<DateTimeOffset> FirstAsync(DueSeries series, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        var first = await connection.ScalarAsync<DateTime?>(
            """
            SELECT min(at) FROM counts
            WHERE span = 5 AND (@firewall::int IS NULL OR firewall_id = @firewall) AND at > now() - @learned
            """,
            ct,
            ("learned", CountStore.LearnedHistory),
            ("firewall", series.FirewallId)
        );
        return first is { } at ? Floor(new(at, TimeSpan.Zero), series.BucketSpan) : series.NextBucket;
    }

    private async Task<List<CountedSpan>> BucketsAsync(
        DueSeries series,
        DateTimeOffset from,
        DateTimeOffset until,
        CancellationToken ct
    )
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        var slices = await CountStore.SlicesAsync(connection, series.FirewallId, from, until, ct);
        var gaps = await store.GapsAsync(from, until, ct);

        var counted = slices
            .GroupBy(slice => Floor(slice.At, series.BucketSpan))
            .ToDictionary(group => group.Key, group => (Count: group.Sum(slice => slice.Count), Slices: group.Count()));
        List<CountedSpan> buckets = [];
        for (var start = from; start < until; start += series.BucketSpan)
        {
            var end = start + series.BucketSpan;
            var (count, seen) = counted.GetValueOrDefault(start);
            var away = gaps.Sum(gap => Math.Max(0, (Min(gap.To, end) - Max(gap.From, start)).TotalSeconds));
            buckets.Add(new(start, count, seen > 0, away / series.BucketSpan.TotalSeconds));
        }
        return buckets;
    }

    private static DateTimeOffset Floor(DateTimeOffset at, TimeSpan span) =>
        new(at.UtcTicks - (at.UtcTicks % span.Ticks), TimeSpan.Zero);

    private static DateTimeOffset Min(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;

    private static DateTimeOffset Max(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;
}

/// <summary>A closed bucket's count, before it is decided whether it is a count at all.</summary>
/// <param name="WasSeen">Any line of its sources came in, of whatever verdict.</param>
/// <param name="GapShare">Share of the bucket in which no node took events in, 0 to 1.</param>
internal readonly record struct CountedSpan(DateTimeOffset Start, long Count, bool WasSeen, double GapShare)
{
    /// <summary>A gap longer than this share of the bucket makes a low count unsure.</summary>
    private const double MostGap = 0.05;

    /// <summary>
    /// The count, or null where the bucket is missing. Silence counts as zero only where a zero is to be expected: a busy
    /// source that says nothing at all is away, a sparse one is only sparse.
    /// </summary>
    public double? Judge(in AnomalyRecord forecast)
    {
        if (GapShare > MostGap && Count < forecast.Typical)
            return null;
        return WasSeen || forecast.Lower <= 0 ? Count : null;
    }
}
