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
    /// What the device says; where it says nothing, what the addresses say. Multicast and broadcast destinations count as
    /// internal.
    /// </summary>
    public Direction DirectionOf(FirewallEvent firewallEvent) =>
        firewallEvent.Direction != Direction.Unknown
            ? firewallEvent.Direction
            : Between(firewallEvent.Source, firewallEvent.Destination);

    private Direction Between(IPAddress? source, IPAddress? destination)
    {
        if (source is null || destination is null)
            return Direction.Unknown;
        return (sites.IsInternal(source), sites.IsInternal(destination)) switch
        {
            (false, true) => Direction.Inbound,
            (true, false) => Direction.Outbound,
            (true, true) => Direction.Internal,
            _ => Direction.External,
        };
    }
}
