using Denywatch.Events.Exceptions;
using Denywatch.Events.Maintenance;
using Denywatch.Storage.Entities;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Denywatch.Storage;

/// <summary>Marks flows with the exception that takes them away.</summary>
public sealed class ExceptionStore(IDbContextFactory<DenywatchDb> dbs)
{
    private static readonly string[] FlowTables = ["flows", "recent_flows"];

    // What is marked here needs no second look for being stale.
    private const string Mark = """
        WITH marked AS (
            UPDATE {table} f SET excepted_by = {mark}
            WHERE f.slice >= @from AND f.slice < @until {condition} AND f.excepted_by IS DISTINCT FROM {mark}
            RETURNING f.slice, f.firewall_id, f.data_source_id),
        dirty AS (
            INSERT INTO dirty_slices (slice, firewall_id, data_source_id, exceptions_version, reason)
            SELECT slice, firewall_id, min(data_source_id), 9223372036854775807, @reason::text FROM marked
            WHERE @reason::text IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2) -- claimed in this order: each day is read once
        SELECT count(*) FROM marked
        """;

    /// <summary>All exceptions that hold for anything, with every name that their firewalls go by.</summary>
    public async Task<ExceptionTable> TableAsync(CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var rows = await db.Exceptions.AsNoTracking().ToListAsync(ct);
        var firewalls = await db.Firewalls.AsNoTracking().ToListAsync(ct);
        var all = rows.Where(row => row.RemovedAt is null).Select(row => WithAliases(row.ToActive(), firewalls));
        return new(rows.Count == 0 ? 0 : rows.Max(row => row.Change), all);
    }

    /// <summary>
    /// Marks the flows of claimed dirty slices anew where a batch was marked by an older table than the one that holds now:
    /// a node learns of a change a little later than it is made.
    /// </summary>
    /// <param name="claimed">Slices with the version that their batch was marked by.</param>
    public async Task MarkStaleAsync(
        NpgsqlConnection connection,
        IReadOnlyList<(DateTimeOffset Slice, long Version)> claimed,
        CancellationToken ct
    )
    {
        var newest = await connection.ScalarAsync<long>("SELECT coalesce(max(change), 0) FROM exceptions", ct);
        var stale = claimed.Where(row => row.Version < newest).Select(row => row.Slice).Distinct().Order().ToArray();
        if (stale.Length == 0)
            return;

        var only = ("f.slice = ANY(@stale)", new (string, object?)[] { ("stale", stale) });
        var table = await TableAsync(ct);
        var until = stale[^1] + Events.DenyFlow.SliceSpan;
        await MarkAsync(connection, table.Exceptions, stale[0], until, only, reason: null, ct);
    }

    /// <summary>
    /// Marks anew what some exceptions mean or have marked, after they were added, changed, ended or removed in the same
    /// transaction, and hands the slices that change to counting.
    /// </summary>
    /// <param name="only">The time that their change is about; null for all that they hold for or ever did.</param>
    public static async Task<long> RemarkAsync(
        NpgsqlConnection connection,
        DenywatchDb db,
        IReadOnlyList<TrafficException> changed,
        string reason,
        CancellationToken ct,
        Occurrence? only = null
    )
    {
        ArgumentNullException.ThrowIfNull(db);
        ArgumentNullException.ThrowIfNull(changed);
        var rows = await db.Exceptions.AsNoTracking().Where(row => row.RemovedAt == null).ToListAsync(ct);
        var sql = new ScopeSql("c");
        List<string> touched = [.. changed.Select(each => $"f.excepted_by = {each.Id}")];
        touched.AddRange(
            changed
                .Where(each => each.RemovedAt is null)
                .Select(each => $"f.excepted_by IS NULL AND {sql.InForce(each.ToActive())}")
        );
        return await MarkAsync(
            connection,
            rows.Select(row => row.ToActive()),
            only?.From ?? changed.Min(each => each.From),
            only?.Until ?? DateTimeOffset.MaxValue, // what they have marked may lie past an end that was just moved
            (string.Join(" OR ", touched), sql.Parameters),
            reason,
            ct
        );
    }

    /// <summary>
    /// Marks the flows of [from, until) anew by <paramref name="exceptions"/>, and writes down which slices changed. The
    /// caller's transaction holds off counting, so that no batch falls between the old marks and the new.
    /// </summary>
    /// <param name="only">A further condition on rows <c>f</c>, with its parameters; null for all rows.</param>
    /// <param name="reason">Why the slices are to be counted again, as revisions tell it; null where they are dirty already.</param>
    /// <returns>Rows whose mark changed.</returns>
    public static async Task<long> MarkAsync(
        NpgsqlConnection connection,
        IEnumerable<ActiveException> exceptions,
        DateTimeOffset from,
        DateTimeOffset until,
        (string Sql, IReadOnlyList<(string Name, object? Value)> Parameters)? only,
        string? reason,
        CancellationToken ct
    )
    {
        var sql = new ScopeSql("e");
        var mark = sql.Excepting(exceptions);
        var condition = only is { } given ? $"AND ({given.Sql})" : "";
        long marked = 0;
        foreach (var table in FlowTables)
        {
            await using var command = connection.Command(
                Mark.Replace("{table}", table, StringComparison.Ordinal)
                    .Replace("{mark}", mark, StringComparison.Ordinal)
                    .Replace("{condition}", condition, StringComparison.Ordinal),
                [("from", from), ("until", until), ("reason", reason), .. sql.Parameters, .. only?.Parameters ?? []]
            );
            command.CommandTimeout = 0; // a country among ten million flows takes up to a minute: all are marked, or none
            marked += await command.ExecuteScalarAsync(ct) is long rows ? rows : 0;
        }
        return marked;
    }

    private static ActiveException WithAliases(ActiveException exception, List<Firewall> firewalls)
    {
        if (exception.Scope.Firewalls is not { Count: > 0 } named)
            return exception;

        var meant = firewalls
            .Where(f => named.Contains(f.Name, StringComparer.Ordinal))
            .Select(f => f.AliasOfId ?? f.Id)
            .ToHashSet();
        var names = firewalls.Where(f => meant.Contains(f.AliasOfId ?? f.Id)).Select(f => f.Name);
        return exception with
        {
            Scope = exception.Scope with { Firewalls = [.. named.Union(names, StringComparer.Ordinal)] },
        };
    }
}
