using System.Globalization;
using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Denywatch.Web.Ui;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.EntityFrameworkCore;

namespace Denywatch.Web.Features.Connectors;

/// <summary>Which messages: what the log's address and the API's query say.</summary>
/// <param name="Connector">Of this one alone.</param>
/// <param name="Alert">About this one alone.</param>
public sealed record DeliveriesView(int? Connector = null, DeliveryState? State = null, long? Alert = null)
{
    public const string Path = "/settings/deliveries";

    public static string UrlOf(DeliveriesView view)
    {
        ArgumentNullException.ThrowIfNull(view);
        var query = new QueryBuilder();
        if (view.Connector is { } connector)
            query.Add("connector", connector.ToString(CultureInfo.InvariantCulture));
        if (view.State is { } state)
            query.Add("state", state.ToString());
        if (view.Alert is { } alert)
            query.Add("alert", alert.ToString(CultureInfo.InvariantCulture));
        return Path + query;
    }
}

/// <summary>One message in the log.</summary>
/// <param name="SourceId">The source that it is about; null for alerts and tests.</param>
/// <param name="NextAt">When it is tried next; at once, or not at all, where it is null.</param>
public sealed record DeliveryRow(
    long Id,
    int ConnectorId,
    string Connector,
    ConnectorKind Kind,
    long? AlertId,
    AlertNews News,
    Guid MessageId,
    int Sequence,
    DeliveryState State,
    int Attempts,
    DateTimeOffset CreatedAt,
    DateTimeOffset? NextAt,
    DateTimeOffset? DoneAt,
    string? Answer,
    bool IsRemoved,
    int? SourceId = null
)
{
    public bool MayBeSentAgain => State == DeliveryState.GivenUp && News != AlertNews.Test && !IsRemoved;
}

/// <summary>Reads the log of what was told.</summary>
public sealed class DeliveryQueries(IDbContextFactory<DenywatchDb> dbs)
{
    /// <summary>The log as it stands now, to be read page by page.</summary>
    public async Task<KeyPages> PagesAsync(DeliveriesView view, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var keys = Of(db, view).OrderByDescending(d => d.Id).Select(d => d.Id);
        return await KeyPages.OfAsync(keys.AsAsyncEnumerable(), ct);
    }

    /// <summary>The newest first, from <paramref name="upTo"/> on.</summary>
    public async Task<IReadOnlyList<DeliveryRow>> PageAsync(
        DeliveriesView view,
        long upTo,
        int take,
        CancellationToken ct
    )
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        return await Of(db, view)
            .Where(d => d.Id <= upTo)
            .OrderByDescending(d => d.Id)
            .Take(take)
            .Select(d => new DeliveryRow(
                d.Id,
                d.ConnectorId,
                d.Connector.Name,
                d.Connector.Kind,
                d.AlertId,
                d.News,
                d.MessageId,
                d.Sequence,
                d.State,
                d.Attempts,
                d.CreatedAt,
                d.NextAt,
                d.DoneAt,
                d.Answer,
                d.Connector.RemovedAt != null,
                db.SourceAlarms.Where(alarm => alarm.Id == d.SourceAlarmId)
                    .Select(alarm => (int?)alarm.DataSourceId)
                    .FirstOrDefault()
            ))
            .ToListAsync(ct);
    }

    /// <summary>All that were ever told, by name.</summary>
    public async Task<IReadOnlyList<(int Id, string Name)>> ConnectorsAsync(CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var all = await db.Connectors.OrderBy(c => c.Name).Select(c => new { c.Id, c.Name }).ToListAsync(ct);
        return [.. all.Select(c => (c.Id, c.Name))];
    }

    private static IQueryable<Delivery> Of(DenywatchDb db, DeliveriesView view)
    {
        ArgumentNullException.ThrowIfNull(view);
        IQueryable<Delivery> deliveries = db.Deliveries.AsNoTracking();
        if (view.Connector is { } connector)
            deliveries = deliveries.Where(d => d.ConnectorId == connector);
        if (view.State is { } state)
            deliveries = deliveries.Where(d => d.State == state);
        if (view.Alert is { } alert)
            deliveries = deliveries.Where(d => d.AlertId == alert);
        return deliveries;
    }
}
