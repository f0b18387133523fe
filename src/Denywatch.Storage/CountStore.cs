using Denywatch.Detection;
using Npgsql;

namespace Denywatch.Storage;

/// <summary>A slice of a firewall whose count changed.</summary>
/// <param name="Reason">Why it was counted again; "late data" for events.</param>
public readonly record struct Recounted(DateTimeOffset Slice, int FirewallId, string Reason);

/// <summary>Counts per firewall and span, recomputed from flows for the slices that batches made dirty.</summary>
public sealed class CountStore(NpgsqlDataSource source, ExceptionStore exceptions)
{
    /// <summary>Minutes of the spans kept; each is summed from the first.</summary>
    public static readonly short[] Spans = [5, 15, 60, 1440];

    /// <summary>How far back models learn; older counts are kept and shown.</summary>
    public static readonly TimeSpan LearnedHistory = TimeSpan.FromDays(400);

    /// <summary>Why most slices are counted again.</summary>
    public const string LateData = "late data";

    private const long CountLock = 0x44454E5B;
    private const int MostClaimed = 200_000;

    /// <summary>So many slices at once are an import: some days of a few firewalls.</summary>
    private const int ManySlices = 2_000;

    // BRIN knows nothing of new pages until it is told, and the planner nothing of BRIN until the table is analysed: until
    // a vacuum comes along each bucket's flows would be a scan of all that was imported (100 ms against 2 for a month).
    private const string Summarise = """
        SELECT brin_summarize_new_values(i.indexrelid)
        FROM pg_inherits h
        JOIN pg_index i ON i.indrelid = h.inhrelid
        JOIN pg_class c ON c.oid = i.indexrelid
        JOIN pg_am a ON a.oid = c.relam AND a.amname = 'brin'
        WHERE h.inhparent IN ('recent_flows'::regclass, 'flows'::regclass)
        """;

    private const string Claim = """
        DELETE FROM dirty_slices WHERE ctid = ANY (ARRAY(SELECT ctid FROM dirty_slices LIMIT @most))
        RETURNING slice, firewall_id, exceptions_version, reason
        """;

    private const string Recompute = """
        INSERT INTO counts (span, at, firewall_id, count, packets, excepted)
        SELECT 5, slice, firewall_id, coalesce(sum(count) FILTER (WHERE excepted_by IS NULL), 0),
               sum(packets) FILTER (WHERE excepted_by IS NULL),
               coalesce(sum(count) FILTER (WHERE excepted_by IS NOT NULL), 0)
        FROM unnest(@slices, @firewalls) AS dirty (slice, firewall_id)
        LEFT JOIN (SELECT slice, firewall_id, count, packets, excepted_by FROM all_flows
                   WHERE slice BETWEEN @first AND @last) f USING (slice, firewall_id)
        GROUP BY 2, 3 ORDER BY 2, 3
        ON CONFLICT (span, at, firewall_id) DO UPDATE SET
            count = excluded.count, packets = excluded.packets, excepted = excluded.excepted
        """; // set, not added: run twice, still right

    // Joined by equality: by a range, an import of 200,000 slices was not done after half a minute.
    private const string SumUp = """
        INSERT INTO counts (span, at, firewall_id, count, packets, excepted)
        SELECT @span, date_bin(make_interval(mins => @span), c.at, 'epoch'), c.firewall_id, sum(c.count), sum(c.packets),
               sum(c.excepted)
        FROM (SELECT DISTINCT date_bin(make_interval(mins => @span), slice, 'epoch') AS at, firewall_id
              FROM unnest(@slices, @firewalls) AS dirty (slice, firewall_id)) d
        JOIN counts c ON c.span = 5 AND c.firewall_id = d.firewall_id AND date_bin(make_interval(mins => @span), c.at, 'epoch') = d.at
            AND c.at >= date_bin(make_interval(mins => @span), @first, 'epoch')
            AND c.at < date_bin(make_interval(mins => @span), @last, 'epoch') + make_interval(mins => @span)
        GROUP BY 2, 3 ORDER BY 2, 3
        ON CONFLICT (span, at, firewall_id) DO UPDATE SET
            count = excluded.count, packets = excluded.packets, excepted = excluded.excepted
        """;

    private const string AddSeries = """
        INSERT INTO series (job_id, partition, firewall_id, shard, version, next_bucket)
        SELECT j.id, coalesce(f.name, ''), f.id, abs(hashtext(j.id || coalesce(f.name, ''))) % @shards, 0, @first
        FROM jobs j
        LEFT JOIN firewalls f ON j.partition_field = 'observer.name' AND f.id = ANY(@firewalls)
        WHERE NOT j.has_own_counts AND (j.partition_field IS NULL OR f.id IS NOT NULL)
        ON CONFLICT (job_id, partition) DO NOTHING
        """;

    // The version moves too, so that a closing task that read before this writes nothing. What is older than all that is
    // learned is counted only: one stray date in an import must not make every model learn anew.
    // Open buckets only grow, and alerts follow that by themselves; what a person changed is looked at again from the last
    // closed bucket on, so that an alert from an open bucket can vanish.
    private const string Mark = """
        UPDATE series s SET rescore_from = least(d.bucket, s.rescore_from, s.next_bucket - d.bucket_span), rescore_reason = CASE
                WHEN s.rescore_reason IS NULL THEN d.reason
                WHEN position(d.reason IN s.rescore_reason) > 0 THEN s.rescore_reason
                ELSE left(s.rescore_reason || ', ' || d.reason, 400) END, version = s.version + 1
        FROM (SELECT s.id, j.bucket_span, min(date_bin(j.bucket_span, dirty.slice, 'epoch')) AS bucket,
                     coalesce(max(dirty.reason) FILTER (WHERE dirty.reason <> @late), @late) AS reason
              FROM series s JOIN jobs j ON j.id = s.job_id
              {0}
              GROUP BY s.id, j.bucket_span ORDER BY s.id) d
        WHERE d.id = s.id AND (d.bucket < s.next_bucket OR d.reason <> @late)
        """;

    private static readonly string markByFirewall = Mark.Replace(
        "{0}",
        """
        JOIN unnest(@slices, @firewalls, @reasons) AS dirty (slice, firewall_id, reason)
            ON dirty.slice > now() - @learned AND NOT s.own_counts
               AND (s.firewall_id IS NULL OR s.firewall_id = dirty.firewall_id)
        """,
        StringComparison.Ordinal
    );

    private static readonly string markBySeries = Mark.Replace(
        "{0}",
        """
        JOIN unnest(@ats, @series, @reasons) AS dirty (slice, series_id, reason)
            ON dirty.slice > now() - @learned AND s.id = dirty.series_id AND s.counted_since IS NOT NULL
        """,
        StringComparison.Ordinal
    );

    /// <summary>
    /// Claims dirty slices and counts them anew, in one transaction; makes series for new firewalls and marks those whose
    /// closed buckets changed. Only one caller works at a time: a slower one with an older view must not write last.
    /// </summary>
    public async Task<IReadOnlyList<Recounted>> RecomputeAsync(CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await LockAsync(connection, ct);

        var claimed = await connection.RowsAsync(
            Claim,
            row => (Slice: row.Time(0), Firewall: row.GetInt32(1), Version: row.GetInt64(2), Reason: row.TextOrNull(3)),
            ct,
            ("most", MostClaimed)
        );
        if (claimed.Count == 0)
            return [];

        // One row a slice and firewall; what a person did says more than that events came late besides.
        var dirty = claimed
            .GroupBy(row => (row.Slice, row.Firewall))
            .OrderBy(row => row.Key.Slice)
            .ThenBy(row => row.Key.Firewall)
            .Select(row => new Recounted(
                row.Key.Slice,
                row.Key.Firewall,
                row.Select(r => r.Reason).FirstOrDefault(r => r is not null) ?? LateData
            ))
            .ToList();
        await exceptions.MarkStaleAsync(connection, [.. claimed.Select(row => (row.Slice, row.Version))], ct);
        // A day at a time: the bounds let the planner read one daily partition and not all of them.
        foreach (var day in dirty.GroupBy(row => row.Slice.UtcDateTime.Date))
            await RunAsync(
                connection,
                Recompute,
                [.. day],
                ct,
                ("first", day.First().Slice),
                ("last", day.Last().Slice)
            );
        foreach (var span in Spans[1..])
            await RunAsync(
                connection,
                SumUp,
                dirty,
                ct,
                ("span", (int)span),
                ("first", dirty[0].Slice),
                ("last", dirty[^1].Slice)
            );

        await RunAsync(
            connection,
            AddSeries,
            dirty,
            ct,
            ("first", CountedSpan.StartOf(dirty[0].Slice, TimeSpan.FromMinutes(15))),
            ("shards", (int)Entities.Series.Shards)
        );
        await MarkForRescoreAsync(connection, dirty, ct);
        await SeriesCounts.RecomputeAsync(connection, dirty, ct);
        await SuspectStore.MarkAsync(connection, dirty, ct);
        await ConfirmedStore.TouchAsync(connection, Parameters(dirty), ct);
        await ConfirmedStore.SettleAsync(connection, ct);
        await RollupStore.MarkStaleAsync(connection, dirty, ct);
        await transaction.CommitAsync(ct);
        if (dirty.Count > ManySlices)
        {
            await using var summarise = connection.Command(Summarise);
            summarise.CommandTimeout = 0; // an index of ten million rows takes a minute, and nothing waits for it
            await summarise.ExecuteNonQueryAsync(ct);
            await connection.ExecuteAsync("ANALYZE recent_flows", ct);
        }
        return dirty;
    }

    /// <summary>Marks the series that count the slices to be scored again from the first of them on, where they are scored.</summary>
    public static Task MarkForRescoreAsync(
        NpgsqlConnection connection,
        IReadOnlyList<Recounted> changed,
        CancellationToken ct
    ) => RunAsync(connection, markByFirewall, changed, ct, ("learned", LearnedHistory), ("late", LateData));

    /// <summary>The same for series whose own counts changed.</summary>
    internal static async Task MarkForRescoreAsync(
        NpgsqlConnection connection,
        IReadOnlyList<(int SeriesId, DateTimeOffset At, string Reason)> changed,
        CancellationToken ct
    )
    {
        if (changed.Count > 0)
            await connection.ExecuteAsync(
                markBySeries,
                ct,
                ("ats", changed.Select(row => row.At).ToArray()),
                ("series", changed.Select(row => row.SeriesId).ToArray()),
                ("reasons", changed.Select(row => row.Reason).ToArray()),
                ("learned", LearnedHistory),
                ("late", LateData)
            );
    }

    /// <summary>Minutes of the kept counts that a bucket span is summed from.</summary>
    internal static short SummedBy(TimeSpan span) => Spans.Last(kept => kept <= 15 && span.TotalMinutes % kept == 0);

    /// <summary>Until the transaction ends, nobody else counts.</summary>
    public static Task LockAsync(NpgsqlConnection connection, CancellationToken ct) =>
        connection.ExecuteAsync("SELECT pg_advisory_xact_lock(@lock)", ct, ("lock", CountLock));

    /// <summary>
    /// Counts of buckets in [from, to), summed over firewalls unless one is named, with the part of confirmed incidents;
    /// buckets of which nothing was seen are left out.
    /// </summary>
    public static Task<List<(DateTimeOffset At, long Count, double Confirmed)>> BucketsAsync(
        NpgsqlConnection connection,
        int? firewallId,
        DateTimeOffset from,
        DateTimeOffset to,
        TimeSpan span,
        CancellationToken ct
    ) =>
        connection.RowsAsync(
            """
            SELECT c.at, c.count, coalesce(x.excess, 0) FROM (
                SELECT date_bin(@span, at, 'epoch') AS at, sum(count)::bigint AS count FROM counts
                WHERE span = @summed AND at >= @from AND at < @to AND (@firewall::int IS NULL OR firewall_id = @firewall)
                GROUP BY 1) c
            LEFT JOIN (
                SELECT date_bin(@span, slice, 'epoch') AS at, sum(excess) AS excess FROM confirmed_excess
                WHERE slice >= @from AND slice < @to AND (@firewall::int IS NULL OR firewall_id = @firewall)
                GROUP BY 1) x USING (at)
            ORDER BY 1
            """,
            row => (row.Time(0), row.GetInt64(1), row.GetDouble(2)),
            ct,
            ("span", span),
            ("summed", SummedBy(span)),
            ("from", from),
            ("to", to),
            ("firewall", firewallId)
        );

    /// <summary>The same of a series, whichever way it is counted.</summary>
    public static async Task<List<(DateTimeOffset At, long Count, double Confirmed)>> BucketsAsync(
        NpgsqlConnection connection,
        DueSeries series,
        DateTimeOffset from,
        DateTimeOffset to,
        CancellationToken ct
    )
    {
        ArgumentNullException.ThrowIfNull(series);
        if (!series.Counting.HasOwnCounts)
            return await BucketsAsync(connection, series.FirewallId, from, to, series.BucketSpan, ct);

        var own = await SeriesCounts.BucketsAsync(connection, series.Id, from, to, series.BucketSpan, ct);
        return own.ConvertAll(bucket => (bucket.At, bucket.Count, 0.0));
    }

    /// <summary>Denies in [from, to) that exceptions took away from a series.</summary>
    /// <param name="own">The flows that it is made of; null where its firewall says it.</param>
    public static Task<long> ExceptedAsync(
        NpgsqlConnection connection,
        int? firewallId,
        CountedFlows? own,
        DateTimeOffset from,
        DateTimeOffset to,
        CancellationToken ct
    ) =>
        own is null
            ? ExceptedAsync(connection, firewallId, from, to, ct)
            : connection.ScalarAsync<long>(
                $"""
                SELECT coalesce(sum(f.count), 0)::bigint FROM all_flows f
                WHERE f.slice >= @from AND f.slice < @to AND f.excepted_by IS NOT NULL AND {own.Sql}
                """,
                ct,
                [("from", from), ("to", to), .. own.Parameters]
            );

    /// <summary>Denies in [from, to) that exceptions took away.</summary>
    public static Task<long> ExceptedAsync(
        NpgsqlConnection connection,
        int? firewallId,
        DateTimeOffset from,
        DateTimeOffset to,
        CancellationToken ct
    ) =>
        connection.ScalarAsync<long>(
            """
            SELECT coalesce(sum(excepted), 0)::bigint FROM counts
            WHERE span = 5 AND at >= @from AND at < @to AND (@firewall::int IS NULL OR firewall_id = @firewall)
            """,
            ct,
            ("from", from),
            ("to", to),
            ("firewall", firewallId)
        );

    private static async Task RunAsync(
        NpgsqlConnection connection,
        string sql,
        IReadOnlyList<Recounted> dirty,
        CancellationToken ct,
        params (string Name, object? Value)[] more
    ) => await connection.ExecuteAsync(sql, ct, [.. Parameters(dirty), .. more]);

    private static (string Name, object? Value)[] Parameters(IReadOnlyList<Recounted> dirty) =>
        [
            ("slices", dirty.Select(row => row.Slice).ToArray()),
            ("firewalls", dirty.Select(row => row.FirewallId).ToArray()),
            ("reasons", dirty.Select(row => row.Reason).ToArray()),
        ];
}
