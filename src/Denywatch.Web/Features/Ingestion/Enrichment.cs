using System.Net;
using Denywatch.Events.Enrichment;
using Denywatch.Events.Exceptions;
using Denywatch.Events.Flows;
using Denywatch.Storage;
using Denywatch.Web.Features.Assets;
using Denywatch.Web.Live;
using Microsoft.EntityFrameworkCore;

namespace Denywatch.Web.Features.Ingestion;

/// <summary>The tables that events are enriched from: country and AS data beside the app, sites and roles from the database.</summary>
public sealed partial class Enrichment(
    IDbContextFactory<DenywatchDb> dbs,
    ExceptionStore exceptions,
    AssetQueries assets,
    ILogger<Enrichment> logger
)
{
    private volatile Enricher current = new(GeoTables.Empty, SiteTable.Empty);
    private (AssetMark Mark, PrefixTable<string> Table)? roles;

    public GeoTables Geo { get; private set; } = GeoTables.Empty;

    /// <summary>Flows per slice and firewall that this node has made: shared by all batches.</summary>
    public FlowBudget Budget { get; } = new();

    public Enricher Current => current;

    /// <summary>What is not counted. A batch that is marked by an older table is marked again when it is counted.</summary>
    public ExceptionTable Exceptions { get; private set; } = ExceptionTable.Empty;

    /// <summary>Reads the country and AS tables from the folder <c>geo</c> beside the app; without it there are none.</summary>
    public void LoadGeo()
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "geo");
        if (Directory.Exists(folder))
            Geo = GeoTables.Load(folder);
        if (!Geo.IsLoaded)
            NoGeo(folder);
    }

    /// <summary>Takes over what people changed about sites, roles and exceptions.</summary>
    public async Task RefreshAsync(CancellationToken ct)
    {
        Exceptions = await exceptions.TableAsync(ct);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var sites = await db.Sites.AsNoTracking().OrderBy(site => site.Id).ToListAsync(ct);
        current = new(
            Geo,
            new(
                sites.SelectMany(site =>
                    site.Networks.Where(network => IPNetwork.TryParse(network, out _))
                        .Select(network => new SiteNetwork(IPNetwork.Parse(network), site.Name))
                )
            ),
            await RolesAsync(ct)
        );
    }

    /// <summary>A hundred thousand roles are read again only when one was changed.</summary>
    private async Task<PrefixTable<string>> RolesAsync(CancellationToken ct)
    {
        var mark = await assets.MarkAsync(ct);
        if (roles is not { } known || known.Mark != mark)
            roles = known = (mark, await assets.TableAsync(ct));
        return known.Table;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "No country and AS tables in {Folder}: those fields stay empty")]
    private partial void NoGeo(string folder);
}

/// <summary>Loads the tables before the first line is taken, and looks for changes every minute.</summary>
internal sealed class EnrichmentRefresh(Enrichment enrichment, LiveTopics live) : BackgroundService
{
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        enrichment.LoadGeo();
        await enrichment.RefreshAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var excepted = live.Subscribe(Topic.Exceptions, () => enrichment.RefreshAsync(stoppingToken));
        using var estate = live.Subscribe(Topic.Estate, () => enrichment.RefreshAsync(stoppingToken));
        using var timer = new PeriodicTimer(TimeSpan.FromMinutes(1));
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await enrichment.RefreshAsync(stoppingToken);
            }
            catch (Exception away) when (Committer.IsAway(away))
            {
                // The next minute will do.
            }
        }
    }
}
