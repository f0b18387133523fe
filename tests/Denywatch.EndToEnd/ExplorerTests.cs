using System.Globalization;
using System.Text.RegularExpressions;
using Denywatch.Alerting;
using Denywatch.Traffic;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Denywatch.EndToEnd;

/// <summary>The explorer on the demo's month, in a real browser.</summary>
[Collection(nameof(DemoApp))]
[Trait("suite", "demo")]
public sealed partial class ExplorerTests(DemoApp demo, Browser browser)
{
    /// <summary>As DemoTraffic has it.</summary>
    private const int Seed = 20260;

    private static readonly TimeSpan view = TimeSpan.FromHours(24);

    private IPage Page => demo.Window.Page;

    private ILocator Head => Page.Locator("main h1");

    private ILocator Chart => Page.Locator(".explorer-plot .chart");

    [Fact]
    public async Task Every_incident_in_view_is_among_the_worst_and_its_sentence_names_who_where_and_why()
    {
        var end = DateTimeOffset.Parse(
            FilledTo().Match(demo.App.Log).Groups["end"].Value,
            CultureInfo.InvariantCulture
        );
        var incidents = Incidents.ForMonth(end, Seed).Where(i => i.Start > DateTimeOffset.UtcNow - view).ToList();
        Assert.NotEmpty(incidents);
        await OpenAsync("/explorer");
        var entries = await Page.Locator(".top-list button").AllAsync();

        foreach (var incident in incidents)
        {
            var found = false;
            foreach (var entry in entries)
            {
                var at = DateTimeOffset.Parse(
                    (await entry.Locator("time").GetAttributeAsync("datetime"))!,
                    CultureInfo.InvariantCulture
                );
                if (
                    at > incident.Start - TimeSpan.FromMinutes(15)
                    && at < incident.End
                    && (await entry.InnerTextAsync()).Contains(incident.Firewall, StringComparison.Ordinal)
                )
                {
                    await entry.ClickAsync();
                    found = true;
                    break;
                }
            }
            Assert.True(found, $"{incident.Cause} on {incident.Firewall} at {incident.Start:u} is not in the list");

            await Expect(Head).ToContainTextAsync(Causes.Title(incident.Cause));
            if (incident.Port is { } port)
                await Expect(Head).ToContainTextAsync($"port {port}");
            if (incident.Source is { } source)
                await Expect(Page.Locator("[aria-labelledby=excess-head]")).ToContainTextAsync($"{source}");
            if (incident.Destination is { } destination)
                await Expect(Head).ToContainTextAsync($"{destination}");
        }
        Assert.Empty(demo.Window.Complaints);
    }

    [Fact]
    public async Task Everything_can_be_done_from_the_keyboard()
    {
        await OpenAsync("/explorer");

        await Chart.FocusAsync();
        var told = Page.Locator(".explorer-plot [aria-live]");
        foreach (var key in new[] { "End", "ArrowLeft" })
            await Page.Keyboard.PressAsync(key);
        await Expect(told).ToContainTextAsync("expected");
        // Whether a lane's cell is unusual is a matter of the hour: what it is, is told in any case.
        foreach (var key in new[] { "ArrowDown", "ArrowDown" })
            await Page.Keyboard.PressAsync(key);
        await Expect(told).ToContainTextAsync(CellTold());
        await Page.Keyboard.PressAsync("Enter");
        await Expect(Page).ToHaveURLAsync(ChosenCell());
        await Expect(Page.GetByRole(AriaRole.Button, new() { Name = "Close the panel" })).ToBeVisibleAsync();

        await Page.Keyboard.PressAsync("+");
        await Expect(Page).ToHaveURLAsync(FixedRange());
        await Expect(Page.GetByText("Not following now.")).ToBeVisibleAsync();
        await Page.Keyboard.PressAsync("w");
        await Expect(Page.GetByRole(AriaRole.Button, new() { Name = "week before" }))
            .ToHaveAttributeAsync("aria-pressed", "true");
        await Page.Keyboard.PressAsync("f");
        await Expect(Page.GetByText("Not following now.")).ToHaveCountAsync(0);

        await Page.Keyboard.PressAsync("n");
        await Page.GetByLabel("Note", new() { Exact = true }).FillAsync("Firmware update <b>tonight</b>");
        await Page.GetByRole(AriaRole.Button, new() { Name = "Write", Exact = true }).ClickAsync();
        await Expect(Page.Locator(".plot-labels").Last).ToContainTextAsync("notes");
        await Page.GetByRole(AriaRole.Button, new() { Name = "Undo" }).ClickAsync();
        await Expect(Page.Locator(".plot-labels").Last).Not.ToContainTextAsync("notes");

        await Head.ClickAsync();
        await Page.Keyboard.PressAsync("Escape");
        await Expect(Page).Not.ToHaveURLAsync(ChosenCell());
        Assert.Empty(demo.Window.Complaints);
    }

    [Fact]
    public async Task A_brush_is_drawn_at_once_and_a_double_click_goes_back()
    {
        await OpenAsync("/explorer");
        await Page.EvaluateAsync(
            """
            window.addEventListener("mouseup", () => { window.letGoAt = performance.now(); }, true);
            new MutationObserver(() => { window.drawnAfter = performance.now() - window.letGoAt; })
                .observe(document.querySelector(".explorer-plot .chart"), { attributeFilter: ["data-drawn"] });
            """
        );
        List<double> waits = [];
        for (var attempt = 0; attempt < 3; attempt++)
        {
            var box = (await Chart.BoundingBoxAsync())!;
            await Page.Mouse.MoveAsync(box.X + box.Width * 0.4f, box.Y + 60);
            await Page.Mouse.DownAsync();
            await Page.Mouse.MoveAsync(box.X + box.Width * 0.8f, box.Y + 60, new() { Steps = 8 });
            await Page.EvaluateAsync("window.drawnAfter = null");
            await Page.Mouse.UpAsync();
            await Page.WaitForFunctionAsync("window.drawnAfter !== null");
            waits.Add(await Page.EvaluateAsync<double>("window.drawnAfter"));
            await Expect(Page).ToHaveURLAsync(FixedRange());
            await Page.Mouse.DblClickAsync(box.X + box.Width * 0.5f, box.Y + 60);
            await Expect(Page).Not.ToHaveURLAsync(FixedRange());
        }

        TestContext.Current.TestOutputHelper?.WriteLine(
            $"Drawn after {string.Join(", ", waits.Select(ms => $"{ms:0} ms"))}."
        );
        Assert.True(waits.Min() <= 100, $"The quickest brush took {waits.Min():0} ms.");
        Assert.DoesNotContain("at=", Page.Url, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_shows_somebody_else_the_same_picture()
    {
        await OpenAsync("/explorer");
        await Page.Locator(".top-list button").First.ClickAsync();
        await Expect(Page).ToHaveURLAsync(ChosenCell());
        var hour = DateTimeOffset.UtcNow.AddHours(-1);
        var range = $"{hour.AddHours(-20):yyyy-MM-dd'T'HH:mm'Z'}--{hour:yyyy-MM-dd'T'HH:mm'Z'}";
        await OpenAsync(
            $"{new Uri(Page.Url).PathAndQuery}&range={range}&band=Minor&compare=week&sort=Count&flows=10.&not=transport%3Agre%20%26%20more"
        );
        var picture = await PictureAsync(Page);

        await using var other = await browser.OpenAsync(demo.App.Url);
        await other.SignInAsync(DemoApp.Admin, DemoApp.Password);
        await other.GoAsync(new Uri(Page.Url).PathAndQuery);
        await ReadyAsync(other.Page);

        Assert.Equal(picture, await PictureAsync(other.Page));
        Assert.Contains("gre & more", picture, StringComparison.Ordinal);
        Assert.Empty(other.Complaints);
    }

    [Fact]
    public async Task Nothing_is_wider_than_the_window()
    {
        List<string> problems = [];
        foreach (var path in new[] { "/explorer", "/explorer?range=7d&by=SourceAs&only=firewall%3Afw-edge-1", "/wall" })
        {
            foreach (var width in new[] { 320, 768, 1440, 1920 })
            {
                await Page.SetViewportSizeAsync(width, 900);
                await demo.Window.GoAsync(path);
                await Page.WaitForTimeoutAsync(300);
                var over = await Page.EvaluateAsync<int>(
                    "Math.max(document.documentElement.scrollWidth - document.documentElement.clientWidth, document.querySelector('main').scrollWidth - document.querySelector('main').clientWidth)"
                );
                if (over > 0)
                    problems.Add($"{path} at {width}: {over} px");
            }
        }
        await Page.SetViewportSizeAsync(1440, 900);

        Assert.True(problems.Count == 0, string.Join(Environment.NewLine, problems));
    }

    [Fact]
    public async Task The_flows_on_screen_can_be_taken_away_as_a_file()
    {
        await OpenAsync("/explorer");
        await Page.Locator(".top-list button").First.ClickAsync();
        await Expect(Page).ToHaveURLAsync(ChosenCell());
        await Expect(Page.Locator("table.flows tbody tr")).Not.ToHaveCountAsync(0);

        foreach (var (name, mark) in new[] { ("CSV", ","), ("NDJSON", "{") })
        {
            var href = await Page.GetByRole(AriaRole.Link, new() { Name = name, Exact = true })
                .GetAttributeAsync("href");
            var answer = await Page.APIRequest.GetAsync(demo.App.Url + href);
            Assert.True(answer.Status == 200, $"{href} answers {answer.Status}");
            Assert.Contains(mark, (await answer.TextAsync()).Split('\n')[0], StringComparison.Ordinal);
        }
    }

    private async Task OpenAsync(string path)
    {
        await demo.Window.GoAsync(path);
        await ReadyAsync(Page);
    }

    private static async Task ReadyAsync(IPage page)
    {
        await page.Locator(".explorer-plot .chart[data-drawn]").WaitForAsync();
        await Expect(page.Locator("main .skeleton, main .bone")).ToHaveCountAsync(0);
        await Expect(page.Locator("#bucket-panel .bucket-facts")).ToHaveCountAsync(1);
    }

    /// <summary>What a person sees, in words, and the window of time that is drawn.</summary>
    private static async Task<string> PictureAsync(IPage page) =>
        string.Join(
            '\n',
            await page.Locator("main h1").InnerTextAsync(),
            await page.Locator(".filters").InnerTextAsync(),
            string.Join(' ', await page.Locator(".top-list button").AllInnerTextsAsync()),
            await page.Locator(".explorer-plot .chart").GetAttributeAsync("data-drawn"),
            await page.Locator(".plot-labels").First.InnerTextAsync(),
            await page.Locator("#bucket-panel .bucket-facts").InnerTextAsync(),
            await page.Locator("table.flows thead").InnerTextAsync(),
            string.Join(' ', (await page.Locator("table.flows tbody tr").AllInnerTextsAsync()).Take(5)),
            await page.Locator(".flow-text input").InputValueAsync()
        );

    [GeneratedRegex("^fw-.+: .*(?:expected|nothing unusual)", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex CellTold();

    [GeneratedRegex(
        @"generating traffic from .+ to (?<end>.+)",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex FilledTo();

    [GeneratedRegex(@"[?&]at=", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ChosenCell();

    [GeneratedRegex(@"[?&]range=20\d\d-", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex FixedRange();
}
