using System.Text.RegularExpressions;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Denywatch.EndToEnd;

/// <summary>The filled demo, as everybody sees it first.</summary>
[Collection(nameof(DemoApp))]
[Trait("suite", "demo")]
public sealed partial class DemoTests(DemoApp demo, Browser browser)
{
    private const string Rule = "/rules/eaa77d63-9679-4ce3-be25-3ba8b795e5fa";

    /// <summary>To which content reflows: WCAG 2.2, 1.4.10.</summary>
    private const int Narrowest = 320;

    private static readonly (string Name, int Width, int Height)[] Sizes = [("wide", 1440, 900), ("narrow", 390, 844)];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private IPage Page => demo.Window.Page;

    [Fact]
    [Trait("suite", "pages")] // forty pages in two themes and two widths take as long as all else together
    public async Task Every_page_is_readable_in_both_themes_on_a_desk_and_in_a_hand()
    {
        Say($"The demo was filled {demo.FilledAfter.TotalSeconds:0} s after its start.");
        var alert = await FirstLinkAsync("/alerts", "main tbody a[href*='/alerts']");
        await AlarmAsync();
        var source = await FirstLinkAsync("/sources", "main tbody a[href^='/sources/']");
        var number = AlertNumber().Match(alert).Groups["number"].Value;

        await AddConnectorAsync();

        (string Name, string Path)[] pages =
        [
            ("setup", "/setup"),
            ("setup-asa", "/setup/cisco_asa"),
            ("setup-asa-rsyslog", "/setup/cisco_asa?way=rsyslog"),
            ("setup-defend", "/setup/elastic_defend"),
            ("sources", "/sources"),
            ("source", source),
            ("sites", "/sources/sites"),
            ("assets", "/sources/assets"),
            ("assets-none", "/sources/assets?role=nothing"),
            ("assets-import", "/sources/assets/import"),
            ("you", "/settings"),
            ("users", "/settings/users"),
            ("tokens", "/settings/tokens"),
            ("audit", "/settings/audit"),
            ("audit-entry", "/settings/audit?entry=1"),
            ("connectors", "/settings/connectors"),
            ("deliveries", "/settings/deliveries"),
            ("handover", "/handover"),
            ("about", "/settings/about"),
            ("overview", "/"),
            ("alerts", "/alerts"),
            ("alert-groups", "/alerts?status=All&who=Anyone&group=Cause"),
            ("verdicts", "/alerts/outcomes?by=Source"),
            ("learnt", "/rules/learnt"),
            ("alerts-beside", alert),
            ("alert", $"/alerts/{number}"),
            ("explorer", "/explorer"),
            ("explorer-month", "/explorer?range=30d&by=Source&compare=week&only=port%3A445"),
            ("wall", "/wall"),
            ("pivots", "/settings/pivots"),
            ("rules", "/rules"),
            ("jobs", "/rules/jobs"),
            ("new-job", "/rules/jobs/new?from=high_count_network_denies_by_source"),
            ("job", "/rules/jobs/high_count_network_denies_by_firewall"),
            ("exceptions", "/rules/exceptions"),
            ("exception-form", "/rules/exceptions/new?only=port%3A445"),
            ("windows", "/rules/windows"),
            ("window", await WindowAsync()),
            ("window-form", $"/rules/windows/new?alert={number}"),
            ("window-import", "/rules/windows/import"),
            ("rule", Rule),
            ("rule-tuning", $"{Rule}?tab=tuning"),
            ("rule-setup", $"{Rule}?tab=setup"),
            ("rule-guide", $"{Rule}?tab=guide"),
            ("rule-runs", $"{Rule}?tab=runs"),
            ("rule-versions", $"{Rule}?tab=versions"),
            ("rule-import", "/rules/import"),
            ("rule-coverage", "/rules/coverage"),
        ];
        List<string> problems = [];
        foreach (var (name, path) in pages)
        {
            await ResizeAsync(Sizes[0]);
            await demo.Window.GoAsync(path);
            await Page.WaitForTimeoutAsync(400); // charts draw themselves after their data came
            foreach (var theme in new[] { "dark", "light" })
            {
                await ShowThemeAsync(theme);
                foreach (var size in Sizes)
                {
                    await ResizeAsync(size);
                    problems.AddRange(await ProblemsAsync(demo.Window, $"{name}-{theme}-{size.Name}"));
                }
                await ResizeAsync(Sizes[0]);
            }
            await ShowThemeAsync("dark");
        }

        Assert.True(problems.Count == 0, string.Join(Environment.NewLine, problems));
    }

    /// <summary>A source that brings what another brings, and logs otherwise than before.</summary>
    private Task<int> AlarmAsync() =>
        new Intake(demo.App).AskAsync<int>(
            """
            INSERT INTO source_alarms (data_source_id, other_source_id, kind, since, raised_at, reason)
            SELECT min(id), CASE WHEN kind = 'Duplicate' THEN max(id) END, kind, now() - interval '3 hours', now(),
                   '98 % of its denies come by ecs from token:agent too, at the same seconds.'
            FROM data_sources, unnest(ARRAY['Duplicate', 'LoggingChanged']) AS kind GROUP BY kind
            RETURNING 1
            """,
            Ct
        );

    /// <summary>A window that recurs, with occurrences that are over and some to come.</summary>
    private async Task<string> WindowAsync()
    {
        var now = DateTimeOffset.UtcNow;
        var answer = await Page.APIRequest.PostAsync(
            $"{demo.App.Url}/api/v1/windows",
            new()
            {
                DataObject = new
                {
                    traffic = new
                    {
                        scope = new { sources = new[] { "192.0.2.250" } },
                        owner = "ada",
                        reason = "our own scanner",
                        from = now.AddDays(-20),
                        until = now.AddDays(60),
                    },
                    schedules = new[]
                    {
                        new
                        {
                            name = "Weekly vulnerability scan",
                            start = now.AddDays(-30).ToString("yyyy-MM-dd'T'02:00:00"),
                            lasts = new { days = 0, time = "02:00:00" },
                            timeZone = "Europe/Berlin",
                            rule = "FREQ=WEEKLY",
                        },
                    },
                },
            }
        );
        Assert.Equal(200, answer.Status);
        return $"/rules/windows/{(await answer.JsonAsync())!.Value[0].GetInt32()}";
    }

    [Fact]
    public async Task The_sign_in_page_is_readable_in_both_themes_on_a_desk_and_in_a_hand()
    {
        await using var window = await browser.OpenAsync(demo.App.Url);
        List<string> problems = [];
        foreach (var theme in new[] { "dark", "light" })
        {
            await window.Page.GotoAsync("/sign-in");
            await window.Page.EvaluateAsync($$"""localStorage.setItem("denywatch.look", '{"theme":"{{theme}}"}')""");
            foreach (var size in Sizes)
            {
                await window.Page.SetViewportSizeAsync(size.Width, size.Height);
                await window.Page.ReloadAsync();
                problems.AddRange(await ProblemsAsync(window, $"sign-in-{theme}-{size.Name}"));
            }
        }

        Assert.True(problems.Count == 0, string.Join(Environment.NewLine, problems));
    }

    [Fact]
    public async Task A_viewer_reads_everything_and_changes_nothing()
    {
        await demo.Window.GoAsync("/settings/users");
        await Page.GetByRole(AriaRole.Button, new() { Name = "Add a user" }).ClickAsync();
        await Page.GetByLabel("Name", new() { Exact = true }).FillAsync("vera");
        await Page.Locator("form").GetByRole(AriaRole.Combobox).SelectOptionAsync("viewer");
        await Page.GetByRole(AriaRole.Button, new() { Name = "Add", Exact = true }).ClickAsync();
        var link = await Page.Locator("code").Filter(new() { HasText = "/password?key=" }).InnerTextAsync();

        await using var window = await browser.OpenAsync(demo.App.Url);
        var page = window.Page;
        await page.GotoAsync(link);
        await page.GetByLabel("Password", new() { Exact = true }).FillAsync(DemoApp.Password);
        await page.GetByLabel("The same again").FillAsync(DemoApp.Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Set the password" }).ClickAsync();
        await window.SignInAsync("vera", DemoApp.Password);

        await window.GoAsync("/alerts");
        await page.Locator("main tbody a[href*='/alerts']").First.ClickAsync();
        var number = AlertNumber().Match(page.Url).Groups["number"].Value;
        await window.GoAsync($"/alerts/{number}");
        foreach (var deed in new[] { "Acknowledge", "Close …", "Reopen" })
        {
            var button = page.GetByRole(AriaRole.Button, new() { Name = deed });
            if (await button.CountAsync() > 0)
                await Expect(button).ToBeDisabledAsync();
        }
        await Expect(page.GetByLabel("Note (Markdown)")).ToHaveCountAsync(0);
        await window.GoAsync("/rules");
        await Expect(page.GetByRole(AriaRole.Switch).First).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Switch, new() { Disabled = false })).ToHaveCountAsync(0);
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "Users" })).ToHaveCountAsync(0);
        Assert.Empty(window.Complaints);

        foreach (
            var (deed, body) in new (string, object)[]
            {
                ($"alerts/{number}/acknowledge", new { }),
                ($"alerts/{number}/assign", new { to = "vera" }),
                ($"alerts/{number}/notes", new { text = "Me too." }),
                ($"alerts/{number}/close", new { reason = "FalsePositive" }),
                ($"alerts/{number}/reopen", new { }),
                ($"{Rule[1..]}/switch", new { on = false, reason = "Because." }),
                ("windows", new { }),
                ("windows/preview", new { }),
                ("windows/1/skip", new { reason = "Because." }),
                ("windows/1/end", new { reason = "Because." }),
                ("windows/1/remove", new { reason = "Because." }),
                (
                    "connectors",
                    new
                    {
                        name = "mine",
                        kind = "Webhook",
                        address = "http://127.0.0.1:9/",
                    }
                ),
                ("connectors/1/test", new { }),
                ("deliveries/1/send-again", new { }),
            }
        )
        {
            var answer = await page.APIRequest.PostAsync($"{demo.App.Url}/api/v1/{deed}", new() { DataObject = body });
            Assert.True(answer.Status == 403, $"{deed} answers {answer.Status}");
        }
        Assert.Equal(200, (await page.APIRequest.GetAsync($"{demo.App.Url}/api/v1/alerts/{number}")).Status);

        foreach (
            var (path, status) in new[]
            {
                ("audit", 403),
                ("connectors", 403),
                ("deliveries", 403),
                ($"deliveries?alert={number}", 200),
            }
        )
            Assert.Equal(status, (await page.APIRequest.GetAsync($"{demo.App.Url}/api/v1/{path}")).Status);

        // Administration has no page for a viewer either.
        foreach (var path in new[] { "/settings/users", "/settings/tokens", "/settings/audit", "/settings/connectors" })
        {
            await page.GotoAsync(path);
            await Expect(page).ToHaveURLAsync(NotAllowed());
        }
    }

    /// <summary>A connector that nobody listens at, with a test that says so.</summary>
    private async Task AddConnectorAsync()
    {
        await demo.Window.GoAsync("/settings/connectors");
        await Page.GetByRole(AriaRole.Button, new() { Name = "Add a connector" }).ClickAsync();
        await Page.GetByLabel("Name", new() { Exact = true }).FillAsync("soc-bot");
        await Page.Locator("form.panel").GetByLabel("Address").FillAsync("http://127.0.0.1:9/denywatch");
        await Page.GetByRole(AriaRole.Button, new() { Name = "Add", Exact = true }).ClickAsync();
        await Expect(Page.Locator("code").Filter(new() { HasText = "whsec_" })).ToBeVisibleAsync();
        await Page.GetByRole(AriaRole.Button, new() { Name = "I have it" }).ClickAsync();
        await Page.GetByRole(AriaRole.Button, new() { Name = "Test soc-bot" }).ClickAsync();
        await Expect(Page.GetByText("Test of soc-bot: connection refused.")).ToBeVisibleAsync();
    }

    private static async Task<IReadOnlyList<string>> ProblemsAsync(Window window, string name)
    {
        var page = window.Page;
        await page.ScreenshotAsync(new() { Path = Path.Combine(Built.Artifacts("screens"), $"{name}.png") });

        List<string> problems = [];
        if (ChecksFor(name) is { } checks)
        {
            var axe = await page.RunAxe(checks);
            problems.AddRange(
                from violation in axe.Violations
                where violation.Impact is "serious" or "critical"
                from node in violation.Nodes
                select $"{name}: {violation.Id}: {violation.Help}: {node.Html}"
            );
        }
        if (await OverflowAsync(page) is > 0 and var wider)
            problems.Add($"{name}: {wider} px wider than the window");
        if (name.EndsWith("light-narrow", StringComparison.Ordinal) && page.ViewportSize is { } size)
        {
            await page.SetViewportSizeAsync(Narrowest, size.Height);
            if (await OverflowAsync(page) is > 0 and var wider320)
                problems.Add($"{name}: {wider320} px wider than a window of {Narrowest} px");
            await page.SetViewportSizeAsync(size.Width, size.Height);
        }
        while (window.Complaints.TryDequeue(out var complaint))
            problems.Add($"{name}: {complaint}");
        foreach (var problem in problems)
            Say(problem);
        return problems;
    }

    private static Task<int> OverflowAsync(IPage page) =>
        page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth");

    /// <summary>Everything once; then what a theme changes, and what a width changes.</summary>
    private static AxeRunOptions? ChecksFor(string name) =>
        name switch
        {
            _ when name.EndsWith("dark-wide", StringComparison.Ordinal) => new()
            {
                ResultTypes = [ResultType.Violations],
            },
            _ when name.EndsWith("light-wide", StringComparison.Ordinal) => Only("color-contrast"),
            _ when name.EndsWith("dark-narrow", StringComparison.Ordinal) => Only(
                "scrollable-region-focusable",
                "target-size",
                "label-content-name-mismatch"
            ),
            _ => null,
        };

    private static AxeRunOptions Only(params List<string> rules) =>
        new() { RunOnly = RunOnlyOptions.Rules([.. rules]), ResultTypes = [ResultType.Violations] };

    private async Task<string> FirstLinkAsync(string path, string selector)
    {
        await demo.Window.GoAsync(path);
        return await Page.Locator(selector).First.GetAttributeAsync("href") ?? "";
    }

    private async Task ShowThemeAsync(string theme)
    {
        var button = Page.GetByRole(AriaRole.Button, new() { Name = theme == "dark" ? "Dark theme" : "Light theme" });
        if (await button.CountAsync() > 0)
        {
            await button.ClickAsync();
        }
        else if (await Page.Locator("html").GetAttributeAsync("data-theme") != theme)
        {
            // The wall has no buttons: it shows what was chosen elsewhere.
            await Page.EvaluateAsync(
                "theme => localStorage.setItem('denywatch.look', JSON.stringify({ theme }))",
                theme
            );
            await Page.ReloadAsync();
            await Page.WaitForTimeoutAsync(1000);
        }
        await Expect(Page.Locator("html")).ToHaveAttributeAsync("data-theme", theme);
        await Page.WaitForTimeoutAsync(150);
    }

    private async Task ResizeAsync((string Name, int Width, int Height) size)
    {
        await Page.SetViewportSizeAsync(size.Width, size.Height);
        await Page.WaitForTimeoutAsync(150);
    }

    private static void Say(string what) => TestContext.Current.TestOutputHelper?.WriteLine(what);

    [GeneratedRegex(@"(/alerts/|alert=)(?<number>\d+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex AlertNumber();

    [GeneratedRegex("/not-allowed|/sign-in", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NotAllowed();
}
