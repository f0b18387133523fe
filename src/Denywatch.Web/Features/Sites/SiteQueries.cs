using System.Net;
using Denywatch.Events.Exceptions;
using Denywatch.Storage;
using Microsoft.EntityFrameworkCore;

namespace Denywatch.Web.Features.Sites;

/// <summary>A site as listed.</summary>
/// <param name="Overlaps">Addresses that it loses to a smaller network of another site, or wins from a larger one.</param>
public sealed record SiteRow(
    int Id,
    string Name,
    IReadOnlyList<string> Networks,
    string TimeZone,
    IReadOnlyList<SiteFirewall> Firewalls,
    IReadOnlyList<string> Overlaps
);

/// <param name="Site">Name of the site where it stands; null where nobody said.</param>
public sealed record SiteFirewall(int Id, string Name, string? Site);

/// <summary>Reads sites and what stands there.</summary>
public sealed class SiteQueries(IDbContextFactory<DenywatchDb> dbs)
{
    public async Task<IReadOnlyList<SiteRow>> ListAsync(CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var sites = await db.Sites.AsNoTracking().OrderBy(site => site.Name).ToListAsync(ct);
        var firewalls = (await FirewallsAsync(ct)).ToLookup(firewall => firewall.Site, StringComparer.Ordinal);
        var overlaps = SiteOverlaps.Of(
            sites.Select(site => (site.Name, site.Networks.Select(FlowScope.NetworkOf).OfType<IPNetwork>()))
        );
        return
        [
            .. sites.Select(site => new SiteRow(
                site.Id,
                site.Name,
                site.Networks,
                site.TimeZone,
                [.. firewalls[site.Name]],
                [.. overlaps.Select(overlap => Words(overlap, site.Name)).OfType<string>()]
            )),
        ];
    }

    /// <summary>All firewalls that are not another name of one.</summary>
    public async Task<IReadOnlyList<SiteFirewall>> FirewallsAsync(CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        return await db
            .Firewalls.Where(firewall => firewall.AliasOfId == null)
            .OrderBy(firewall => firewall.Name)
            .Select(firewall => new SiteFirewall(firewall.Id, firewall.Name, firewall.Site!.Name))
            .ToListAsync(ct);
    }

    private static string? Words(SiteOverlap overlap, string site) =>
        overlap.Winner == site ? $"{overlap.Network} lies in {overlap.Within} of {overlap.Loser} and belongs here"
        : overlap.Loser == site ? $"{overlap.Network} in {overlap.Within} belongs to {overlap.Winner}"
        : null;
}
