using Denywatch.Detection;
using Denywatch.Events;
using Denywatch.Storage.Entities;
using Npgsql;

namespace Denywatch.Storage;

/// <summary>
/// Counts of the series that are more than a firewall: recomputed from flows for dirty slices, in the transaction that
/// counts firewalls, so that both always tell of the same events. Callers hold counting's lock.
/// </summary>
public static class SeriesCounts
{
    private const string Jobs = $"""
        SELECT {JobCounting.Columns} FROM jobs j
        WHERE CASE WHEN @id::text IS NULL THEN is_open AND has_own_counts AND NOT {Detectors.FindingSuspects} ELSE id = @id END
        ORDER BY id
        """;

    // Set, not added: done twice, still right. What did not change is not touched, so that only what did is scored again.
    private const string Put = """
        WITH counted AS ({counted}),
        wanted AS (
            SELECT s.id, c.at, c.count FROM counted c JOIN series s ON s.job_id = @job AND s.partition = c.partition
            WHERE c.count > 0 AND (@only::int[] IS NULL OR s.id = ANY(@only))),
        gone AS (
            DELETE FROM series_counts k USING series s
            WHERE s.job_id = @job AND k.series_id = s.id AND k.at = ANY(@ats) AND (@only::int[] IS NULL OR s.id = ANY(@only))
              AND NOT EXISTS (SELECT FROM wanted w WHERE w.id = k.series_id AND w.at = k.at)
            RETURNING k.series_id, k.at),
        put AS (
            INSERT INTO series_counts AS k (series_id, at, count) SELECT id, at, count FROM wanted ORDER BY 1, 2
            ON CONFLICT (series_id, at) DO UPDATE SET count = excluded.count WHERE k.count <> excluded.count
            RETURNING k.series_id, k.at)
        SELECT series_id, at FROM gone UNION ALL SELECT series_id, at FROM put
        """;

    // The same of the values that series met: a row each.
    private const string PutValues = """
        WITH counted AS ({counted}),
        wanted AS (
            SELECT s.id, c.at, c.value, c.count FROM counted c JOIN series s ON s.job_id = @job AND s.partition = c.partition
            WHERE c.value IS NOT NULL AND (@only::int[] IS NULL OR s.id = ANY(@only))),
        gone AS (
            DELETE FROM series_values k USING series s
            WHERE s.job_id = @job AND k.series_id = s.id AND k.at = ANY(@ats) AND (@only::int[] IS NULL OR s.id = ANY(@only))
              AND NOT EXISTS (SELECT FROM wanted w WHERE w.id = k.series_id AND w.at = k.at AND w.value = k.value)
            RETURNING k.series_id, k.at),
        put AS (
            INSERT INTO series_values AS k (series_id, at, value, count) SELECT id, at, value, count FROM wanted ORDER BY 1, 2, 3
            ON CONFLICT (series_id, at, value) DO UPDATE SET count = excluded.count WHERE k.count <> excluded.count
            RETURNING k.series_id, k.at)
        SELECT DISTINCT series_id, at FROM (SELECT * FROM gone UNION ALL SELECT * FROM put) changed
        """;

    private const string DeniedValues = """
        SELECT {value} AS partition, {at} AS at, {field} AS value, sum(f.count)::bigint AS count
        FROM all_flows f {joins}
        WHERE f.slice >= @first AND f.slice < @until AND {at} = ANY(@ats) AND f.excepted_by IS NULL AND {filter}
        GROUP BY 1, 2, 3
        """;

    // Of events that were allowed, the country is all that is kept.
    private const string AllCountries = """
        SELECT {value} AS partition, date_bin(@step, f.slice, 'epoch') AS at, f.country AS value, sum(f.count)::bigint AS count
        FROM country_slices f {senders}
        WHERE f.slice >= @first AND f.slice < @until AND date_bin(@step, f.slice, 'epoch') = ANY(@ats)
        GROUP BY 1, 2, 3
        """;

    private const string Denied = """
        SELECT {value} AS partition, {at} AS at, ({count})::bigint AS count
        FROM all_flows f {joins}
        WHERE f.slice >= @first AND f.slice < @until AND {at} = ANY(@ats) AND f.excepted_by IS NULL AND {filter}
        GROUP BY 1, 2
        """;

    private const string All = """
        SELECT {value} AS partition, f.slice AS at, sum(f.denied + f.allowed + f.unanswered + f.none)::bigint AS count
        FROM source_slices f {senders}
        WHERE f.slice = ANY(@ats) AND @first < @until
        GROUP BY 1, 2
        """;

    // What came under another name of a firewall is its own.
    private const string Senders = """
        JOIN data_sources d ON d.id = f.data_source_id
        JOIN firewalls o ON o.id = d.firewall_id
        JOIN firewalls w ON w.id = coalesce(o.alias_of_id, o.id)
        """;

    /// <summary>The jobs whose series have counts of their own, of those that are open.</summary>
    public static Task<List<JobCounting>> JobsAsync(NpgsqlConnection connection, CancellationToken ct) =>
        JobsAsync(connection, null, ct);

    /// <summary>How a job's series are counted.</summary>
    public static async Task<JobCounting> JobAsync(NpgsqlConnection connection, string id, CancellationToken ct) =>
        (await JobsAsync(connection, id, ct)).Single();

    private static Task<List<JobCounting>> JobsAsync(NpgsqlConnection connection, string? id, CancellationToken ct) =>
        connection.RowsAsync(Jobs, row => JobCounting.Read(row, 0), ct, ("id", id));

    /// <summary>Counts dirty slices anew for all series that have counts of their own, and marks those whose past changed.</summary>
    internal static async Task RecomputeAsync(
        NpgsqlConnection connection,
        IReadOnlyList<Recounted> dirty,
        CancellationToken ct
    )
    {
        var jobs = await JobsAsync(connection, ct);
        if (jobs.Count == 0)
            return;

        // What a person did says more than that events came late besides.
        var reasons = dirty
            .GroupBy(row => row.Slice)
            .ToDictionary(
                slice => slice.Key,
                slice => slice.FirstOrDefault(row => row.Reason != CountStore.LateData).Reason ?? CountStore.LateData
            );
        foreach (var job in jobs)
        {
            // A day at a time: the bounds let the planner read one daily partition and not all of them.
            foreach (var day in reasons.Keys.GroupBy(slice => slice.UtcDateTime.Date))
            {
                var changed = await CountAsync(connection, job, [.. day], ids: null, ct);
                await CountStore.MarkForRescoreAsync(
                    connection,
                    [.. changed.Select(c => (c.SeriesId, c.At, ReasonFor(c.At, job.Step)))],
                    ct
                );
            }
        }

        string ReasonFor(DateTimeOffset at, TimeSpan step)
        {
            for (var slice = at; slice < at + step; slice += DenyFlow.SliceSpan)
            {
                if (
                    reasons.GetValueOrDefault(slice, CountStore.LateData) is var reason
                    && reason != CountStore.LateData
                )
                    return reason;
            }
            return CountStore.LateData;
        }
    }

    /// <summary>Counts slices of one day for a job's series.</summary>
    /// <param name="ids">Those of the series that are counted; null for all of the job.</param>
    /// <returns>What changed: series and start of the slice, or bucket (<see cref="JobCounting.Step"/>).</returns>
    internal static Task<List<(int SeriesId, DateTimeOffset At)>> CountAsync(
        NpgsqlConnection connection,
        JobCounting job,
        IReadOnlyCollection<DateTimeOffset> slices,
        int[]? ids,
        CancellationToken ct
    )
    {
        var ats = slices.Select(slice => CountedSpan.StartOf(slice, job.Step)).Distinct().Order().ToArray();
        var only = job.AllFlows;
        var partition = JobField.Find(job.PartitionField);
        var isRare = job.Detector == Detector.Rare;
        var counted = (job.Events, isRare) switch
        {
            (CountedEvents.All, true) => AllCountries,
            (CountedEvents.All, false) => All,
            (_, true) => DeniedValues,
            _ => Denied,
        };
        counted = counted
            .Replace("{field}", JobField.Find(job.Field)?.Value, StringComparison.Ordinal)
            .Replace("{value}", partition?.Value ?? "''::text", StringComparison.Ordinal)
            .Replace(
                "{at}",
                job.Step == DenyFlow.SliceSpan ? "f.slice" : "date_bin(@step, f.slice, 'epoch')",
                StringComparison.Ordinal
            )
            .Replace(
                "{count}",
                job.Detector == Detector.HighDistinctCount ? JobField.Find(job.Field)!.Distinct : "sum(f.count)",
                StringComparison.Ordinal
            )
            .Replace("{joins}", JobField.Joins, StringComparison.Ordinal)
            .Replace("{senders}", Senders, StringComparison.Ordinal)
            .Replace("{filter}", only.Sql, StringComparison.Ordinal);
        return connection.RowsAsync(
            (isRare ? PutValues : Put).Replace("{counted}", counted, StringComparison.Ordinal),
            row => (row.GetInt32(0), row.Time(1)),
            ct,
            [
                ("job", job.JobId),
                ("ats", ats),
                ("first", ats[0]),
                ("until", ats[^1] + job.Step),
                ("step", job.Step),
                ("only", ids),
                .. only.Parameters,
            ]
        );
    }

    /// <summary>
    /// Buckets of a series in [from, to): those in which any firewall was seen, without a deny of the series too; the others
    /// are left out.
    /// </summary>
    internal static Task<List<(DateTimeOffset At, long Count)>> BucketsAsync(
        NpgsqlConnection connection,
        int seriesId,
        DateTimeOffset from,
        DateTimeOffset to,
        TimeSpan span,
        CancellationToken ct
    ) =>
        connection.RowsAsync(
            """
            SELECT seen.at, coalesce(k.count, 0)::bigint FROM (
                SELECT DISTINCT date_bin(@span, at, 'epoch') AS at FROM counts
                WHERE span = @summed AND at >= @from AND at < @to) seen
            LEFT JOIN (
                SELECT date_bin(@span, at, 'epoch') AS at, sum(count) AS count FROM series_counts
                WHERE series_id = @series AND at >= @from AND at < @to
                GROUP BY 1) k USING (at)
            ORDER BY 1
            """,
            row => (row.Time(0), row.GetInt64(1)),
            ct,
            ("span", span),
            ("summed", CountStore.SummedBy(span)),
            ("series", seriesId),
            ("from", from),
            ("to", to)
        );

    /// <summary>Values that a series met in [from, to), by bucket; buckets in which no firewall was seen are left out.</summary>
    public static async Task<List<(DateTimeOffset At, IReadOnlyDictionary<string, long> Values)>> ValuesAsync(
        NpgsqlConnection connection,
        int seriesId,
        DateTimeOffset from,
        DateTimeOffset to,
        TimeSpan span,
        CancellationToken ct
    )
    {
        var rows = await connection.RowsAsync(
            """
            SELECT seen.at, v.value, v.count FROM (
                SELECT DISTINCT date_bin(@span, at, 'epoch') AS at FROM counts
                WHERE span = @summed AND at >= @from AND at < @to) seen
            LEFT JOIN series_values v ON v.series_id = @series AND v.at = seen.at
            ORDER BY 1, 2
            """,
            row => (At: row.Time(0), Value: row.TextOrNull(1), Count: row.OrNull<long>(2) ?? 0),
            ct,
            ("span", span),
            ("summed", CountStore.SummedBy(span)),
            ("series", seriesId),
            ("from", from),
            ("to", to)
        );
        return
        [
            .. rows.GroupBy(row => row.At)
                .Select(bucket =>
                    (
                        bucket.Key,
                        (IReadOnlyDictionary<string, long>)
                            bucket
                                .Where(row => row.Value is not null)
                                .ToDictionary(row => row.Value!, row => row.Count, StringComparer.Ordinal)
                    )
                ),
        ];
    }
}
