using Denywatch.Alerting;
using Denywatch.Detection;
using Denywatch.Storage;
using Npgsql;

namespace Denywatch.Web.Features.Scoring;

/// <summary>A scored bucket, with the model as it stood before it.</summary>
/// <param name="Model">By what is taught today: it may differ where later knowledge changed it.</param>
public sealed record PastBucket(
    AnomalyRecord Record,
    int Revision,
    DateTimeOffset ScoredAt,
    EarlierScore? Earlier,
    SeriesModel Model,
    Sensitivity Rate
);

/// <summary>Brings a series' model back to a past bucket: from the nearest snapshot, or from the first record where none is kept.</summary>
public sealed class PastBuckets(RecordStore records, SeriesRates rates, NpgsqlDataSource source)
{
    private const string KnownOf = $"""
        SELECT r.revision, r.scored_at, j.bucket_span, {SeriesZones.Zone}, v.score, v.reason
        FROM records r
        JOIN series s ON s.id = r.series_id
        JOIN jobs j ON j.id = s.job_id
        {SeriesZones.Join}
        LEFT JOIN LATERAL (SELECT score, reason FROM record_revisions
                           WHERE series_id = r.series_id AND bucket = r.bucket ORDER BY score DESC LIMIT 1) v ON true
        WHERE r.series_id = @series AND r.bucket = @bucket
        """;

    // What confirmed incidents made of a count was scored, and not taught.
    private const string Taught = """
        SELECT r.bucket, CASE WHEN r.actual IS NOT NULL THEN greatest(0, r.actual - coalesce(x.excess, 0)) END
        FROM records r
        LEFT JOIN (
            SELECT date_bin(@span, c.slice, 'epoch') AS bucket, sum(c.excess) AS excess
            FROM confirmed_excess c JOIN series s ON s.id = @series
            WHERE c.slice >= @from AND c.slice < @bucket AND (s.firewall_id IS NULL OR c.firewall_id = s.firewall_id)
            GROUP BY 1) x USING (bucket)
        WHERE r.series_id = @series AND r.bucket >= @from AND r.bucket < @bucket ORDER BY r.bucket
        """;

    /// <summary>Null where the bucket has no record.</summary>
    public async Task<PastBucket?> OfAsync(int seriesId, DateTimeOffset bucket, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        if (
            await RecordStore.RecordsAsync(connection, seriesId, bucket, bucket.AddTicks(10), 0, ct) is not [var record]
            || await KnownAsync(connection, seriesId, bucket, ct) is not [var known]
        )
            return null;

        var zone = TimeZoneInfo.FindSystemTimeZoneById(known.Zone);
        var snapshot = await records.SnapshotBeforeAsync(seriesId, bucket, ct);
        var model =
            snapshot is not null && SeriesModel.CanLoad(snapshot.State)
                ? SeriesModel.Load(snapshot.State, zone)
                : SeriesModel.Start(known.Span, zone);
        var taught = await connection.RowsAsync(
            Taught,
            row => (Bucket: row.Time(0), Actual: row.OrNull<double>(1)),
            ct,
            ("series", seriesId),
            ("span", known.Span),
            ("from", model.LastLearnt is null ? DateTimeOffset.MinValue : snapshot!.NextBucket),
            ("bucket", bucket)
        );
        foreach (var (start, actual) in taught)
            model.Learn(start, actual);
        return new(record, known.Revision, known.ScoredAt, known.Earlier, model, await rates.OfAsync(seriesId, ct));
    }

    private static Task<List<Known>> KnownAsync(
        NpgsqlConnection connection,
        int seriesId,
        DateTimeOffset bucket,
        CancellationToken ct
    ) =>
        connection.RowsAsync(
            KnownOf,
            row => new Known(
                row.GetInt16(0),
                row.Time(1),
                row.GetFieldValue<TimeSpan>(2),
                row.GetString(3),
                row.OrNull<double>(4) is { } score ? new(score, row.GetString(5)) : null
            ),
            ct,
            ("series", seriesId),
            ("bucket", bucket)
        );

    private sealed record Known(
        int Revision,
        DateTimeOffset ScoredAt,
        TimeSpan Span,
        string Zone,
        EarlierScore? Earlier
    );
}
