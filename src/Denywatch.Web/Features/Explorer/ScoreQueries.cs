using Denywatch.Detection;
using Denywatch.Storage;
using Denywatch.Web.Features.Scoring;
using Npgsql;

namespace Denywatch.Web.Features.Explorer;

/// <summary>Why a record has its score.</summary>
/// <param name="Score">The record's own score, as it was written.</param>
/// <param name="Explanation">By the model as it is taught now; it may differ where later knowledge changed it.</param>
public sealed record ScoreStory(double Score, Explanation Explanation);

/// <summary>Judges a past bucket once more, to say why: nothing of it is kept.</summary>
public sealed class ScoreQueries(RecordStore records, SeriesRates rates, NpgsqlDataSource source)
{
    private const string Record = """
        SELECT r.actual, r.score, j.bucket_span, coalesce(z.time_zone, 'Etc/UTC')
        FROM records r
        JOIN series s ON s.id = r.series_id
        JOIN jobs j ON j.id = s.job_id
        LEFT JOIN firewalls f ON f.id = s.firewall_id
        LEFT JOIN sites z ON z.id = coalesce(f.site_id, (SELECT min(id) FROM sites HAVING count(*) = 1))
        WHERE r.series_id = @series AND r.bucket = @bucket
        """;

    private const string Taught = """
        SELECT bucket, actual FROM records WHERE series_id = @series AND bucket >= @from AND bucket < @bucket ORDER BY bucket
        """;

    /// <summary>Null where the bucket has no record, or no state of the model from before it is kept any more.</summary>
    public async Task<ScoreStory?> OfAsync(int seriesId, DateTimeOffset bucket, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        var found = await connection.RowsAsync(
            Record,
            row => (Actual: row.OrNull<double>(0), Score: row.GetDouble(1), Zone: row.GetString(3)),
            ct,
            ("series", seriesId),
            ("bucket", bucket)
        );
        if (
            found is not [var record]
            || !TimeZoneInfo.TryFindSystemTimeZoneById(record.Zone, out var zone)
            || await records.SnapshotBeforeAsync(seriesId, bucket, ct) is not { } snapshot
            || !SeriesModel.CanLoad(snapshot.State)
        )
            return null;

        var model = SeriesModel.Load(snapshot.State, zone);
        var taught = await connection.RowsAsync(
            Taught,
            row => (Bucket: row.Time(0), Actual: row.OrNull<double>(1)),
            ct,
            ("series", seriesId),
            ("from", snapshot.NextBucket),
            ("bucket", bucket)
        );
        foreach (var (start, actual) in taught)
            model.Learn(start, actual);
        return new(record.Score, model.Explain(bucket, record.Actual, await rates.OfAsync(seriesId, ct)));
    }
}
