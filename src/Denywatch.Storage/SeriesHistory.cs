using Denywatch.Detection;
using Denywatch.Events;
using Denywatch.Storage.Entities;
using Npgsql;

namespace Denywatch.Storage;

/// <summary>
/// Gives jobs with counts of their own their series, and counts what is stored for those that are new, a day at a time, so
/// that they learn at once and everybody sees how far it is.
/// </summary>
public sealed class SeriesHistory(NpgsqlDataSource source, Partitions partitions)
{
    /// <summary>Series that a job may have.</summary>
    public const int MostSeries = 10_000;

    /// <summary>A value that strangers choose is one of those that come again: among the largest of so many days.</summary>
    public const int DaysOfHistory = 7;

    private const string Add = """
        INSERT INTO series (job_id, partition, shard, version, next_bucket, own_counts)
        SELECT @job, v.value, abs(hashtext(@job || v.value)) % @shards, 0, date_bin(j.bucket_span, now(), 'epoch'), true
        FROM jobs j, ({values}) AS v (value, place)
        WHERE j.id = @job AND NOT EXISTS (SELECT FROM series s WHERE s.job_id = @job AND s.partition = v.value)
        ORDER BY v.place LIMIT greatest(0, @most - (SELECT count(*) FROM series WHERE job_id = @job))
        ON CONFLICT (job_id, partition) DO NOTHING
        """;

    private const string One = "SELECT '', 1";

    private const string Firewalls = """
        SELECT DISTINCT f.name, 1 FROM counts c JOIN firewalls f ON f.id = c.firewall_id
        WHERE c.span = 1440 AND c.at >= now() - @kept
        """;

    // The largest of a day are what rollups keep.
    private const string OfDays = """
        SELECT value, -count(*) FROM rollups r, unnest(r.vals) AS value
        WHERE r.firewall_id = 0 AND r.dimension = @dimension AND r.span = 1440 AND r.at >= now() - @kept AND value <> '(none)'
        GROUP BY value HAVING count(*) >= @days
        """;

    // With a filter, what is large in all traffic says little.
    private const string OfFlows = """
        SELECT value, -sum(count) FROM (
            SELECT {value} AS value, date_bin('1 day', f.slice, 'epoch') AS day, sum(f.count) AS count
            FROM all_flows f {joins}
            WHERE f.slice >= now() - @kept AND f.excepted_by IS NULL AND {filter}
            GROUP BY 1, 2) d
        WHERE value IS NOT NULL GROUP BY value HAVING count(*) >= @days
        """;

    // Machines of one's own are worth a series from the first day on.
    private const string Inside = """
        SELECT abbrev(f.source), 0 FROM all_flows f {joins}
        WHERE f.slice >= now() - interval '1 day' AND f.direction = ANY(@inside) AND f.sources = 1 AND f.source IS NOT NULL
          AND f.excepted_by IS NULL AND {filter}
        GROUP BY 1
        """;

    /// <summary>Makes series for values that have earned one.</summary>
    /// <returns>How many are new.</returns>
    public async Task<int> DiscoverAsync(JobCounting job, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(job);
        await using var connection = await source.OpenConnectionAsync(ct);
        var only = job.AllFlows;
        var field = JobField.Find(job.PartitionField);
        var values = field switch
        {
            null => One,
            { Name: JobCounting.Firewall } => Firewalls,
            _ => job.Filter is null ? OfDays : OfFlows,
        };
        if (field?.Name == JobField.Source)
            values = $"{values} UNION ALL {Inside}";

        await using var command = connection.Command(
            Add.Replace("{values}", values, StringComparison.Ordinal)
                .Replace("{value}", field?.Value, StringComparison.Ordinal)
                .Replace("{joins}", JobField.Joins, StringComparison.Ordinal)
                .Replace("{filter}", only.Sql, StringComparison.Ordinal),
            [
                ("job", job.JobId),
                ("shards", (int)Series.Shards),
                ("most", MostSeries),
                ("kept", TimeSpan.FromDays(35)),
                ("days", field is { IsOpen: true } ? DaysOfHistory : 1),
                ("dimension", (short)(field?.Rollup ?? RollupDimension.Source)),
                ("inside", new[] { (short)Direction.Outbound, (short)Direction.Internal }),
                .. only.Parameters,
            ]
        );
        command.CommandTimeout = 0; // a month of flows takes its time, and nobody waits for it
        return await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>Lets all series of a job be counted from what is stored once more, and learnt anew then.</summary>
    public static Task ForgetAsync(NpgsqlConnection connection, string jobId, CancellationToken ct) =>
        connection.ExecuteAsync(
            "UPDATE series SET counted_since = NULL, version = version + 1 WHERE job_id = @job AND own_counts",
            ct,
            ("job", jobId)
        );

    /// <summary>Jobs that have series whose stored flows are still to be counted.</summary>
    public async Task<List<JobCounting>> WaitingAsync(CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        var ids = await connection.RowsAsync(
            """
            SELECT DISTINCT s.job_id FROM series s JOIN jobs j ON j.id = s.job_id
            WHERE s.own_counts AND s.counted_since IS NULL AND j.is_open AND j.stopped_at IS NULL
            """,
            row => row.GetString(0),
            ct
        );
        var jobs = await SeriesCounts.JobsAsync(connection, ct);
        return jobs.FindAll(job => ids.Contains(job.JobId));
    }

    /// <summary>
    /// Counts stored flows for the job's new series, the newest day first, each in a transaction of its own; then they are
    /// scored. Stopped on the way, it begins again, and what was counted is counted the same.
    /// </summary>
    /// <param name="counted">Called after each day.</param>
    /// <returns>False where it was stopped: by a person, or because another node does it.</returns>
    public async Task<bool> FillAsync(JobCounting job, Func<Task> counted, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(counted);
        await using var connection = await source.OpenConnectionAsync(ct);
        if (!await connection.ScalarAsync<bool>("SELECT pg_try_advisory_lock(@lock)", ct, ("lock", FillLock)))
            return false;
        try
        {
            var pending = await connection.RowsAsync(
                "SELECT id FROM series WHERE job_id = @job AND own_counts AND counted_since IS NULL",
                row => row.GetInt32(0),
                ct,
                ("job", job.JobId)
            );
            var days = await DaysAsync(connection, job, ct);
            for (var done = 0; done < days.Count; done++)
            {
                if (!await CountDayAsync(connection, job, days[done], [.. pending], (days.Count, done + 1), ct))
                    return false;
                await counted();
            }
            await connection.ExecuteAsync(
                """
                WITH done AS (UPDATE jobs SET history_days = 0, history_done = 0, problem = NULL WHERE id = @job)
                UPDATE series SET counted_since = @since, next_bucket = date_bin(@span, @since, 'epoch'), state = NULL,
                    rescore_from = NULL, rescore_reason = NULL, version = version + 1
                WHERE id = ANY(@ids)
                """,
                ct,
                ("job", job.JobId),
                ("since", days.Count == 0 ? DateTimeOffset.UtcNow : days[^1]),
                ("span", job.BucketSpan),
                ("ids", pending.ToArray())
            );
            return true;
        }
        finally
        {
            await connection.ExecuteAsync(
                "SELECT pg_advisory_unlock(@lock)",
                CancellationToken.None,
                ("lock", FillLock)
            );
        }
    }

    private const long FillLock = 0x44454E5E;

    /// <summary>The newest first.</summary>
    private async Task<List<DateTimeOffset>> DaysAsync(
        NpgsqlConnection connection,
        JobCounting job,
        CancellationToken ct
    )
    {
        if (job.Events == CountedEvents.Denied)
        {
            var kept = await partitions.FlowDaysAsync(ct);
            var today = CountedSpan.StartOf(DateTimeOffset.UtcNow, OneDay);
            return [.. kept.Where(day => day < today).Append(today).OrderDescending()];
        }
        return await connection.RowsAsync(
            "SELECT DISTINCT date_bin('1 day', slice, 'epoch') FROM source_slices WHERE slice >= now() - @learned ORDER BY 1 DESC",
            row => row.Time(0),
            ct,
            ("learned", CountStore.LearnedHistory)
        );
    }

    private static async Task<bool> CountDayAsync(
        NpgsqlConnection connection,
        JobCounting job,
        DateTimeOffset day,
        int[] series,
        (int Days, int Done) progress,
        CancellationToken ct
    )
    {
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await CountStore.LockAsync(connection, ct);
        var goesOn = await connection.ExecuteAsync(
            """
            UPDATE jobs SET history_days = @days, history_done = @done
            WHERE id = @job AND is_open AND stopped_at IS NULL
            """,
            ct,
            ("job", job.JobId),
            ("days", progress.Days),
            ("done", progress.Done)
        );
        if (goesOn == 0)
            return false;

        var slices = Enumerable
            .Range(0, (int)(OneDay / DenyFlow.SliceSpan))
            .Select(i => day + (i * DenyFlow.SliceSpan));
        await SeriesCounts.CountAsync(connection, job, [.. slices], series, ct);
        await transaction.CommitAsync(ct);
        return true;
    }

    private static readonly TimeSpan OneDay = TimeSpan.FromDays(1);
}
