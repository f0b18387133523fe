using System.Text.RegularExpressions;
using Denywatch.Events.Integrations;
using Denywatch.Web.Features.Ingestion;
using Denywatch.Web.Features.SetupGuide;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Template;
using Microsoft.Extensions.DependencyInjection;

namespace Denywatch.Web.Tests.SetupGuide;

/// <summary>That guides are whole and true, as far as a program can tell.</summary>
public sealed partial class GuideTests
{
    private const string Example = "192.0.2.10";
    private static readonly ServerAddress server = new(new("https://denywatch.example:8443"), 6514);

    public static TheoryData<string> Names => [.. Guides.All.Select(guide => guide.Name)];

    [Fact]
    public void Every_integration_has_a_guide_under_its_own_name_and_title()
    {
        foreach (var integration in Catalogue.All)
            Assert.Equal(integration.Title, Guides.Find(integration.Name)?.Title);

        Assert.NotNull(Guides.Find("mapped"));
        Assert.Equal(Guides.All.Count, Guides.All.Select(guide => guide.Name).Distinct(StringComparer.Ordinal).Count());
        Assert.Empty(Guides.All.Select(guide => guide.Group).Except(Guides.Groups));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_guide_says_what_is_needed_how_the_default_deny_is_logged_what_throttles_it_and_what_counts(
        string name
    )
    {
        var guide = Guides.Find(name)!;

        Assert.All(
            [Guide.Before, Guide.DefaultDeny, Guide.Throttles, Guide.Counts],
            title => Assert.True(guide.TextOf(title).Length > 40, $"\"{title}\" says nothing")
        );
        Assert.True(guide.Steps.Count() > 2, "no step on the product's side");
        Assert.Equal("https", guide.Documentation.Scheme);
        Assert.NotEmpty(guide.Ways);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_guide_names_this_server_or_the_shipper_before_it_and_never_the_examples(string name)
    {
        var guide = Guides.Find(name)!;
        foreach (var way in guide.Ways)
        {
            var told = string.Join('\n', guide.Sections.Select(section => server.In(section.Text, way)));

            Assert.DoesNotContain(Example, told, StringComparison.Ordinal);
            if (way == SetupWay.Syslog)
                Assert.DoesNotContain($"{ServerAddress.CollectorPort}", told, StringComparison.Ordinal);
            if (guide.TextOf("Send syslog").Length > 0)
                Assert.Contains(
                    way == SetupWay.Syslog ? "6514" : ServerAddress.Collector,
                    told,
                    StringComparison.Ordinal
                );
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_guide_sends_to_no_port_but_that_of_syslog(string name)
    {
        foreach (Match sent in ExamplesPort().Matches(string.Join('\n', Guides.Find(name)!.Sections)))
            Assert.Equal($"{ServerAddress.CollectorPort}", sent.Groups["port"].Value);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_configuration_names_this_server_a_token_and_only_ports_and_paths_that_are_served(string name)
    {
        var guide = Guides.Find(name)!;
        foreach (var way in guide.Ways.Where(way => way != SetupWay.Syslog))
        {
            var text = new ShipperConfig(guide.Feed, server, "dwi_secret").Of(way)!;

            Assert.Contains(server.Host, text, StringComparison.Ordinal);
            Assert.Contains("8443", text, StringComparison.Ordinal);
            Assert.Contains("dwi_secret", text, StringComparison.Ordinal);
            Assert.DoesNotContain(ServerAddress.Token, text.Replace("\"", "", StringComparison.Ordinal).Split());
            foreach (Match url in Urls().Matches(text))
            {
                Assert.Equal("8443", url.Groups["port"].Value);
                Assert.True(IsServed(url.Groups["path"].Value), $"{url.Value} is not served");
            }
        }
    }

    [Fact]
    public void A_product_is_found_by_its_vendor_its_format_or_what_people_call_it()
    {
        static IEnumerable<string> Found(string text) =>
            Guides.All.Where(guide => guide.Matches(text)).Select(guide => guide.Name);

        Assert.Equal(["panw_panos", "prisma_access"], Found("palo").Order(StringComparer.Ordinal));
        Assert.Equal(["fortinet_fortigate"], Found("FortiOS"));
        Assert.Contains("elastic_defend", Found("endpoint edr"));
        Assert.Equal(Guides.All.Count, Found("").Count());
        Assert.Empty(Found("no such firewall"));
    }

    [Theory]
    [InlineData("cisco_asa", null, "/setup/cisco_asa")]
    [InlineData("cisco_asa", "fluentbit", "/setup/cisco_asa?way=fluentbit")]
    [InlineData("cisco_asa", "nonsense", "/setup/cisco_asa")]
    [InlineData("elastic_defend", "syslog", "/setup/elastic_defend")]
    public void The_address_holds_what_the_guide_shows(string name, string? way, string address) =>
        Assert.Equal(address, SetupView.Read(Guides.Find(name)!, way).ToUrl());

    [Fact]
    public void Elastic_Defend_comes_by_Fleet_alone_and_says_why_no_deny_will_come_from_it()
    {
        var defend = Guides.Find("elastic_defend")!;

        Assert.Equal([SetupWay.Fleet], defend.Ways);
        Assert.Contains("5152 and 5157", defend.NoVerdict, StringComparison.Ordinal);
        Assert.Contains("opt the source in", Guides.Find("network_traffic")!.NoVerdict, StringComparison.Ordinal);
        Assert.All(
            ["environment type", "preset", "agent policy", "install the agent"],
            step => Assert.Contains(defend.Steps, section => section.Title.Contains(step, StringComparison.Ordinal))
        );
        Assert.Contains("Existing hosts", defend.TextOf("Put it into an agent policy"), StringComparison.Ordinal);
    }

    // The empty path is the root, which clients ask for the version.
    private static bool IsServed(string path) =>
        path.Length == 0
        || served.Any(template =>
            new TemplateMatcher(TemplateParser.Parse(template), []).TryMatch(path, new RouteValueDictionary())
        );

    private static readonly string[] served = [.. Served()];

    private static IEnumerable<string> Served()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.AddIngestion(new Settings());
        var app = builder.Build();
        app.MapIngestion(new Settings());
        return ((IEndpointRouteBuilder)app)
            .DataSources.SelectMany(source => source.Endpoints)
            .OfType<RouteEndpoint>()
            .Select(endpoint => endpoint.RoutePattern.RawText!.TrimStart('/'));
    }

    [GeneratedRegex(@"192\.0\.2\.10[:/](?<port>\d+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ExamplesPort();

    [GeneratedRegex(
        @"denywatch\.example(:(?<port>\d+)(?<path>(/[\w/{}]+)?))(?=[\s""?\])]|$)",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Urls();
}
