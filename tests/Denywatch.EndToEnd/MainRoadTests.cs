using System.Diagnostics;
using System.Text.RegularExpressions;
using Denywatch.Testing;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Denywatch.EndToEnd;

/// <summary>What an analyst of a new installation does on the first day, in a real browser.</summary>
public sealed partial class MainRoadTests(PostgresFixture postgres, Browser browser) : IDisposable
{
    private const string Password = "seven quiet firewalls";
    private const string Scanner = "10.1.3.77";
    private const string Rule = "Spike in Firewall Denies";

    private readonly TempFolder files = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => files.Dispose();

    [Fact]
    public async Task Firewall_denies_go_in_and_one_explained_alert_comes_out()
    {
        await using var app = await AppProcess.StartAsync(
            new() { ConnectionString = await postgres.CreateDatabaseAsync() },
            Ct
        );
        await using var window = await browser.OpenAsync(app.Url);
        var page = window.Page;

        await window.SetUpAsync(app.SetupLink!, "ada", Password);
        Say("The first admin is in.");

        var token = await MakeTokenAsync(page, "old-logs");
        await ImportFourWeeksAsync(app, token);
        await LearnedAsync(window);
        Say("Four weeks are imported and learned.");

        var alert = await SpikeAsync(app, window);
        await TriageAsync(page, alert);
        await SwitchRuleAsync(window);
        Say("The alert was worked on, the rule switched off and on.");

        await AuditedAsync(window);
        await RejectedLineAsync(app, window);
        Say("Everything is in the audit trail; a line that is none is shown with its source.");

        await SignedOutAsync(app, window);
        Assert.Empty(window.Complaints);
    }

    private static async Task<string> MakeTokenAsync(IPage page, string name)
    {
        await page.GotoAsync("/settings/tokens");
        await page.GetByRole(AriaRole.Button, new() { Name = "Make a token" }).ClickAsync();
        await page.GetByLabel("Name").FillAsync(name);
        await page.GetByRole(AriaRole.Button, new() { Name = "Make", Exact = true }).ClickAsync();
        var secret = await page.Locator("code").Filter(new() { HasText = "dwi_" }).InnerTextAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "I have it" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Cell, new() { Name = name, Exact = true })).ToBeVisibleAsync();
        await Expect(page.GetByText(secret)).ToHaveCountAsync(0);
        return secret;
    }

    private async Task ImportFourWeeksAsync(AppProcess app, string token)
    {
        var now = DateTimeOffset.UtcNow;
        var file = files.File("four-weeks.log.gz");
        var denied = await History.WriteAsync(file, now - TimeSpan.FromDays(28), now);

        var (code, said) = await History.ImportAsync(app.Url, token, file, Ct);
        Say(said.Trim());

        Assert.True(code == 0, said);
        Assert.Contains($" {denied} denied, ", said, StringComparison.Ordinal);
    }

    private static async Task LearnedAsync(Window window)
    {
        await window.GoAsync("/rules");
        await window.Page.GetByRole(AriaRole.Link, new() { Name = Rule, Exact = true }).ClickAsync();
        await Expect(window.Page.GetByRole(AriaRole.Heading, new() { Name = Rule })).ToBeVisibleAsync();
        var state = window.Page.GetByText("next look in");
        await Expect(state).ToContainTextAsync("Scored", new() { Timeout = 120_000 });
        await Expect(state).Not.ToContainTextAsync("buckets wait", new() { Timeout = 120_000 });
        await Expect(state).Not.ToContainTextAsync("learning", new() { Timeout = 30_000 });
    }

    /// <summary>Two pages are open while the spike comes; neither is loaded again.</summary>
    /// <returns>The page that shows the alert.</returns>
    private static async Task<IPage> SpikeAsync(AppProcess app, Window window)
    {
        var alerts = window.Page;
        await window.GoAsync("/alerts");
        var overview = await window.NewTabAsync();
        await overview.GotoAsync("/");
        await Expect(overview.GetByRole(AriaRole.Heading, new() { Name = "Sources" })).ToBeVisibleAsync();

        await Senders.SendAsync(app.SyslogPort, History.Scan(Scanner, 445, 250, 3000, DateTimeOffset.UtcNow), Ct);
        var watch = Stopwatch.StartNew();

        // A list that somebody may be reading does not move: new alerts wait above it.
        var line = alerts.GetByRole(AriaRole.Link, new() { NameRegex = TitleOfScan() });
        var waiting = alerts.GetByRole(AriaRole.Button, new() { NameRegex = NewAlerts() });
        await Expect(line.Or(waiting).First).ToBeVisibleAsync(new() { Timeout = 60_000 });
        Say($"The alert showed after {watch.Elapsed.TotalSeconds:0.0} s.");
        if (await waiting.IsVisibleAsync())
            await waiting.ClickAsync();
        await Expect(line.First).ToBeVisibleAsync();

        var onOverview = overview.GetByRole(AriaRole.Link, new() { NameRegex = TitleOfScan() }).First;
        await Expect(onOverview).ToBeVisibleAsync(new() { Timeout = 20_000 });
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(60), $"It took {watch.Elapsed.TotalSeconds:0} s.");

        await onOverview.ClickAsync();
        var sentence = overview.Locator("main").GetByText(SentenceOfScan());
        await Expect(sentence.First).ToBeVisibleAsync();
        Say(await sentence.First.InnerTextAsync());
        return overview;
    }

    private static async Task TriageAsync(IPage first, IPage page)
    {
        await page.GetByRole(AriaRole.Button, new() { Name = "Acknowledge" }).ClickAsync();
        await Expect(page.Locator(".page-actions").GetByText("acknowledged")).ToBeVisibleAsync();

        // Who acknowledges has it; it is given back, and taken again.
        var assign = page.GetByRole(AriaRole.Button, new() { NameRegex = AssignedTo() });
        await Expect(assign).ToContainTextAsync("ada");
        foreach (var (to, shown) in new[] { ("Nobody", "Assign"), ("Me (ada)", "ada") })
        {
            await assign.ClickAsync();
            await page.GetByRole(AriaRole.Menuitem, new() { Name = to }).ClickAsync();
            await Expect(assign).ToContainTextAsync(shown);
            await Expect(page.GetByRole(AriaRole.Menu)).ToHaveCountAsync(0);
            await page.WaitForTimeoutAsync(300); // a press just after a menu has closed is the one that closed it
        }

        await page.GetByLabel("Note (Markdown)").FillAsync("The **printer** scans its neighbours.");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add note" }).ClickAsync();
        await Expect(page.GetByText("printer", new() { Exact = true })).ToBeVisibleAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "Close …" }).ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog);
        await dialog.GetByRole(AriaRole.Radio, new() { NameRegex = Benign() }).CheckAsync();
        await dialog.GetByRole(AriaRole.Textbox).FillAsync("Ticket 4711.");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Close as benign positive" }).ClickAsync();
        await Expect(page.GetByText("Closed as benign positive by ada")).ToBeVisibleAsync();

        // The other page follows without being loaded again.
        await Expect(first.GetByRole(AriaRole.Row).Filter(new() { HasText = Scanner }).First)
            .ToContainTextAsync("closed");

        await page.GetByRole(AriaRole.Button, new() { Name = "Reopen" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Acknowledge" })).ToBeVisibleAsync();
    }

    private static async Task SwitchRuleAsync(Window window)
    {
        await window.GoAsync("/rules");
        var page = window.Page;
        var toggle = page.GetByRole(AriaRole.Switch, new() { Name = Rule, Exact = true });
        await Expect(toggle).ToBeCheckedAsync();

        foreach (var (to, reason) in new[] { ("off", "Pen test until noon"), ("on", "Pen test is over") })
        {
            await toggle.ClickAsync();
            var dialog = page.GetByRole(AriaRole.Dialog);
            await dialog.GetByLabel("Reason").FillAsync(reason);
            await dialog.GetByRole(AriaRole.Button, new() { Name = $"Switch {to}" }).ClickAsync();
            await Expect(toggle).ToBeCheckedAsync(new() { Checked = to == "on" });
        }
    }

    private static async Task AuditedAsync(Window window)
    {
        await window.GoAsync("/settings/audit");
        var rows = window.Page.GetByRole(AriaRole.Row);
        foreach (
            var (deed, detail) in new[]
            {
                ("set up", "ada"),
                ("create token", "old-logs"),
                ("acknowledge", ""),
                ("assign", "ada"),
                ("annotate", "printer"),
                ("close", "Ticket 4711."),
                ("reopen", ""),
                ("switch", "Pen test until noon"),
                ("switch", "Pen test is over"),
            }
        )
        {
            var row = rows.Filter(new() { HasText = deed }).Filter(new() { HasText = detail });
            await Expect(row.First).ToBeVisibleAsync();
            await Expect(row.First).ToContainTextAsync("ada");
        }
    }

    private static async Task RejectedLineAsync(AppProcess app, Window window)
    {
        const string garbage = "<13>Oct 11 22:14:15 toaster burned: bread for 192.0.2.77 is denied from now on";
        await Senders.SendAsync(app.SyslogPort, [garbage], Ct);

        await window.GoAsync("/sources");
        var page = window.Page;
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "fw-road-1" }).First).ToBeVisibleAsync();
        // The page is told of new rejects by itself.
        var rejecting = page.Locator("tbody tr").Filter(new() { Has = page.Locator("a[href$='#rejects']") }).First;
        await rejecting.GetByRole(AriaRole.Link).First.ClickAsync(new() { Timeout = 45_000 });
        await page.GetByRole(AriaRole.Heading, new() { Name = "Lines that were not understood" }).WaitForAsync();
        await page.Locator("#rejects summary").First.ClickAsync();
        await Expect(page.GetByText("bread for 192.0.2.77 is denied from now on").First).ToBeVisibleAsync();
    }

    private static async Task SignedOutAsync(AppProcess app, Window window)
    {
        var page = window.Page;
        await page.GetByRole(AriaRole.Button, new() { Name = "Account of ada" }).ClickAsync();
        await page.GetByRole(AriaRole.Menuitem, new() { Name = "Sign out" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Sign in" })).ToBeVisibleAsync();

        foreach (var path in new[] { "/", "/alerts", "/rules", "/sources", "/settings/users", "/settings/audit" })
        {
            await page.GotoAsync(path);
            await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Sign in" })).ToBeVisibleAsync();
        }
        foreach (var path in new[] { "/api/v1/alerts", "/api/v1/alerts/1", "/api/v1/rules" })
            Assert.Equal(401, (await page.APIRequest.GetAsync(app.Url + path)).Status);
        Assert.Equal(401, (await page.APIRequest.PostAsync($"{app.Url}/api/v1/import")).Status);
    }

    private static void Say(string what) => TestContext.Current.TestOutputHelper?.WriteLine(what);

    [GeneratedRegex(@"10\.1\.3\.77", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TitleOfScan();

    [GeneratedRegex(@"10\.1\.3\.77.*port 445.*horizontal scan", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex SentenceOfScan();

    [GeneratedRegex(@"\d+ new alert", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NewAlerts();

    [GeneratedRegex("assign$", RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 1000)]
    private static partial Regex AssignedTo();

    [GeneratedRegex("^benign positive", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Benign();
}
