using System.Net;
using Denywatch.Events.Enrichment;

namespace Denywatch.Events.Tests.Enrichment;

public sealed class GeoTablesTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("denywatch-geo");

    public GeoTablesTests()
    {
        Write(
            "asn-ipv4.csv",
            "198.51.100.0,198.51.100.255,64500,\"Example, Inc.\"\n203.0.113.0,203.0.113.127,64501,Other\nbroken row\n"
        );
        Write("asn-ipv6.csv", "2001:db8::,2001:db8:0:ffff:ffff:ffff:ffff:ffff,64502,Six\n");
        Write("geo-whois-asn-country-ipv4.csv", "198.51.100.0,198.51.100.255,AT\n");
        Write("geo-whois-asn-country-ipv6.csv", "2001:db8::,2001:db8::ffff,DE\n");
    }

    [Theory]
    [InlineData("198.51.100.0", "AT", 64500L, "Example, Inc.")]
    [InlineData("198.51.100.255", "AT", 64500L, "Example, Inc.")]
    [InlineData("198.51.101.0", null, null, null)]
    [InlineData("203.0.113.127", null, 64501L, "Other")]
    [InlineData("203.0.113.128", null, null, null)]
    [InlineData("2001:db8::1", "DE", 64502L, "Six")]
    [InlineData("2001:db8::1:0", null, 64502L, "Six")]
    [InlineData("10.0.0.1", null, null, null)]
    public void An_address_has_the_country_and_system_of_its_range(
        string address,
        string? country,
        long? system,
        string? name
    )
    {
        var geo = GeoTables.Load(folder.FullName);
        var ip = IPAddress.Parse(address);

        Assert.Equal(country, geo.CountryOf(ip));
        Assert.Equal(system, geo.AsOf(ip));
        Assert.Equal(name, geo.OrganisationOf(geo.AsOf(ip)));
    }

    [Fact]
    public void Without_files_every_answer_is_null()
    {
        var geo = GeoTables.Load(Path.Combine(folder.FullName, "nothing-here"));

        Assert.False(geo.IsLoaded);
        Assert.Null(geo.CountryOf(IPAddress.Parse("198.51.100.1")));
    }

    public void Dispose() => folder.Delete(recursive: true);

    private void Write(string file, string text) => File.WriteAllText(Path.Combine(folder.FullName, file), text);
}
