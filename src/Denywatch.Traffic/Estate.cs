using System.Net;

namespace Denywatch.Traffic;

/// <summary>Names of a firewall's rules, as its vendor's log states them.</summary>
public sealed record RuleNames(string Inbound, string Outbound, string Internal, string Allowed);

/// <summary>One made-up firewall.</summary>
/// <param name="Integration">Id of the integration whose lines it writes.</param>
/// <param name="Zone">Zone of its site: people come and go by its clock.</param>
/// <param name="PublicNetwork">First three octets of its public /24.</param>
/// <param name="InsideNetwork">First two octets of its inside /16.</param>
/// <param name="ScansPerSlice">Mean denies from the internet in five minutes.</param>
/// <param name="OfficePerSlice">Mean denies of people and machines inside, in five minutes of a working day.</param>
public sealed record GeneratedFirewall(
    string Name,
    string Integration,
    string Site,
    TimeZoneInfo Zone,
    string PublicNetwork,
    string InsideNetwork,
    double ScansPerSlice,
    double OfficePerSlice,
    RuleNames Rules
)
{
    /// <summary>An address of the public /24.</summary>
    public IPAddress PublicHost(int host) => IPAddress.Parse($"{PublicNetwork}.{1 + host % 254}");

    /// <summary>An address of the inside /16.</summary>
    public IPAddress InsideHost(int network, int host) =>
        IPAddress.Parse($"{InsideNetwork}.{network % 256}.{1 + host % 254}");
}

/// <summary>The firewalls that traffic is made for.</summary>
public sealed record Estate(IReadOnlyList<GeneratedFirewall> Firewalls)
{
    /// <summary>Five firewalls of five vendors at four sites in three zones; public addresses are those of RFC 5737.</summary>
    public static Estate Default { get; } =
        new([
            new(
                "fw-edge-1",
                "cisco_asa",
                "Berlin",
                TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"),
                "198.51.100",
                "10.1",
                44,
                9,
                new("outside_in", "inside_out", "dmz_in", "outside_in")
            ),
            new(
                "fw-dc-2",
                "panw_panos",
                "Berlin",
                TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"),
                "198.51.100",
                "10.2",
                16,
                14,
                new("cleanup-inbound", "deny-egress", "segment-deny", "allow-web")
            ),
            new(
                "fw-nyc-1",
                "fortinet_fortigate",
                "New York",
                TimeZoneInfo.FindSystemTimeZoneById("America/New_York"),
                "203.0.113",
                "10.20",
                26,
                8,
                new("deny-from-internet", "deny-to-internet", "deny-between-zones", "publish-web")
            ),
            new(
                "fw-branch-7",
                "pfsense",
                "Singapore",
                TimeZoneInfo.FindSystemTimeZoneById("Asia/Singapore"),
                "192.0.2",
                "192.168",
                11,
                5,
                new("1000000103", "1535324496", "1535324501", "1535324477")
            ),
            new(
                "gw-lab-1",
                "iptables",
                "Hamburg",
                TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"),
                "203.0.113",
                "172.16",
                7,
                2,
                new("UFW BLOCK", "UFW BLOCK", "UFW BLOCK", "UFW ALLOW")
            ),
        ]);

    public GeneratedFirewall By(string name) => Firewalls.First(firewall => firewall.Name == name);
}
