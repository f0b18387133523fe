using Npgsql;

namespace Denywatch.Storage;

/// <summary>What a job saw when it last looked for suspects.</summary>
/// <param name="Bucket">The newest bucket that it looked at.</param>
/// <param name="Judged">Callers, or sources, that did enough to be judged.</param>
/// <param name="Found">Suspects among them.</param>
/// <param name="Days">Days that it knows of those before; 0 where it compares with none.</param>
public sealed record SuspectLook(DateTimeOffset Bucket, DateTimeOffset At, int Judged, int Found, int Days);

/// <summary>What jobs that find suspects have looked at, and whom they found.</summary>
public sealed class SuspectLedger(NpgsqlDataSource source)
{
    /// <summary>Jobs that find suspects, of those that run.</summary>
    public async Task<List<string>> JobsAsync(CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        return await connection.RowsAsync(
            $"SELECT id FROM jobs j WHERE j.is_open AND j.stopped_at IS NULL AND {Detectors.FindingSuspects} ORDER BY id",
            row => row.GetString(0),
            ct
        );
    }

    /// <summary>Buckets of a job that are over and were not looked at, oldest first; of a job that stood still those of the last window.</summary>
    public async Task<List<DateTimeOffset>> DueAsync(JobCounting job, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(job);
        await using var connection = await source.OpenConnectionAsync(ct);
        return await connection.RowsAsync(
            """
            SELECT at FROM (SELECT date_bin(@span, now() - @settling, 'epoch') - @span AS newest) n,
                generate_series(
                    greatest(n.newest + @span - @window,
                             coalesce((SELECT bucket + @span FROM suspect_looks WHERE job_id = @job), n.newest)),
                    n.newest, @span) AS at
            ORDER BY 1
            """,
            row => row.Time(0),
            ct,
            ("job", job.JobId),
            ("span", job.BucketSpan),
            ("settling", RecordStore.LongestSettling),
            ("window", SuspectStore.Window)
        );
    }

    /// <summary>Writes down that a bucket was looked at.</summary>
    /// <param name="judged">Callers, or sources, that were.</param>
    /// <param name="found">Suspects among them.</param>
    public async Task LookedAsync(JobCounting job, DateTimeOffset bucket, int judged, int found, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(job);
        await using var connection = await source.OpenConnectionAsync(ct);
        await connection.ExecuteAsync(
            """
            INSERT INTO suspect_looks AS l (job_id, bucket, at, judged, found) VALUES (@job, @bucket, now(), @judged, @found)
            ON CONFLICT (job_id) DO UPDATE SET bucket = excluded.bucket, at = excluded.at, judged = excluded.judged,
                found = excluded.found
            WHERE l.bucket < excluded.bucket
            """,
            ct,
            ("job", job.JobId),
            ("bucket", bucket),
            ("judged", judged),
            ("found", found)
        );
    }

    /// <summary>Gives suspects that were never found before series of their own.</summary>
    public async Task AddAsync(
        JobCounting job,
        IReadOnlyList<string> partitions,
        DateTimeOffset bucket,
        CancellationToken ct
    )
    {
        ArgumentNullException.ThrowIfNull(job);
        await using var connection = await source.OpenConnectionAsync(ct);
        await connection.ExecuteAsync(
            """
            INSERT INTO series (job_id, partition, shard, version, next_bucket, own_counts)
            SELECT @job, p, abs(hashtext(@job || p)) % @shards, 0, @bucket, true FROM unnest(@partitions) AS p ORDER BY p
            ON CONFLICT (job_id, partition) DO NOTHING
            """,
            ct,
            ("job", job.JobId),
            ("partitions", partitions.ToArray()),
            ("bucket", bucket),
            ("shards", (int)Entities.Series.Shards)
        );
    }

    /// <summary>Those of a job's series that an alert tells of, by their id.</summary>
    public async Task<HashSet<int>> ToldAsync(JobCounting job, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(job);
        await using var connection = await source.OpenConnectionAsync(ct);
        var told = await connection.RowsAsync(
            """
            SELECT DISTINCT e.series_id FROM episodes e JOIN series s ON s.id = e.series_id
            WHERE s.job_id = @job AND e.ended_at IS NULL AND NOT e.vanished
            """,
            row => row.GetInt32(0),
            ct,
            ("job", job.JobId)
        );
        return [.. told];
    }

    /// <summary>Buckets from <paramref name="from"/> on that a series has records of.</summary>
    public async Task<List<DateTimeOffset>> RecordedAsync(int seriesId, DateTimeOffset from, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        return await connection.RowsAsync(
            "SELECT bucket FROM records WHERE series_id = @series AND bucket >= @from ORDER BY 1",
            row => row.Time(0),
            ct,
            ("series", seriesId),
            ("from", from)
        );
    }
}
