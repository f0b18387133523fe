using System.Net;

namespace Denywatch.Events.Enrichment;

/// <summary>A site's network.</summary>
public readonly record struct SiteNetwork(IPNetwork Network, string Site);

/// <summary>
/// Which addresses are ours, and at which site. With no site configured, the private and local ranges of RFC 1918, 4193,
/// 6598, 3927 and 4291 are ours, without a site's name.
/// </summary>
public sealed class SiteTable
{
    public static SiteTable Empty { get; } = new([]);

    private readonly PrefixTable<string> networks;

    /// <param name="networks">A site inside another one's network wins; of two that have the same, the first.</param>
    public SiteTable(IEnumerable<SiteNetwork> networks) =>
        this.networks = new(networks.Select(each => KeyValuePair.Create(each.Network, each.Site)));

    /// <summary>The site of an address; null where no site holds it.</summary>
    public string? SiteOf(IPAddress? address) => networks.Find(address);

    /// <summary>
    /// True for an address of a site, and always for private and local ones, multicast and broadcast: such a packet never
    /// leaves the network it was seen in.
    /// </summary>
    public bool IsInternal(IPAddress address) => ReservedAddresses.Contains(address) || SiteOf(address) is not null;
}
