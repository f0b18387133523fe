using System.Net;

namespace Denywatch.Events.Enrichment;

/// <summary>Adds to an event what tables know: country, autonomous system, site, direction. Free of state; share it.</summary>
public sealed class Enricher(GeoTables geo, SiteTable sites)
{
    public FlowAttributes AttributesOf(FirewallEvent firewallEvent) =>
        new(
            geo.CountryOf(firewallEvent.Source),
            geo.AsOf(firewallEvent.Source),
            geo.CountryOf(firewallEvent.Destination),
            geo.AsOf(firewallEvent.Destination),
            sites.SiteOf(firewallEvent.Destination) ?? sites.SiteOf(firewallEvent.Source)
        );

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
