using Denywatch.Events;
using Denywatch.Events.Assets;
using Denywatch.Events.Exceptions;
using Denywatch.Web.Features.Assets;

namespace Denywatch.Web.Features.Exceptions;

/// <summary>Traffic that networks are full of and that is nobody's attack, as an exception to begin with.</summary>
/// <param name="Key">As addresses name it.</param>
/// <param name="Reason">What the form says at first.</param>
public sealed record NoisePack(string Key, string Name, string Reason, FlowScope Scope)
{
    /// <summary>Address blocks: RFC 5771 and RFC 4291 (multicast), RFC 919 (broadcast); ports: the IANA registry.</summary>
    public static IReadOnlyList<NoisePack> All { get; } =
    [
        new(
            "multicast",
            "Multicast",
            "Multicast is sent to groups, and firewalls drop it by design.",
            new() { Destinations = ["224.0.0.0/4", "ff00::/8"] }
        ),
        new(
            "broadcast",
            "Broadcast",
            "Broadcasts end at the firewall by design.",
            new() { Destinations = ["255.255.255.255"] }
        ),
        new(
            "discovery",
            "Name and service discovery",
            "Clients look for names, printers and addresses in their own network: NetBIOS, SSDP, mDNS, LLMNR, WS-Discovery, DHCP.",
            new()
            {
                Transports = ["udp"],
                Ports =
                [
                    new(67, 68),
                    new(137, 138),
                    new(546, 547),
                    new(1900, 1900),
                    new(3702, 3702),
                    new(5353, 5353),
                    new(5355, 5355),
                ],
                Directions = [Direction.Internal],
            }
        ),
        new(
            "own-scanners",
            "Own scanners",
            "Our own scanners try what firewalls deny, by design.",
            new() { SourceRoles = [AssetRoles.OwnScanner] }
        ),
    ];

    public static NoisePack? Of(string? key) => All.FirstOrDefault(pack => pack.Key == key);

    /// <summary>What the menu leads to: the form, or the page where it is said which addresses have the role it names.</summary>
    /// <param name="rolesInUse">Roles that an address has.</param>
    public string UrlWith(IReadOnlySet<string> rolesInUse) =>
        Scope.SourceRoles.FirstOrDefault(role => !rolesInUse.Contains(role)) is { } missing
            ? new AssetsView(missing).ToUrl()
            : FormUrl;

    /// <summary>The form filled in; it is tried on the past before it is saved, like any other.</summary>
    public string FormUrl => (ExceptionView.Of(Scope) with { Pack = Key, Days = ExceptionView.MostDays }).ToUrl();
}
