using Denywatch.Events.Exceptions;
using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Denywatch.Web.Features.Exceptions;

/// <summary>An exception as lists show it.</summary>
/// <param name="Scope">In words.</param>
/// <param name="RemovedAt">Null unless it was taken back: then it holds for nothing.</param>
public sealed record ExceptionRow(
    int Id,
    string Scope,
    FlowScope Conditions,
    string Owner,
    string Reason,
    DateTimeOffset From,
    DateTimeOffset Until,
    long? AlertId,
    string CreatedBy,
    DateTimeOffset CreatedAt,
    DateTimeOffset? RemovedAt = null
)
{
    public bool IsInForceAt(DateTimeOffset now) => RemovedAt is null && From <= now && now < Until;
}

/// <summary>What an exception took away.</summary>
/// <param name="Denies">Denied attempts in the days asked for.</param>
/// <param name="Last">Start of the last slice with any.</param>
public sealed record ExceptionHits(long Denies, DateTimeOffset Last);

/// <summary>Another exception that means the same traffic.</summary>
/// <param name="Share">Of what the first took away, 0 to 1.</param>
public sealed record ExceptionOverlap(ExceptionRow Other, double Share);

/// <summary>Reads exceptions; those with a schedule are windows, and not among them.</summary>
public sealed class ExceptionQueries(IDbContextFactory<DenywatchDb> dbs, NpgsqlDataSource source, TimeProvider clock)
{
    /// <summary>Days that hits are counted over.</summary>
    public const int HitDays = 7;

    /// <summary>Others that an exception is compared with.</summary>
    private const int MostCompared = 100;

    /// <summary>Those that are not removed, the newest first; ended ones too, since they hold for the past.</summary>
    public async Task<IReadOnlyList<ExceptionRow>> ListAsync(CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var rows = await db
            .Exceptions.AsNoTracking()
            .Where(e => e.RemovedAt == null && e.Schedule == null)
            .OrderByDescending(e => e.Id)
            .ToListAsync(ct);
        return [.. rows.Select(Row)];
    }

    /// <summary>One, removed or not; null where there is none.</summary>
    public async Task<ExceptionRow?> FindAsync(int id, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        return
            await db.Exceptions.AsNoTracking().SingleOrDefaultAsync(e => e.Id == id && e.Schedule == null, ct)
                is { } found
            ? Row(found)
            : null;
    }

    /// <summary>What each took away in the last days; those that took nothing are not in it.</summary>
    public async Task<IReadOnlyDictionary<int, ExceptionHits>> HitsAsync(CancellationToken ct, int days = HitDays)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        var hits = await connection.RowsAsync(
            """
            SELECT excepted_by, sum(count)::bigint, max(slice) FROM all_flows
            WHERE excepted_by IS NOT NULL AND slice >= now() - make_interval(days => @days) GROUP BY 1
            """,
            row => (Id: row.GetInt32(0), Hits: new ExceptionHits(row.GetInt64(1), row.Time(2))),
            ct,
            ("days", days)
        );
        return hits.ToDictionary(hit => hit.Id, hit => hit.Hits);
    }

    /// <summary>Which other exceptions mean the same traffic, most first: without this one they would take it away.</summary>
    public async Task<IReadOnlyList<ExceptionOverlap>> OverlapsAsync(int id, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var now = clock.GetUtcNow();
        var others = await db
            .Exceptions.AsNoTracking()
            .Where(e => e.Id != id && e.RemovedAt == null && e.Until > now)
            .OrderBy(e => e.Id)
            .Take(MostCompared)
            .ToListAsync(ct);
        if (others.Count == 0)
            return [];

        var sql = new ScopeSql("o");
        var sums = others.Select(e => $"coalesce(sum(f.count) FILTER (WHERE {sql.InForce(e.ToActive())}), 0)::bigint");
        await using var connection = await source.OpenConnectionAsync(ct);
        var found = await connection.RowsAsync(
            $"""
            SELECT coalesce(sum(f.count), 0)::bigint, {string.Join(", ", sums)} FROM all_flows f
            WHERE f.excepted_by = @id AND f.slice >= now() - make_interval(days => @days)
            """,
            row =>
                (
                    All: row.GetInt64(0),
                    Each: others
                        .Index()
                        .Select(e => (Exception: e.Item, Denies: row.GetInt64(e.Index + 1)))
                        .Where(e => e.Denies > 0)
                        .OrderByDescending(e => e.Denies)
                        .ToList()
                ),
            ct,
            [("id", id), ("days", HitDays), .. sql.Parameters]
        );
        var (all, each) = found[0];
        return [.. each.Select(e => new ExceptionOverlap(Row(e.Exception), (double)e.Denies / all))];
    }

    private static ExceptionRow Row(TrafficException e) =>
        new(
            e.Id,
            e.Scope.ToString(),
            e.Scope,
            e.Owner,
            e.Reason,
            e.From,
            e.Until,
            e.AlertId,
            e.CreatedBy,
            e.CreatedAt,
            e.RemovedAt
        );
}
