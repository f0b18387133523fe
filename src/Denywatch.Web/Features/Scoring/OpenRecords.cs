using Denywatch.Detection;
using Denywatch.Storage;
using Npgsql;

namespace Denywatch.Web.Features.Scoring;

/// <summary>What buckets say that were not closed when a series was read: whether an alert of the present still stands.</summary>
internal static class OpenRecords
{
    /// <summary>A day of quarters: more is open only after a long standstill.</summary>
    private const int Most = 96;

    /// <param name="scored">The series as it is scored now, up to the buckets in question.</param>
    /// <param name="trial">Added to the counts of buckets, and not stored; null for what is stored.</param>
    public static async Task<List<AnomalyRecord>> OfAsync(
        NpgsqlConnection connection,
        DueSeries series,
        ReplayedSeries scored,
        IReadOnlyDictionary<DateTimeOffset, TriedCount>? trial,
        CancellationToken ct
    )
    {
        var (from, span) = (series.NextBucket, series.BucketSpan);
        var frozen = (await OpenBucketStore.ListAsync(connection, ct, series.Id)).ToDictionary(open => open.Bucket);
        var final = scored.Records.Where(record => record.Bucket >= from).ToDictionary(record => record.Bucket);
        List<AnomalyRecord> records = [];
        foreach (
            var (at, count, _) in await CountStore.BucketsAsync(connection, series, from, from + (Most * span), ct)
        )
        {
            var actual = count + (trial?.GetValueOrDefault(at).Count ?? 0);
            // What has crossed its frozen line has crossed, whatever a later model would have said.
            if (frozen.TryGetValue(at, out var open))
                records.Add(FrozenScore.RecordOf(open, actual));
            else if (final.TryGetValue(at, out var record))
                records.Add(record);
            else if (at >= scored.Until)
                records.Add(scored.Model.Score(at, actual, scored.Rate));
        }
        return records;
    }
}
