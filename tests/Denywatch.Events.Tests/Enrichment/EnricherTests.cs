using System.Net;
using Denywatch.Events.Enrichment;

namespace Denywatch.Events.Tests.Enrichment;

public sealed class EnricherTests
{
    [Theory]
    [InlineData("198.51.100.7", "10.0.0.1", Direction.Inbound)]
    [InlineData("10.0.0.1", "198.51.100.7", Direction.Outbound)]
    [InlineData("10.0.0.1", "192.168.3.4", Direction.Internal)]
    [InlineData("198.51.100.7", "203.0.113.1", Direction.External)]
    [InlineData("10.0.0.1", "239.255.255.250", Direction.Internal)]
    [InlineData("10.0.0.1", "255.255.255.255", Direction.Internal)]
    [InlineData("fe80::1", "ff02::1", Direction.Internal)]
    [InlineData("2001:db8::1", "fd00::1", Direction.Inbound)]
    [InlineData("100.64.0.1", "100.128.0.1", Direction.Outbound)]
    public void Private_networks_are_internal_when_no_site_is_configured(
        string source,
        string destination,
        Direction direction
    ) => Assert.Equal(direction, Between(SiteTable.Empty, source, destination));

    [Theory]
    [InlineData("198.51.100.7", "203.0.113.1", Direction.Inbound)]
    [InlineData("203.0.113.1", "198.51.100.7", Direction.Outbound)]
    [InlineData("203.0.113.1", "203.0.113.2", Direction.Internal)]
    public void The_networks_of_a_site_are_internal(string source, string destination, Direction direction) =>
        Assert.Equal(
            direction,
            Between(new SiteTable([new(IPNetwork.Parse("203.0.113.0/24"), "vienna")]), source, destination)
        );

    [Theory]
    [InlineData("198.51.100.7", "203.0.113.1", Direction.Inbound)]
    [InlineData("10.0.0.1", null, Direction.Inbound)]
    [InlineData("10.0.0.1", "10.0.0.2", Direction.Internal)]
    [InlineData("10.0.0.1", "203.0.113.1", Direction.Outbound)]
    public void What_the_device_says_counts_where_the_addresses_cannot_tell(
        string source,
        string? destination,
        Direction direction
    )
    {
        var said = new FirewallEvent
        {
            Verdict = Verdict.Denied,
            Source = IPAddress.Parse(source),
            Destination = destination is null ? null : IPAddress.Parse(destination),
            Direction = Direction.Inbound,
        };

        Assert.Equal(direction, new Enricher(GeoTables.Empty, SiteTable.Empty).DirectionOf(said));
    }

    [Fact]
    public void The_smallest_network_names_the_site()
    {
        var sites = new SiteTable([
            new(IPNetwork.Parse("10.0.0.0/8"), "all"),
            new(IPNetwork.Parse("10.1.0.0/16"), "vienna"),
        ]);

        Assert.Equal("vienna", sites.SiteOf(IPAddress.Parse("10.1.2.3")));
        Assert.Equal("all", sites.SiteOf(IPAddress.Parse("10.2.2.3")));
        Assert.Null(sites.SiteOf(IPAddress.Parse("192.168.1.1")));
    }

    [Fact]
    public void Both_ends_carry_the_role_of_the_smallest_network_that_has_one()
    {
        var roles = new PrefixTable<string>([
            new(IPNetwork.Parse("10.1.0.0/16"), "client"),
            new(IPNetwork.Parse("10.1.2.3/32"), "own scanner"),
            new(IPNetwork.Parse("2001:db8::/32"), "server"),
        ]);
        var enricher = new Enricher(GeoTables.Empty, SiteTable.Empty, roles);
        (string?, string?) RolesOf(string? source, string? destination)
        {
            var attributes = enricher.AttributesOf(
                new()
                {
                    Verdict = Verdict.Denied,
                    Source = source is null ? null : IPAddress.Parse(source),
                    Destination = destination is null ? null : IPAddress.Parse(destination),
                }
            );
            return (attributes.SourceRole, attributes.DestinationRole);
        }

        Assert.Equal(("own scanner", "client"), RolesOf("10.1.2.3", "10.1.2.4"));
        Assert.Equal((null, "server"), RolesOf("10.2.2.3", "2001:db8::9"));
        Assert.Equal((null, null), RolesOf(null, "2001:db9::9"));
    }

    private static Direction Between(SiteTable sites, string source, string destination) =>
        new Enricher(GeoTables.Empty, sites).DirectionOf(
            new FirewallEvent
            {
                Verdict = Verdict.Denied,
                Source = IPAddress.Parse(source),
                Destination = IPAddress.Parse(destination),
            }
        );
}
