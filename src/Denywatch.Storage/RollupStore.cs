using Npgsql;

namespace Denywatch.Storage;

/// <summary>
/// The largest values, distinct counts and entropies of every span, made anew from flows where these changed. Apart from
/// counting, so that no alert waits for it; marked in counting's transaction, so that no change is forgotten.
/// </summary>
public sealed class RollupStore(NpgsqlDataSource source)
{
    /// <summary>Stands for all firewalls together.</summary>
    public const int AllFirewalls = 0;

    /// <summary>Values kept of a span, and sources as long as each has 0.1 % of its denies.</summary>
    public const int MostValues = 20;

    public const int MostSources = 50;

    private const long RollupLock = 0x44454E60;
    private static readonly short[] spans = [15, 60, 1440];

    private const string MarkStale = """
        INSERT INTO stale_rollups (span, at, firewall_id)
        SELECT DISTINCT span, date_bin(make_interval(mins => span), slice, 'epoch'), firewall_id
        FROM unnest(@slices, @firewalls) AS dirty (slice, firewall_id), unnest(@spans) AS span
        """;

    // An open hour or day would be read whole with every batch: once made, it rests for 5 and 30 minutes.
    private const string Due = """
        NOT @rests OR s.span = 15 OR s.marked_at <= now() - make_interval(mins => CASE s.span WHEN 60 THEN 5 ELSE 30 END)
        OR NOT EXISTS (SELECT FROM rollups r WHERE r.firewall_id = s.firewall_id AND r.dimension = 0 AND r.span = s.span AND r.at = s.at)
        """;

    private const string DueDays =
        $"SELECT DISTINCT date_bin('1 day', s.at, 'epoch') FROM stale_rollups s WHERE {Due} ORDER BY 1 DESC";

    private const string Claim = $"""
        WITH claimed AS (
            DELETE FROM stale_rollups s WHERE s.at >= @day AND s.at < @day + interval '1 day' AND ({Due})
            RETURNING s.span, s.at, s.firewall_id)
        SELECT DISTINCT span, at, firewall FROM claimed, unnest(ARRAY[firewall_id, 0]) AS firewall ORDER BY 1, 2, 3
        """;

    // By every column of the key, so that its index is used however many rollups there are.
    private const string Forget = """
        DELETE FROM rollups r
        WHERE r.firewall_id = ANY(@firewalls) AND r.dimension = ANY('{0,1,2,3,4,5,6,7}') AND r.span = ANY(@dueSpans)
          AND r.at >= @from AND r.at < @to AND (r.span, r.at, r.firewall_id) IN (
            SELECT span, at, firewall_id FROM unnest(@dueSpans, @ats, @firewalls) AS due (span, at, firewall_id))
        """;

    // The planner knows nothing of how many groups there will be: it would sort them all on disk to merge two lists.
    private const string Settings = "SET LOCAL work_mem = '64MB'; SET LOCAL enable_mergejoin = off";

    // Grouped once by quarter of an hour; hours and days are summed from the groups, of which there are fewer.
    private const string Make = """
        WITH due AS (SELECT * FROM unnest(@dueSpans, @ats, @firewalls) AS due (span, at, firewall_id)),
        quarters AS MATERIALIZED (
            SELECT quarter, firewall_id, dimension,
                   coalesce(CASE dimension
                       WHEN 0 THEN abbrev(source) WHEN 1 THEN abbrev(destination) WHEN 2 THEN coalesce(port::text, portless)
                       WHEN 3 THEN source_country WHEN 4 THEN destination_country WHEN 5 THEN 'AS' || source_as
                       WHEN 6 THEN rule ELSE integration END, '(none)') AS val,
                   count, CASE dimension WHEN 0 THEN sources ELSE 1 END AS sources
            FROM (
                SELECT quarter, firewall_id, source, destination, port, portless, source_country, destination_country,
                       source_as, rule, integration, sum(count) AS count, max(sources) AS sources,
                       CASE grouping(source, destination, port, source_country, destination_country, source_as, rule, integration)
                           WHEN 127 THEN 0 WHEN 191 THEN 1 WHEN 223 THEN 2 WHEN 239 THEN 3
                           WHEN 247 THEN 4 WHEN 251 THEN 5 WHEN 253 THEN 6 ELSE 7 END AS dimension
                FROM (
                    SELECT date_bin('15 minutes', f.slice, 'epoch') AS quarter, f.firewall_id, f.source, f.destination,
                           f.destination_port AS port, CASE WHEN f.destination_port IS NULL THEN f.transport END AS portless,
                           f.source_country, f.destination_country, f.source_as, f.rule, d.integration, f.count, f.sources
                    FROM all_flows f JOIN data_sources d ON d.id = f.data_source_id
                    WHERE f.slice >= @from AND f.slice < @to AND f.excepted_by IS NULL
                      AND date_bin('15 minutes', f.slice, 'epoch') = ANY(@quarters)) flows
                GROUP BY quarter, firewall_id, GROUPING SETS ((source), (destination), (port, portless), (source_country),
                         (destination_country), (source_as), (rule), (integration))) grouped),
        sums AS (
            SELECT due.span, due.at, due.firewall_id, q.dimension, q.val, sum(q.count) AS count, max(q.sources) AS sources
            FROM quarters q
            CROSS JOIN LATERAL (VALUES
                (15::smallint, q.quarter, q.firewall_id), (60::smallint, date_bin('1 hour', q.quarter, 'epoch'), q.firewall_id),
                (1440::smallint, date_bin('1 day', q.quarter, 'epoch'), q.firewall_id), (15::smallint, q.quarter, 0),
                (60::smallint, date_bin('1 hour', q.quarter, 'epoch'), 0),
                (1440::smallint, date_bin('1 day', q.quarter, 'epoch'), 0)) s (span, at, firewall_id)
            JOIN due ON due.span = s.span AND due.at = s.at AND due.firewall_id = s.firewall_id
            GROUP BY 1, 2, 3, 4, 5),
        ranked AS (
            SELECT *, row_number() OVER (PARTITION BY span, at, firewall_id, dimension ORDER BY count DESC, val) AS place,
                   sum(count) OVER (PARTITION BY span, at, firewall_id, dimension) AS total
            FROM sums),
        named AS (
            SELECT *, place <= @most OR (dimension = 0 AND place <= @mostSources AND count >= 0.001 * total) AS is_named
            FROM ranked),
        seen AS (
            INSERT INTO rules_seen AS s (firewall_id, rule, first_at)
            SELECT firewall_id, val, min(at) FROM named
            WHERE span = 15 AND dimension = 6 AND firewall_id <> 0 AND is_named AND val <> '(none)' GROUP BY 1, 2 ORDER BY 1, 2
            ON CONFLICT (firewall_id, rule) DO UPDATE SET first_at = excluded.first_at
            WHERE excluded.first_at < s.first_at)
        INSERT INTO rollups (firewall_id, dimension, span, at, total, vals, counts, distincts, entropy)
        SELECT firewall_id, dimension, span, at, max(total),
               array_agg(val ORDER BY place) FILTER (WHERE is_named),
               array_agg(count::bigint ORDER BY place) FILTER (WHERE is_named), least(sum(sources), 2147483647),
               CASE WHEN count(*) = 1 OR max(total) = 0 THEN 0 ELSE greatest(0, least(1,
                   (ln(max(total)::float8) - sum(count::float8 * ln(greatest(count, 1)::float8)) / max(total)::float8)
                   / ln(count(*)::float8))) END
        FROM named GROUP BY firewall_id, dimension, span, at ORDER BY 1, 2, 3, 4
        """; // made anew, not added to: run twice, still right

    /// <summary>Marks the spans of recounted slices; belongs in the transaction that writes the counts.</summary>
    public static Task MarkStaleAsync(NpgsqlConnection connection, IReadOnlyList<Recounted> dirty, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(dirty);
        return connection.ExecuteAsync(
            MarkStale,
            ct,
            ("slices", dirty.Select(row => row.Slice).ToArray()),
            ("firewalls", dirty.Select(row => row.FirewallId).ToArray()),
            ("spans", spans)
        );
    }

    /// <summary>
    /// Makes stale rollups anew, the newest day first and each day in one transaction. Only one caller works at a time: the
    /// others have nothing to do.
    /// </summary>
    /// <param name="rests">Hours and days that were made minutes ago wait; false makes all that is stale.</param>
    /// <returns>Spans of firewalls that were made.</returns>
    public async Task<int> RecomputeAsync(CancellationToken ct, bool rests = true)
    {
        var made = 0;
        await using var connection = await source.OpenConnectionAsync(ct);
        foreach (var day in await connection.RowsAsync(DueDays, row => row.Time(0), ct, ("rests", rests)))
        {
            await using var transaction = await connection.BeginTransactionAsync(ct);
            if (
                !await connection.ScalarAsync<bool>("SELECT pg_try_advisory_xact_lock(@lock)", ct, ("lock", RollupLock))
            )
                return made;

            made += await MakeDayAsync(connection, day, rests, ct);
            await transaction.CommitAsync(ct);
        }
        return made;
    }

    private static async Task<int> MakeDayAsync(
        NpgsqlConnection connection,
        DateTimeOffset day,
        bool rests,
        CancellationToken ct
    )
    {
        var due = await connection.RowsAsync(
            Claim,
            row => (Span: row.GetInt16(0), At: row.Time(1), Firewall: row.GetInt32(2)),
            ct,
            ("day", day),
            ("rests", rests)
        );
        if (due.Count == 0)
            return 0;

        var quarters = due.SelectMany(row => Enumerable.Range(0, row.Span / 15).Select(i => row.At.AddMinutes(15 * i)))
            .Distinct()
            .Order()
            .ToArray();
        (string, object?)[] keys =
        [
            ("dueSpans", due.Select(row => row.Span).ToArray()),
            ("ats", due.Select(row => row.At).ToArray()),
            ("firewalls", due.Select(row => row.Firewall).ToArray()),
            ("from", quarters[0]),
            ("to", quarters[^1].AddMinutes(15)),
        ];
        await connection.ExecuteAsync(Settings, ct);
        await connection.ExecuteAsync(Forget, ct, keys);
        await using var make = connection.Command(
            Make,
            [.. keys, ("quarters", quarters), ("most", MostValues), ("mostSources", MostSources)]
        );
        make.CommandTimeout = 0; // a day of millions of flows takes its time, and nobody waits for it
        await make.ExecuteNonQueryAsync(ct);
        return due.Count;
    }
}
