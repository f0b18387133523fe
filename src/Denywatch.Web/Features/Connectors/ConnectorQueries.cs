using Denywatch.Alerting;
using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Microsoft.EntityFrameworkCore;

namespace Denywatch.Web.Features.Connectors;

/// <summary>A message that waits first in its connector's line.</summary>
/// <param name="NextAt">At once where it is null.</param>
/// <param name="Answer">What was said to the last attempt; null before the first.</param>
public sealed record WaitingMessage(DateTimeOffset CreatedAt, DateTimeOffset? NextAt, string? Answer);

/// <summary>A connector and how it goes.</summary>
/// <param name="DeliveredAt">When something of an alert was delivered last.</param>
/// <param name="GivenUp">Messages that were given up, tests not counted.</param>
public sealed record ConnectorRow(
    int Id,
    string Name,
    ConnectorKind Kind,
    string Address,
    Severity MinimumSeverity,
    IReadOnlyList<Guid> RuleIds,
    bool IsEnabled,
    string CreatedBy,
    DateTimeOffset CreatedAt,
    int Waiting,
    WaitingMessage? First,
    DateTimeOffset? DeliveredAt,
    int GivenUp
);

/// <summary>Reads connectors; those that are removed are not among them.</summary>
public sealed class ConnectorQueries(IDbContextFactory<DenywatchDb> dbs)
{
    public async Task<IReadOnlyList<ConnectorRow>> ListAsync(CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        return await db
            .Connectors.AsNoTracking()
            .Where(c => c.RemovedAt == null)
            .OrderBy(c => c.Name)
            .Select(c => new ConnectorRow(
                c.Id,
                c.Name,
                c.Kind,
                c.Address,
                (Severity)c.MinimumRank,
                c.RuleIds,
                c.IsEnabled,
                c.CreatedBy,
                c.CreatedAt,
                db.Deliveries.Count(d => d.ConnectorId == c.Id && d.State == DeliveryState.Waiting),
                db.Deliveries.Where(d => d.ConnectorId == c.Id && d.State == DeliveryState.Waiting)
                    .OrderBy(d => d.Id)
                    .Select(d => new WaitingMessage(d.CreatedAt, d.NextAt, d.Answer))
                    .FirstOrDefault(),
                db.Deliveries.Where(d => d.ConnectorId == c.Id && d.State == DeliveryState.Delivered)
                    .Max(d => d.DoneAt),
                db.Deliveries.Count(d =>
                    d.ConnectorId == c.Id && d.State == DeliveryState.GivenUp && d.News != AlertNews.Test
                )
            ))
            .ToListAsync(ct);
    }

    /// <summary>Rules by name, for choosing whose alerts are told.</summary>
    public async Task<IReadOnlyList<(Guid Id, string Name)>> RulesAsync(CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var rules = await db
            .Rules.OrderBy(rule => rule.Name)
            .Select(rule => new { rule.Id, rule.Name })
            .ToListAsync(ct);
        return [.. rules.Select(rule => (rule.Id, rule.Name))];
    }
}
