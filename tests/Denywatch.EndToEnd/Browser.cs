using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Denywatch.EndToEnd;

/// <summary>One Chromium for the assembly, started when the first test asks for a window.</summary>
public sealed class Browser : IAsyncDisposable
{
    // Debian's package; the browser that the driver would bring is not wanted.
    private const string Program = "/usr/bin/chromium";

    private static readonly string[] Arguments =
    [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ];

    private readonly Lazy<Task<(IPlaywright Driver, IBrowser Browser)>> started = new(StartAsync);

    /// <summary>A window of its own session and storage.</summary>
    public async Task<Window> OpenAsync(string url, int width = 1440, int height = 900, string zone = "Europe/Berlin")
    {
        var (_, browser) = await started.Value;
        var context = await browser.NewContextAsync(
            new()
            {
                BaseURL = url,
                ViewportSize = new() { Width = width, Height = height },
                TimezoneId = zone,
                Locale = "en-GB",
                ReducedMotion = ReducedMotion.Reduce,
            }
        );
        context.SetDefaultTimeout(15_000);
        return new(context, await context.NewPageAsync());
    }

    public async ValueTask DisposeAsync()
    {
        if (!started.IsValueCreated)
            return;

        var (driver, browser) = await started.Value;
        await browser.CloseAsync();
        driver.Dispose();
    }

    private static async Task<(IPlaywright, IBrowser)> StartAsync()
    {
        Assertions.SetDefaultExpectTimeout(15_000);
        var driver = await Playwright.CreateAsync();
        return (driver, await driver.Chromium.LaunchAsync(new() { ExecutablePath = Program, Args = Arguments }));
    }
}

/// <summary>A page and what its console complained about.</summary>
public sealed partial class Window : IAsyncDisposable
{
    private readonly IBrowserContext context;

    internal Window(IBrowserContext context, IPage page)
    {
        this.context = context;
        Page = page;
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
                Complaints.Enqueue($"{message.Text} ({message.Location})");
        };
        page.PageError += (_, error) => Complaints.Enqueue(error);
        page.Crash += (_, _) => Complaints.Enqueue("The page has crashed.");
    }

    public IPage Page { get; }

    public ConcurrentQueue<string> Complaints { get; } = [];

    /// <summary>Another tab of the same session.</summary>
    public async Task<IPage> NewTabAsync() => await context.NewPageAsync();

    /// <summary>Makes the first admin with the link that the app has printed; ends on the overview.</summary>
    public async Task SetUpAsync(string link, string name, string password)
    {
        await Page.GotoAsync(link);
        await Page.GetByLabel("Name").FillAsync(name);
        await Page.GetByLabel("Password", new() { Exact = true }).FillAsync(password);
        await Page.GetByLabel("The same again").FillAsync(password);
        await Page.GetByRole(AriaRole.Button, new() { Name = "Make the admin and sign in" }).ClickAsync();
        await Page.GetByRole(AriaRole.Navigation, new() { Name = "Pages" }).WaitForAsync();
    }

    public async Task SignInAsync(string name, string password)
    {
        await Page.GotoAsync("/sign-in");
        await Page.GetByLabel("Name").FillAsync(name);
        await Page.GetByLabel("Password", new() { Exact = true }).FillAsync(password);
        await Page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Page.GetByRole(AriaRole.Navigation, new() { Name = "Pages" }).WaitForAsync();
    }

    /// <summary>Opens a page and waits until it has drawn what it asked for.</summary>
    public async Task GoAsync(string path)
    {
        await Page.GotoAsync(path);
        await SettledAsync();
    }

    public async Task SettledAsync()
    {
        await Page.Locator("main h1").First.WaitForAsync();
        await Assertions.Expect(Page).ToHaveTitleAsync(Title());
        await Assertions.Expect(Page.Locator("main .skeleton, main .bone")).ToHaveCountAsync(0);
    }

    [GeneratedRegex("Denywatch$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Title();

    public ValueTask DisposeAsync() => context.DisposeAsync();
}
