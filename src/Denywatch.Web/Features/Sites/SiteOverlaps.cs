using System.Net;
using Denywatch.Events.Enrichment;

namespace Denywatch.Web.Features.Sites;

/// <summary>A network of one site inside a larger one of another: its addresses belong to the smaller.</summary>
public sealed record SiteOverlap(string Winner, IPNetwork Network, string Loser, IPNetwork Within);

/// <summary>Says which site has the addresses that networks of several hold.</summary>
public static class SiteOverlaps
{
    private sealed record Part(string Site, IPNetwork Network);

    public static IReadOnlyList<SiteOverlap> Of(IEnumerable<(string Site, IEnumerable<IPNetwork> Networks)> sites)
    {
        List<Part> parts = [.. sites.SelectMany(site => site.Networks.Select(network => new Part(site.Site, network)))];
        var table = new PrefixTable<Part>(parts.Select(part => KeyValuePair.Create(part.Network, part)));
        return
        [
            .. from part in parts
            let around = table.Find(part.Network.BaseAddress, shorterThan: part.Network.PrefixLength)
            where around is not null && around.Site != part.Site
            select new SiteOverlap(part.Site, part.Network, around.Site, around.Network),
        ];
    }
}
