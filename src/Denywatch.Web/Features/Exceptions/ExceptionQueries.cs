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

/// <summary>Reads exceptions; those with a schedule are windows, and not among them.</summary>
public sealed class ExceptionQueries(IDbContextFactory<DenywatchDb> dbs, NpgsqlDataSource source)
{
    /// <summary>Days that hits are counted over.</summary>
    public const int HitDays = 7;

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

    /// <summary>What each took away in the last <see cref="HitDays"/> days; those that took nothing are not in it.</summary>
    public async Task<IReadOnlyDictionary<int, ExceptionHits>> HitsAsync(CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        var hits = await connection.RowsAsync(
            """
            SELECT excepted_by, sum(count)::bigint, max(slice) FROM all_flows
            WHERE excepted_by IS NOT NULL AND slice >= now() - make_interval(days => @days) GROUP BY 1
            """,
            row => (Id: row.GetInt32(0), Hits: new ExceptionHits(row.GetInt64(1), row.Time(2))),
            ct,
            ("days", HitDays)
        );
        return hits.ToDictionary(hit => hit.Id, hit => hit.Hits);
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
