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
            DELETE FROM stale_rollups s WHERE s.at >= @from AND s.at < @to AND s.span <= @longest AND ({Due})
            RETURNING s.span, s.at, s.firewall_id)
        SELECT DISTINCT span, at, firewall FROM claimed, unnest(ARRAY[firewall_id, 0]) AS firewall
        """;

    // By every column of the key, so that its index is used however many rollups there are.
    private const string Forget = """
        DELETE FROM rollups r
        WHERE r.firewall_id = ANY(@firewalls) AND r.dimension = ANY('{0,1,2,3,4,5,6,7}') AND r.span = ANY(@dueSpans)
          AND r.at >= @from AND r.at < @to AND (r.span, r.at, r.firewall_id) IN (
            SELECT span, at, firewall_id FROM unnest(@dueSpans, @ats, @firewalls) AS due (span, at, firewall_id))
        """;

    private const string Flows = """
        SELECT f.slice, f.firewall_id, f.count, f.sources, abbrev(f.source), abbrev(f.destination),
               coalesce(f.destination_port::text, f.transport), f.source_country, f.destination_country, 'AS' || f.source_as,
               f.rule, d.integration
        FROM all_flows f JOIN data_sources d ON d.id = f.data_source_id
        WHERE f.slice >= @from AND f.slice < @to AND f.excepted_by IS NULL
        """;

    private const string Write = """
        COPY rollups (firewall_id, dimension, span, at, total, vals, counts, distincts, entropy) FROM STDIN (FORMAT binary)
        """;

    private const string See = """
        INSERT INTO rules_seen AS s (firewall_id, rule, first_at)
        SELECT firewall_id, rule, min(at) FROM unnest(@firewalls, @rules, @ats) AS seen (firewall_id, rule, at)
        WHERE rule <> '(none)' GROUP BY 1, 2 ORDER BY 1, 2
        ON CONFLICT (firewall_id, rule) DO UPDATE SET first_at = excluded.first_at
        WHERE excluded.first_at < s.first_at
        """;

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
    /// Makes stale rollups anew, the newest day first and each day in one transaction; the last hour before each of them, so
    /// that it never waits for a month of history. Only one caller works at a time: the others have nothing to do.
    /// </summary>
    /// <param name="rests">Hours and days that were made minutes ago wait; false makes all that is stale.</param>
    /// <returns>Spans of firewalls that were made.</returns>
    public async Task<int> RecomputeAsync(CancellationToken ct, bool rests = true)
    {
        var made = 0;
        await using var connection = await source.OpenConnectionAsync(ct);
        foreach (var day in await connection.RowsAsync(DueDays, row => row.Time(0), ct, ("rests", rests)))
        {
            var hourAgo = RollupSpan.Of(15, DateTimeOffset.UtcNow.AddHours(-1), AllFirewalls).At;
            made += await MakeAsync(connection, hourAgo, hourAgo.AddDays(1), longest: 60, rests, ct);
            made += await MakeAsync(connection, day, day.AddDays(1), longest: 1440, rests, ct);
        }
        return made;
    }

    private static async Task<int> MakeAsync(
        NpgsqlConnection connection,
        DateTimeOffset from,
        DateTimeOffset to,
        short longest,
        bool rests,
        CancellationToken ct
    )
    {
        await using var transaction = await connection.BeginTransactionAsync(ct);
        if (!await connection.ScalarAsync<bool>("SELECT pg_try_advisory_xact_lock(@lock)", ct, ("lock", RollupLock)))
            return 0;

        var due = await connection.RowsAsync(
            Claim,
            row => new RollupSpan(row.GetInt16(0), row.Time(1), row.GetInt32(2)),
            ct,
            ("from", from),
            ("to", to),
            ("longest", longest),
            ("rests", rests)
        );
        if (due.Count == 0)
            return 0;

        var rollups = await FoldAsync(connection, due, ct);
        await connection.ExecuteAsync(
            Forget,
            ct,
            ("dueSpans", due.ConvertAll(span => span.Minutes)),
            ("ats", due.ConvertAll(span => span.At)),
            ("firewalls", due.ConvertAll(span => span.Firewall)),
            ("from", due.Min(span => span.At)),
            ("to", to)
        );
        await WriteAsync(connection, rollups, ct);
        await transaction.CommitAsync(ct);
        return due.Count;
    }

    private static async Task<List<Rollup>> FoldAsync(
        NpgsqlConnection connection,
        IReadOnlyList<RollupSpan> due,
        CancellationToken ct
    )
    {
        var fold = new RollupFold(due.ToHashSet());
        List<Rollup> rollups = [];
        var quarters = due.SelectMany(span =>
                Enumerable.Range(0, span.Minutes / 15).Select(i => span.At.AddMinutes(15 * i))
            )
            .Distinct()
            .GroupBy(quarter => RollupSpan.Of(60, quarter, AllFirewalls).At);
        var values = new string?[Enum.GetValues<RollupDimension>().Length];
        foreach (var hour in quarters)
        {
            await using var command = connection.Command(
                Flows,
                ("from", hour.Min()),
                ("to", hour.Max().AddMinutes(15))
            );
            command.CommandTimeout = 0; // an hour of a million flows takes its time, and nobody waits for it
            await using var flows = await command.ExecuteReaderAsync(ct);
            while (await flows.ReadAsync(ct))
            {
                for (var i = 0; i < values.Length; i++)
                    values[i] = flows.TextOrNull(4 + i);
                fold.Add(flows.Time(0), flows.GetInt32(1), values, flows.GetInt64(2), flows.GetInt32(3));
            }
            rollups.AddRange(fold.EndHour());
        }
        rollups.AddRange(fold.EndDay());
        return rollups;
    }

    private static async Task WriteAsync(NpgsqlConnection connection, List<Rollup> rollups, CancellationToken ct)
    {
        await using (var copy = await connection.BeginBinaryImportAsync(Write, ct))
        {
            foreach (var rollup in rollups.OrderBy(r => (r.Span.Firewall, r.Dimension, r.Span.Minutes, r.Span.At)))
            {
                await copy.StartRowAsync(ct);
                await copy.WriteAsync(rollup.Span.Firewall, ct);
                await copy.WriteAsync((short)rollup.Dimension, ct);
                await copy.WriteAsync(rollup.Span.Minutes, ct);
                await copy.WriteAsync(rollup.Span.At, ct);
                await copy.WriteAsync(rollup.Total, ct);
                await copy.WriteAsync(rollup.Values, ct);
                await copy.WriteAsync(rollup.Counts, ct);
                await copy.WriteAsync(rollup.Distincts, ct);
                await copy.WriteAsync((float)rollup.Entropy, ct);
            }
            await copy.CompleteAsync(ct);
        }

        var rules = rollups
            .Where(r => r.Span is { Minutes: 15, Firewall: not AllFirewalls } && r.Dimension == RollupDimension.Rule)
            .SelectMany(r => r.Values.Select(rule => (r.Span.Firewall, Rule: rule, r.Span.At)))
            .ToList();
        await connection.ExecuteAsync(
            See,
            ct,
            ("firewalls", rules.ConvertAll(seen => seen.Firewall)),
            ("rules", rules.ConvertAll(seen => seen.Rule)),
            ("ats", rules.ConvertAll(seen => seen.At))
        );
    }
}
