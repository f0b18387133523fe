using System.Net;

namespace Denywatch.Events.Enrichment;

/// <summary>Adds to an event what tables know: country, autonomous system, site, role, direction. Free of state; share it.</summary>
/// <param name="roles">Roles of assets; none where null.</param>
public sealed class Enricher(GeoTables geo, SiteTable sites, PrefixTable<string>? roles = null)
{
    private readonly PrefixTable<string> roles = roles ?? new([]);

    public FlowAttributes AttributesOf(FirewallEvent firewallEvent) =>
        new(
            geo.CountryOf(firewallEvent.Source),
            geo.AsOf(firewallEvent.Source),
            geo.CountryOf(firewallEvent.Destination),
            geo.AsOf(firewallEvent.Destination),
            sites.SiteOf(firewallEvent.Destination) ?? sites.SiteOf(firewallEvent.Source),
            roles.Find(firewallEvent.Source),
            roles.Find(firewallEvent.Destination)
        );

    /// <summary>ISO 3166-1 alpha-2; null where no table knows.</summary>
    public string? DestinationCountryOf(FirewallEvent firewallEvent) => geo.CountryOf(firewallEvent.Destination);

    /// <summary>
    /// From the addresses where one end is ours and one is not, or both are ours: devices say "in" of an interface or of
    /// an attack's session as well. What the device says holds where the addresses cannot tell. Multicast and broadcast
    /// destinations count as internal.
    /// </summary>
    public Direction DirectionOf(FirewallEvent firewallEvent)
    {
        var (source, destination, stated) = (firewallEvent.Source, firewallEvent.Destination, firewallEvent.Direction);
        if (source is null || destination is null)
            return stated;
        return (sites.IsInternal(source), sites.IsInternal(destination)) switch
        {
            (false, true) => Direction.Inbound,
            (true, false) => Direction.Outbound,
            (true, true) => Direction.Internal,
            _ => stated == Direction.Unknown ? Direction.External : stated,
        };
    }
}
