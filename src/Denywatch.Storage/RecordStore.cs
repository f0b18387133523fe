using Denywatch.Detection;
using Npgsql;

namespace Denywatch.Storage;

/// <summary>A series that has buckets to score, as read at one moment.</summary>
/// <param name="HasRefusedBursts">People refused something that its model had learnt.</param>
public sealed record DueSeries(
    int Id,
    string Partition,
    int? FirewallId,
    string TimeZone,
    byte[]? State,
    int Version,
    DateTimeOffset NextBucket,
    DateTimeOffset? RescoreFrom,
    string? RescoreReason,
    DateTimeOffset CloseUntil,
    bool HasRefusedBursts,
    JobCounting Counting
)
{
    public string JobId => Counting.JobId;

    public TimeSpan BucketSpan => Counting.BucketSpan;
}

/// <summary>Records, model states and open buckets.</summary>
public sealed class RecordStore(NpgsqlDataSource source)
{
    /// <summary>Senders are waited for this long after a bucket's end at least, and <see cref="LongestSettling"/> at most.</summary>
    public static readonly TimeSpan ShortestSettling = TimeSpan.FromSeconds(45);

    public static readonly TimeSpan LongestSettling = TimeSpan.FromMinutes(5);

    private const int DailySnapshots = 8;
    private const int WeeklySnapshots = 8;

    /// <summary>Brings <c>lag.settling</c> to a row <c>s</c> of series: how long after its end a bucket closes.</summary>
    public const string Settling = """
        CROSS JOIN LATERAL (
            SELECT least(greatest(@shortest, 2 * make_interval(secs => coalesce(max(d.lag_seconds), 0))), @longest) AS settling
            FROM data_sources d WHERE s.firewall_id IS NULL OR d.firewall_id = s.firewall_id) lag
        """;

    // Buckets close by the database's clock, and later where a series' senders are known to lag.
    private const string OpenSeries = $"""
        SELECT s.id, s.partition, s.firewall_id, {SeriesZones.Zone}, s.state,
               s.version, s.next_bucket, s.rescore_from, s.rescore_reason, now() - lag.settling,
               EXISTS (SELECT FROM burst_answers b WHERE b.series_id = s.id AND NOT b.is_normal),
               {JobCounting.Columns}
        FROM series s
        JOIN jobs j ON j.id = s.job_id AND j.is_open AND j.stopped_at IS NULL
        {SeriesZones.Join}
        {Settling}
        """;

    private const string Due =
        OpenSeries
        + $"""

            WHERE s.shard = @shard AND (NOT s.own_counts OR s.counted_since IS NOT NULL) AND NOT {Detectors.FindingSuspects}
              AND (s.rescore_from IS NOT NULL OR s.next_bucket + j.bucket_span + lag.settling <= now())
            ORDER BY s.own_counts, s.firewall_id NULLS FIRST, s.id
            """;

    private const string Counting =
        OpenSeries
        + $"""

            WHERE (s.state IS NOT NULL OR @suspects AND {Detectors.FindingSuspects}) AND (s.firewall_id IS NULL OR s.firewall_id = ANY(@firewalls))
            ORDER BY s.shard, s.own_counts, s.firewall_id NULLS FIRST, s.id
            """;

    private const string Suspects = OpenSeries + " WHERE s.job_id = @job ORDER BY s.id";

    private const string CompareAndSet = """
        UPDATE series SET state = @state, version = version + 1, next_bucket = @next, rescore_from = NULL, rescore_reason = NULL
        WHERE id = @id AND version = @version
        """;

    private const string KeepRevisions = """
        INSERT INTO record_revisions (series_id, bucket, revision, actual, score, scored_at, reason)
        SELECT r.series_id, r.bucket, r.revision, r.actual, r.score, r.scored_at, @reason
        FROM records r JOIN unnest(@buckets, @actuals, @scores) AS n (bucket, actual, score) USING (bucket)
        WHERE r.series_id = @series AND (r.actual IS DISTINCT FROM n.actual OR abs(r.score - n.score) >= 0.5)
        """;

    private const string Upsert = """
        INSERT INTO records AS r (series_id, bucket, actual, typical, lower, upper, probability, score, initial_score, is_learning)
        SELECT @series, n.bucket, n.actual, n.typical, n.lower, n.upper, n.probability, n.score, n.score, n.learning
        FROM unnest(@buckets, @actuals, @typicals, @lowers, @uppers, @probabilities, @scores, @learnings)
            AS n (bucket, actual, typical, lower, upper, probability, score, learning)
        ORDER BY n.bucket
        ON CONFLICT (series_id, bucket) DO UPDATE SET
            revision = r.revision
                + CASE WHEN r.actual IS DISTINCT FROM excluded.actual OR abs(r.score - excluded.score) >= 0.5 THEN 1 ELSE 0 END,
            actual = excluded.actual, typical = excluded.typical, lower = excluded.lower, upper = excluded.upper,
            probability = excluded.probability, score = excluded.score, is_learning = excluded.is_learning, scored_at = now()
        """;

    public Task<List<DueSeries>> DueAsync(int shard, CancellationToken ct) =>
        SeriesAsync(Due, ct, ("shard", (short)shard));

    /// <summary>Scored series that count any of the firewalls, due or not, in the order in which they would be scored.</summary>
    /// <param name="suspects">Those of suspects too, which have records and no model.</param>
    public Task<List<DueSeries>> CountingAsync(int[] firewalls, CancellationToken ct, bool suspects = false) =>
        SeriesAsync(Counting, ct, ("firewalls", firewalls), ("suspects", suspects));

    /// <summary>Series of a job that finds suspects.</summary>
    public Task<List<DueSeries>> SuspectsAsync(string jobId, CancellationToken ct) =>
        SeriesAsync(Suspects, ct, ("job", jobId));

    private async Task<List<DueSeries>> SeriesAsync(
        string sql,
        CancellationToken ct,
        params (string, object?)[] parameters
    )
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        return await connection.RowsAsync(
            sql,
            row => new DueSeries(
                row.GetInt32(0),
                row.GetString(1),
                row.OrNull<int>(2),
                row.GetString(3),
                row.IsDBNull(4) ? null : row.GetFieldValue<byte[]>(4),
                row.GetInt32(5),
                row.Time(6),
                row.OrNull<DateTimeOffset>(7),
                row.TextOrNull(8),
                row.Time(9),
                row.GetBoolean(10),
                JobCounting.Read(row, 11)
            ),
            ct,
            [.. parameters, ("shortest", ShortestSettling), ("longest", LongestSettling)]
        );
    }

    /// <summary>Records of a series in [from, to) whose score is at least <paramref name="least"/>, in order of time.</summary>
    public static Task<List<AnomalyRecord>> RecordsAsync(
        NpgsqlConnection connection,
        int seriesId,
        DateTimeOffset from,
        DateTimeOffset to,
        double least,
        CancellationToken ct
    ) =>
        connection.RowsAsync(
            """
            SELECT bucket, actual, typical, lower, upper, probability, score, is_learning,
                   EXISTS (SELECT FROM series s JOIN jobs j ON j.id = s.job_id WHERE s.id = @series AND j.detector = 'low_count')
            FROM records
            WHERE series_id = @series AND bucket >= @from AND bucket < @to AND score >= @least ORDER BY bucket
            """,
            row => new AnomalyRecord(
                row.Time(0),
                row.OrNull<double>(1),
                row.GetDouble(2),
                row.GetDouble(3),
                row.GetDouble(4),
                row.GetDouble(5),
                row.GetDouble(6),
                row.GetBoolean(7)
            )
            {
                IsLow = row.GetBoolean(8),
            },
            ct,
            ("series", seriesId),
            ("from", from),
            ("to", to),
            ("least", least)
        );

    /// <summary>The newest snapshot at or before <paramref name="bucket"/>; null where there is none.</summary>
    public async Task<ModelSnapshot?> SnapshotBeforeAsync(int seriesId, DateTimeOffset bucket, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        var found = await connection.RowsAsync(
            """
            SELECT next_bucket, state FROM model_snapshots WHERE series_id = @id AND next_bucket <= @bucket
            ORDER BY next_bucket DESC LIMIT 1
            """,
            row => new ModelSnapshot(row.Time(0), row.GetFieldValue<byte[]>(1)),
            ct,
            ("id", seriesId),
            ("bucket", bucket)
        );
        return found.FirstOrDefault();
    }

    /// <summary>Writes a problem on the job: it shows until the series can be scored again.</summary>
    public Task FailAsync(DueSeries series, string problem, CancellationToken ct) =>
        SayAsync(series.JobId, ProblemOf(series) + problem, ct);

    /// <summary>Writes a problem on a job; null takes it back.</summary>
    public async Task SayAsync(string jobId, string? problem, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await connection.ExecuteAsync(
            "UPDATE jobs SET problem = @problem WHERE id = @id AND problem IS DISTINCT FROM @problem",
            ct,
            ("id", jobId),
            ("problem", problem)
        );
    }

    /// <summary>Takes back what was written of a series that is scored again.</summary>
    public async Task WellAsync(DueSeries series, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await connection.ExecuteAsync(
            "UPDATE jobs SET problem = NULL WHERE id = @id AND starts_with(problem, @problem)",
            ct,
            ("id", series.JobId),
            ("problem", ProblemOf(series))
        );
    }

    private static string ProblemOf(DueSeries series) =>
        $"{(series.Partition.Length == 0 ? "All firewalls" : series.Partition)} could not be scored: ";

    /// <summary>Stretches within [from, to) in which no node took events in.</summary>
    public async Task<List<(DateTimeOffset From, DateTimeOffset To)>> GapsAsync(
        DateTimeOffset from,
        DateTimeOffset to,
        CancellationToken ct
    )
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        return await connection.RowsAsync(
            """SELECT "from", "to" FROM intake_gaps WHERE "to" > @from AND "from" < @to ORDER BY 1""",
            row => (row.Time(0), row.Time(1)),
            ct,
            ("from", from),
            ("to", to)
        );
    }

    /// <summary>
    /// Takes the model's step if nobody took it first. Belongs in the transaction that writes the records and alerts:
    /// that is what makes a bucket scored once, however many nodes try.
    /// </summary>
    /// <param name="state">The saved model; null for a series without one.</param>
    /// <returns>False when the series has moved on: write nothing.</returns>
    public static async Task<bool> TryAdvanceAsync(
        NpgsqlConnection connection,
        DueSeries series,
        byte[]? state,
        DateTimeOffset nextBucket,
        CancellationToken ct
    ) =>
        await connection.ExecuteAsync(
            CompareAndSet,
            ct,
            ("id", series.Id),
            ("version", series.Version),
            ("state", state),
            ("next", nextBucket)
        ) == 1;

    /// <summary>Writes records; where one changes, what it said before is kept as a revision.</summary>
    /// <param name="reason">Why it changes: what follows "scored again because of".</param>
    public static async Task WriteAsync(
        NpgsqlConnection connection,
        int seriesId,
        IReadOnlyList<AnomalyRecord> records,
        string? reason,
        CancellationToken ct
    )
    {
        if (records.Count == 0)
            return;

        var (buckets, actuals, scores) = (
            records.Select(record => record.Bucket).ToArray(),
            records.Select(record => record.Actual).ToArray(),
            records.Select(record => record.Score).ToArray()
        );
        await connection.ExecuteAsync(
            KeepRevisions,
            ct,
            ("series", seriesId),
            ("buckets", buckets),
            ("actuals", actuals),
            ("scores", scores),
            ("reason", reason ?? CountStore.LateData)
        );
        await connection.ExecuteAsync(
            Upsert,
            ct,
            ("series", seriesId),
            ("buckets", buckets),
            ("actuals", actuals),
            ("typicals", records.Select(record => record.Typical).ToArray()),
            ("lowers", records.Select(record => record.Lower).ToArray()),
            ("uppers", records.Select(record => record.Upper).ToArray()),
            ("probabilities", records.Select(record => record.Probability).ToArray()),
            ("scores", scores),
            ("learnings", records.Select(record => record.IsLearning).ToArray())
        );
    }

    /// <summary>Keeps snapshots: of each of the last eight days, and before them of each of eight Mondays.</summary>
    public static async Task KeepSnapshotsAsync(
        NpgsqlConnection connection,
        DueSeries series,
        IReadOnlyList<ModelSnapshot> snapshots,
        CancellationToken ct
    )
    {
        // A re-score makes the snapshots after it untrue.
        if (series.RescoreFrom is { } from)
            await connection.ExecuteAsync(
                "DELETE FROM model_snapshots WHERE series_id = @id AND next_bucket > @from",
                ct,
                ("id", series.Id),
                ("from", from)
            );
        foreach (var snapshot in snapshots.Where((kept, i) => i >= snapshots.Count - DailySnapshots || IsMonday(kept)))
            await connection.ExecuteAsync(
                """
                INSERT INTO model_snapshots (series_id, next_bucket, state) VALUES (@id, @next, @state)
                ON CONFLICT (series_id, next_bucket) DO UPDATE SET state = excluded.state
                """,
                ct,
                ("id", series.Id),
                ("next", snapshot.NextBucket),
                ("state", snapshot.State)
            );
        await connection.ExecuteAsync(
            """
            DELETE FROM model_snapshots m USING (SELECT max(next_bucket) AS newest FROM model_snapshots WHERE series_id = @id) n
            WHERE m.series_id = @id AND m.next_bucket <= n.newest - make_interval(days => @days)
              AND (extract(isodow FROM m.next_bucket AT TIME ZONE 'UTC') <> 1
                   OR m.next_bucket <= n.newest - make_interval(days => @days + 7 * @weeks))
            """,
            ct,
            ("id", series.Id),
            ("days", DailySnapshots),
            ("weeks", WeeklySnapshots)
        );
    }

    private static bool IsMonday(ModelSnapshot snapshot) =>
        snapshot.NextBucket.UtcDateTime.DayOfWeek == DayOfWeek.Monday;
}
