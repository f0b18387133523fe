using Denywatch.Web.Features.Explorer;
using Denywatch.Web.Features.Pivots;

namespace Denywatch.Web.Tests.Explorer;

/// <summary>The ways out to other tools.</summary>
public sealed class PivotTests
{
    private static readonly DateTimeOffset from = new(2026, 11, 3, 14, 15, 0, TimeSpan.Zero);

    private static readonly PivotSubject scan = new(
        from,
        from.AddMinutes(15),
        [
            ExplorerFilter.Of(FilterField.Source, "10.2.3.4")!,
            ExplorerFilter.Of(FilterField.Port, "445")!,
            ExplorerFilter.Of(FilterField.Rule, "it's a \"rule\"!", isExcluded: true)!,
        ]
    );

    [Fact]
    public void Kibana_opens_with_time_and_values_filled_in()
    {
        var link = Link("Kibana", "https://kibana.example.com/");

        Assert.StartsWith("https://kibana.example.com/app/discover#/", link, StringComparison.Ordinal);
        var plain = Uri.UnescapeDataString(link);
        Assert.Contains(
            "time:(from:'2026-11-03T14:15:00Z',to:'2026-11-03T14:30:00Z')",
            plain,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "source.ip:\"10.2.3.4\" and destination.port:\"445\" and not rule.name:\"it!'s a \\\"rule\\\"!!\"",
            plain,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Splunk_and_Sentinel_get_their_own_names()
    {
        Assert.Contains(
            "src_ip=\"10.2.3.4\" dest_port=\"445\" NOT rule=",
            Uri.UnescapeDataString(Link("Splunk", "https://splunk.example.com/en-US")),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "CommonSecurityLog | where tostring(SourceIP) == \"10.2.3.4\" | where tostring(DestinationPort) == \"445\"/timespan",
            Uri.UnescapeDataString(Link("Sentinel", "https://portal.azure.com/#blade/x")),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_console_takes_what_its_address_asks_for() =>
        Assert.Equal(
            "https://fw/log?src=10.2.3.4&dst=&port=445&from=1793715300",
            Link("Firewall console", "https://fw/log?src={source}&dst={destination}&port={port}&from={from_s}")
        );

    [Theory]
    [InlineData("javascript:alert(1)")]
    [InlineData("kibana")]
    [InlineData("")]
    public void What_is_no_web_address_makes_no_link(string address) =>
        Assert.All(Pivot.All, pivot => Assert.Null(pivot.LinkFor(address, scan)));

    private static string Link(string name, string address) =>
        Pivot.All.Single(pivot => pivot.Name == name).LinkFor(address, scan)!;
}
