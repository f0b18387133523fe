using Bunit;
using Denywatch.Testing;
using Denywatch.Web.Features.SetupGuide;
using Denywatch.Web.Ui;

namespace Denywatch.Web.Tests.SetupGuide;

public sealed class SetupGuideTests : PageTest
{
    private static readonly SetupState nothing = new(0, null, 0, 0, 0, null, null, 0, true, 0, null);
    private static readonly ServerAddress server = new(new("https://denywatch.example:8443"), 6514);

    [Theory]
    [InlineData(SetupWay.Rsyslog)]
    [InlineData(SetupWay.Filebeat)]
    [InlineData(SetupWay.Import)]
    public void A_configuration_carries_this_servers_address_and_a_place_for_the_token(SetupWay way)
    {
        var text = server.Snippet(way);

        Assert.Contains("denywatch.example", text, StringComparison.Ordinal);
        Assert.Contains("8443", text, StringComparison.Ordinal);
        Assert.Contains("TOKEN", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_products_guide_shows_this_server_and_not_the_examples()
    {
        Assert.Contains(SetupView.Products, product => product.Name == "cisco_asa");
        foreach (var product in SetupView.Products)
        {
            var guide = server.In(Denywatch.Events.Integrations.Catalogue.GuideOf(product));

            Assert.DoesNotContain("192.0.2.10", guide, StringComparison.Ordinal);
            Assert.DoesNotContain("5514", guide, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_lamps_say_why_they_are_not_green()
    {
        Assert.Equal((LampState.Never, "No line has arrived yet."), nothing.Arriving(Now));
        Assert.Equal((LampState.Never, "It starts with the first deny."), nothing.Model());

        var lines = nothing with { Sources = 1, LastReceivedAt = Now.AddSeconds(-5), Lines = 40 };
        Assert.Equal(LampState.Late, lines.Arriving(Now).Lamp);
        Assert.Contains("none says that something was denied", lines.Arriving(Now).Reason, StringComparison.Ordinal);

        var denies = lines with { Denied = 30, Series = 2, Comparable = 5 };
        Assert.Equal(
            (LampState.Ok, "30 denies in the last 24 h from one source, the newest line 5 s ago."),
            denies.Arriving(Now)
        );
        Assert.Equal(LampState.Late, denies.Model().Lamp);
        Assert.StartsWith("Learning: 5 of 12 comparable buckets.", denies.Model().Reason, StringComparison.Ordinal);
        Assert.Equal(LampState.Quiet, denies.Arriving(Now.AddHours(1)).Lamp);
        Assert.Equal((LampState.Ok, "Scoring 2 series."), (denies with { IsLearning = false }).Model());
    }

    [Fact]
    public void A_pasted_line_is_read_by_the_real_reader_and_shown_field_by_field()
    {
        var box = Render<LineBox>();

        box.Find("textarea")
            .Input(
                "May  5 18:40:50 fw1 : %ASA-4-106023: Deny tcp src outside:198.51.100.7/41000 dst inside:10.0.0.5/22 by access-group \"acl\" [0x0, 0x0]"
            );

        Assert.Contains("Read as", box.Markup, StringComparison.Ordinal);
        Assert.Equal("denied", box.Find(".verdict").TextContent);
        Assert.Contains("198.51.100.7", box.Markup, StringComparison.Ordinal);

        box.Find("textarea").Input("what is this?");
        Assert.StartsWith("Rejected: ", box.Find(".problem").TextContent, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, null, "/set-up-guide?way=syslog")]
    [InlineData("rsyslog", "pfsense", "/set-up-guide?way=rsyslog")]
    [InlineData("syslog", "pfsense", "/set-up-guide?way=syslog&product=pfsense")]
    [InlineData("nonsense", null, "/set-up-guide?way=syslog")]
    public void The_address_holds_what_the_guide_shows(string? way, string? product, string address) =>
        Assert.Equal(address, SetupView.Read(way, product).ToUrl());

    [Fact]
    public void A_stored_event_is_shown_with_what_matters_most_first() =>
        Assert.Equal(
            [("verdict", "denied"), ("source.port", "22"), ("other", "1")],
            SetupQueries.FieldsOf("""{"other":1,"source.port":22,"verdict":"denied"}""")
        );
}

public sealed class SetupQueriesTests(PostgresFixture postgres)
{
    [Fact]
    public async Task An_empty_installation_waits_for_its_first_line()
    {
        await using var app = await Installation.NewAsync(postgres);

        var state = await app.Get<SetupQueries>().StateAsync(Xunit.TestContext.Current.CancellationToken);

        Assert.False(state.HasLines);
        Assert.False(state.HasDenies);
        Assert.False(state.IsScoring);
    }
}
