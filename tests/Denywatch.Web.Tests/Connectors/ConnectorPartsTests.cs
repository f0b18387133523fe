using Bunit;
using Denywatch.Alerting;
using Denywatch.Storage.Entities;
using Denywatch.Web.Features.Connectors;

namespace Denywatch.Web.Tests.Connectors;

public sealed class ConnectorPartsTests : PageTest
{
    private static readonly ConnectorRow fresh = new(
        1,
        "soc-bot",
        ConnectorKind.Webhook,
        "https://soc.example.org/",
        Severity.Low,
        [],
        IsEnabled: true,
        "root",
        Now,
        Waiting: 0,
        First: null,
        DeliveredAt: null,
        GivenUp: 0
    );

    private static readonly ConnectorRow stuck = fresh with
    {
        Waiting = 3,
        First = new(Now.AddMinutes(-75), Now.AddMinutes(1), "connection refused"),
    };

    [Fact]
    public void A_connector_says_in_words_how_it_goes()
    {
        Assert.Equal("nothing told yet", Words(fresh));
        Assert.Equal("delivered 14:10", Words(fresh with { DeliveredAt = Now.AddMinutes(-10) }));
        Assert.Equal("waiting since 13:05: connection refused, next try 14:21; 2 more behind it", Words(stuck));
        Assert.Equal("off, 3 wait", Words(stuck with { IsEnabled = false }));
        Assert.Equal("delivered 14:20 2 given up", Words(fresh with { DeliveredAt = Now, GivenUp = 2 }));
    }

    [Fact]
    public void The_headline_names_the_one_that_does_not_take_what_it_is_told()
    {
        Assert.Equal("Nobody outside is told about alerts yet.", DeliveryWords.Headline([]));
        Assert.Equal("One connector is told about alerts.", DeliveryWords.Headline([fresh]));
        Assert.Equal(
            "2 connectors are told about alerts; soc-bot does not take them.",
            DeliveryWords.Headline([fresh, stuck])
        );
    }

    private string Words(ConnectorRow row) =>
        string.Join(
            ' ',
            Render<ConnectorState>(parts => parts.Add(part => part.Row, row))
                .Nodes.Select(node => node.TextContent)
                .Aggregate("", (all, text) => all + text)
                .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
        );
}
