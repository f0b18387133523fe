using Denywatch.Events.Exceptions;
using Denywatch.Storage;
using Microsoft.EntityFrameworkCore;

namespace Denywatch.Web.Features.Exceptions;

/// <summary>An exception as lists show it.</summary>
/// <param name="Scope">In words.</param>
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
    DateTimeOffset CreatedAt
);

/// <summary>Reads exceptions.</summary>
public sealed class ExceptionQueries(IDbContextFactory<DenywatchDb> dbs)
{
    /// <summary>Those that are not removed, the newest first; ended ones too, since they hold for the past.</summary>
    public async Task<IReadOnlyList<ExceptionRow>> ListAsync(CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var rows = await db
            .Exceptions.AsNoTracking()
            .Where(e => e.RemovedAt == null)
            .OrderByDescending(e => e.Id)
            .ToListAsync(ct);
        return
        [
            .. rows.Select(e => new ExceptionRow(
                e.Id,
                e.Scope.ToString(),
                e.Scope,
                e.Owner,
                e.Reason,
                e.From,
                e.Until,
                e.AlertId,
                e.CreatedBy,
                e.CreatedAt
            )),
        ];
    }
}
