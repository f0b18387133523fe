using Denywatch.Detection;
using Npgsql;

namespace Denywatch.Storage;

/// <summary>A series whose current bucket has no crossing counts yet.</summary>
public sealed record OpeningSeries(int Id, TimeSpan BucketSpan, string TimeZone, byte[] State, DateTimeOffset Bucket);

/// <summary>An open bucket and what it has reached.</summary>
public sealed record OpenBucket(
    int SeriesId,
    string JobId,
    int? FirewallId,
    DateTimeOffset Bucket,
    double Typical,
    double Lower,
    double Upper,
    CrossingCounts Crossings,
    bool IsLearning,
    long Actual,
    double Score
);

/// <summary>Buckets that are still open, with the counts at which they cross each band.</summary>
public sealed class OpenBucketStore(NpgsqlDataSource source)
{
    private const string Opening = $"""
        SELECT s.id, j.bucket_span, {SeriesZones.Zone}, s.state, date_bin(j.bucket_span, now(), 'epoch')
        FROM series s
        JOIN jobs j ON j.id = s.job_id AND j.is_open AND j.stopped_at IS NULL AND j.detector NOT IN ('low_count', 'rare')
        {SeriesZones.Join}
        WHERE s.state IS NOT NULL AND s.rescore_from IS NULL AND s.next_bucket >= now() - 3 * j.bucket_span
          AND NOT EXISTS (SELECT FROM open_buckets o WHERE o.series_id = s.id
                          AND o.bucket = date_bin(j.bucket_span, now(), 'epoch'))
        """;

    private const string Recount = """
        UPDATE open_buckets o SET actual = c.count
        FROM (SELECT o.series_id, o.bucket, coalesce(sum(c.count), 0)::bigint AS count
              FROM open_buckets o
              JOIN series s ON s.id = o.series_id
              JOIN jobs j ON j.id = s.job_id
              LEFT JOIN LATERAL (
                  SELECT c.count FROM counts c
                  WHERE NOT s.own_counts AND c.span = 5 AND c.at >= o.bucket AND c.at < o.bucket + j.bucket_span
                      AND (s.firewall_id IS NULL OR c.firewall_id = s.firewall_id)
                  UNION ALL
                  SELECT k.count FROM series_counts k
                  WHERE s.own_counts AND k.series_id = s.id AND k.at >= o.bucket AND k.at < o.bucket + j.bucket_span) c ON true
              GROUP BY o.series_id, o.bucket) c
        WHERE c.series_id = o.series_id AND c.bucket = o.bucket AND o.actual <> c.count
        """;

    private const string Open = """
        SELECT o.series_id, s.job_id, s.firewall_id, o.bucket, o.typical, o.lower, o.upper,
               o.warning, o.minor, o.major, o.critical, o.is_learning, o.actual, o.score
        FROM open_buckets o
        JOIN series s ON s.id = o.series_id
        JOIN jobs j ON j.id = s.job_id AND j.stopped_at IS NULL
        WHERE @series::int IS NULL OR o.series_id = @series
        ORDER BY o.bucket, s.own_counts, s.firewall_id NULLS FIRST, s.id
        """;

    public async Task<List<OpeningSeries>> OpeningAsync(CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        return await connection.RowsAsync(
            Opening,
            row => new OpeningSeries(
                row.GetInt32(0),
                row.GetFieldValue<TimeSpan>(1),
                row.GetString(2),
                row.GetFieldValue<byte[]>(3),
                row.Time(4)
            ),
            ct
        );
    }

    /// <summary>Freezes an open bucket's forecast; another node may have been first, with the same numbers.</summary>
    public async Task OpenAsync(int seriesId, AnomalyRecord forecast, CrossingCounts crossings, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await connection.ExecuteAsync(
            """
            INSERT INTO open_buckets (series_id, bucket, typical, lower, upper, warning, minor, major, critical, is_learning)
            VALUES (@series, @bucket, @typical, @lower, @upper, @warning, @minor, @major, @critical, @learning)
            ON CONFLICT DO NOTHING
            """,
            ct,
            ("series", seriesId),
            ("bucket", forecast.Bucket),
            ("typical", forecast.Typical),
            ("lower", forecast.Lower),
            ("upper", forecast.Upper),
            ("warning", crossings.Warning),
            ("minor", crossings.Minor),
            ("major", crossings.Major),
            ("critical", crossings.Critical),
            ("learning", forecast.IsLearning)
        );
    }

    /// <summary>Brings the counts of open buckets up to date and gives them all.</summary>
    public async Task<List<OpenBucket>> LookAsync(CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await connection.ExecuteAsync(Recount, ct);
        return await ListAsync(connection, ct);
    }

    /// <summary>Open buckets of one series, or of all.</summary>
    public static async Task<List<OpenBucket>> ListAsync(
        NpgsqlConnection connection,
        CancellationToken ct,
        int? seriesId = null
    ) =>
        await connection.RowsAsync(
            Open,
            row => new OpenBucket(
                row.GetInt32(0),
                row.GetString(1),
                row.OrNull<int>(2),
                row.Time(3),
                row.GetDouble(4),
                row.GetDouble(5),
                row.GetDouble(6),
                new(row.GetInt64(7), row.GetInt64(8), row.GetInt64(9), row.GetInt64(10)),
                row.GetBoolean(11),
                row.GetInt64(12),
                row.GetDouble(13)
            ),
            ct,
            ("series", seriesId)
        );

    public async Task SetScoreAsync(int seriesId, DateTimeOffset bucket, double score, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await connection.ExecuteAsync(
            "UPDATE open_buckets SET score = @score WHERE series_id = @series AND bucket = @bucket",
            ct,
            ("series", seriesId),
            ("bucket", bucket),
            ("score", score)
        );
    }

    /// <summary>Forgets the open buckets of a job that is stopped: when it starts again they are closed, or opened anew.</summary>
    public static async Task ForgetAsync(NpgsqlConnection connection, string jobId, CancellationToken ct) =>
        await connection.ExecuteAsync(
            "DELETE FROM open_buckets o USING series s WHERE s.id = o.series_id AND s.job_id = @job",
            ct,
            ("job", jobId)
        );

    /// <summary>Forgets the open buckets of a series before <paramref name="nextBucket"/>: they have final records now.</summary>
    public static async Task CloseAsync(
        NpgsqlConnection connection,
        int seriesId,
        DateTimeOffset nextBucket,
        CancellationToken ct
    ) =>
        await connection.ExecuteAsync(
            "DELETE FROM open_buckets WHERE series_id = @series AND bucket < @next",
            ct,
            ("series", seriesId),
            ("next", nextBucket)
        );
}
