using System.Globalization;
using Denywatch.Testing;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Denywatch.EndToEnd;

/// <summary>
/// The guides of the two integrations that the rule "Spike in Firewall Denies" names, followed as a newcomer follows them:
/// their events arrive and carry no verdict, which the second lamp says, until a firewall is added.
/// </summary>
public sealed class SeedGuideTests(PostgresFixture postgres, Browser browser)
{
    private const int Events = 30;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public Task Elastic_Defend_by_Fleet_and_Logstash() =>
        FollowAsync(
            "elastic_defend",
            way: null,
            StandInAgent.Logstash,
            ("endpoint.events.network", Connection),
            "never that a firewall turned it away"
        );

    [Fact]
    public Task Network_Packet_Capture_by_a_standalone_agent() =>
        FollowAsync(
            "network_traffic",
            way: "Elastic Agent, standalone",
            StandInAgent.Standalone,
            ("network_traffic.flow", Flow),
            "a flow that was denied looks like one that nobody answered"
        );

    private async Task FollowAsync(
        string guide,
        string? way,
        Func<string, StandInAgent> configured,
        (string Dataset, Func<int, object> Document) sent,
        string whyAmber
    )
    {
        await using var app = await AppProcess.StartAsync(
            new() { ConnectionString = await postgres.CreateDatabaseAsync() },
            Ct
        );
        await using var window = await browser.OpenAsync(app.Url);
        var page = window.Page;
        await window.SetUpAsync(app.SetupLink!, "ada", "seven quiet firewalls");

        await window.GoAsync("/setup");
        await page.Locator($".catalogue a[href='/setup/{guide}']").ClickAsync();
        if (way is not null)
            await page.Locator(".ways a").Filter(new() { HasText = way }).First.ClickAsync();
        var arriving = page.Locator(".setup-lamp").First;
        var denying = page.Locator(".setup-lamp").Last;
        await Expect(arriving).ToContainTextAsync("Events are arriving: not yet");
        await Expect(denying).ToContainTextAsync("It will stay amber.");

        await page.GetByRole(AriaRole.Button, new() { Name = "Make a token" }).ClickAsync();
        var snippet = page.Locator(".snippet").Filter(new() { HasText = "hosts" }).First;
        await Expect(snippet).ToContainTextAsync("dwi_");
        using var agent = configured(await snippet.InnerTextAsync());

        await agent.ConnectAsync(Ct);
        await agent.SendAsync(sent.Dataset, [.. Enumerable.Range(1, Events).Select(sent.Document)], Ct);

        await Expect(arriving).ToContainTextAsync("Events are arriving: yes", new() { Timeout = 30_000 });
        await Expect(arriving).ToContainTextAsync($"{Events} events in the last 24 h from one source");
        await Expect(denying).ToContainTextAsync("Denies are among them: not quite");
        await Expect(denying).ToContainTextAsync(whyAmber);
        await Expect(denying).ToContainTextAsync("events 5152 and 5157");
        await Expect(page.Locator("h1")).ToContainTextAsync("events arrive, but no denies");
        await Expect(page.Locator("main")).ToContainTextAsync("10.20.0.15");

        await agent.SendAsync("cisco_asa.log", [.. Enumerable.Range(1, Events).Select(Denied)], Ct);

        await Expect(denying).ToContainTextAsync("Denies are among them: yes", new() { Timeout = 30_000 });
        await Expect(denying).ToContainTextAsync($"{Events} in the last 24 h, from what was added beside it");
        await Expect(page.Locator("h1")).ToContainTextAsync("denies arrive");
        Assert.Empty(window.Complaints);
    }

    /// <summary>As Elastic Defend tells a connection of a process.</summary>
    private static Dictionary<string, object> Connection(int n) =>
        new(StringComparer.Ordinal)
        {
            ["@timestamp"] = Now,
            ["ecs"] = new { version = "8.10.0" },
            ["data_stream"] = Stream("endpoint.events.network"),
            ["agent"] = new { type = "endpoint", version = "8.17.0" },
            ["event"] = new
            {
                module = "endpoint",
                dataset = "endpoint.events.network",
                kind = "event",
                category = new[] { "network" },
                type = new[] { "start" },
                action = "connection_attempted",
                outcome = "unknown",
            },
            ["process"] = new { name = "curl", pid = 4000 + n },
            ["host"] = new { name = "laptop-7" },
            ["source"] = new { ip = "10.20.0.15", port = 51000 + n },
            ["destination"] = new { ip = "203.0.113.10", port = 443 },
            ["network"] = new { transport = "tcp", direction = "egress" },
        };

    /// <summary>As packet capture tells a finished flow: with an answer, or, one in three, without.</summary>
    private static Dictionary<string, object> Flow(int n) =>
        new(StringComparer.Ordinal)
        {
            ["@timestamp"] = Now,
            ["data_stream"] = Stream("network_traffic.flow"),
            ["agent"] = new { type = "packetbeat", version = "8.17.0" },
            ["event"] = new
            {
                dataset = "network_traffic.flow",
                kind = "event",
                category = new[] { "network" },
                type = new[] { "connection", "end" },
                action = "network_flow",
            },
            ["flow"] = new { final = true },
            ["host"] = new { name = "span-1" },
            ["source"] = new
            {
                ip = "10.20.0.15",
                port = 52000 + n,
                packets = 6,
            },
            ["destination"] = new
            {
                ip = "203.0.113.10",
                port = 443,
                packets = n % 3 == 0 ? 0 : 5,
            },
            ["network"] = new { transport = "tcp", type = "ipv4" },
        };

    /// <summary>A firewall's line, as an agent's custom log input brings it.</summary>
    private static Dictionary<string, object> Denied(int n) =>
        new(StringComparer.Ordinal)
        {
            ["@timestamp"] = Now,
            ["data_stream"] = Stream("cisco_asa.log"),
            ["input"] = new { type = "udp" },
            ["message"] =
                $"<166>{DateTime.UtcNow:MMM dd yyyy HH:mm:ss} edge-1 : %ASA-4-106023: Deny tcp src outside:198.51.100.7/{40000 + n} dst inside:192.0.2.80/445 by access-group \"outside_in\" [0x0, 0x0]",
        };

    private static string Now => DateTimeOffset.UtcNow.ToString("O", CultureInfo.InvariantCulture);

    private static object Stream(string dataset) =>
        new
        {
            type = "logs",
            dataset,
            @namespace = "default",
        };
}
