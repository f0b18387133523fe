using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Denywatch.EndToEnd;

/// <summary>From an alert to an exception or a window and back, with the keyboard alone, on the demo's month.</summary>
[Collection(nameof(DemoApp))]
[Trait("suite", "demo")]
public sealed partial class ExceptionStoryTests(DemoApp demo)
{
    private static readonly LocatorAssertionsToContainTextOptions Patient = new() { Timeout = 60_000 };

    private IPage Page => demo.Window.Page;

    private Keys Keys => new(Page);

    private ILocator Head => Page.Locator("main h1");

    [Fact]
    public async Task An_alert_leads_to_an_exception_that_says_beforehand_what_it_does_and_can_be_taken_back()
    {
        await demo.Window.GoAsync("/alerts");
        var first = Page.Locator("main tbody a[href*='/alerts']").Filter(new() { HasText = "scan" }).First;
        var alert = AlertNumber().Match((await first.GetAttributeAsync("href"))!).Groups["number"].Value;
        await demo.Window.GoAsync($"/alerts/{alert}");
        await Expect(Page.Locator(".alert-facts")).ToBeVisibleAsync();

        await Keys.PressAsync("e");
        await Expect(Head).ToContainTextAsync("Not to count: source");
        await Expect(Page.Locator(".impact [role=status]")).ToContainTextAsync("Takes away", Patient);
        await Keys.TabToAsync("Reason, for the next shift");
        await Page.Keyboard.TypeAsync("our own scanner, ticket 4711");
        await Keys.TabToAsync("Save exception");
        await Keys.PressAsync("Enter");
        await Expect(Head).ToContainTextAsync("Not counted: source", Patient);
        var exception = Page.Url;

        await UntilAsync(alert, "re-scored");

        await demo.Window.GoAsync(new Uri(exception).PathAndQuery);
        await Keys.TabToAsync("Reason, for the next shift");
        await Page.Keyboard.TypeAsync("it was no scanner");
        await Keys.TabToAsync("As if it had never been");
        await Keys.PressAsync("Enter");
        await Expect(Head).ToContainTextAsync("Counted again", Patient);
        await UntilAsync(alert, "back above the line");
        Assert.Empty(demo.Window.Complaints);
    }

    [Fact]
    public async Task An_alert_leads_to_a_window_at_its_hours_of_which_one_can_be_skipped_and_all_taken_back()
    {
        // One that is over: its next occurrence is to come, and nobody has confirmed it as an attack.
        await demo.Window.GoAsync("/alerts");
        var first = Page.Locator("main tbody a[href*='/alerts']").Filter(new() { HasText = "trying" }).First;
        var alert = AlertNumber().Match((await first.GetAttributeAsync("href"))!).Groups["number"].Value;
        await demo.Window.GoAsync($"/alerts/{alert}");
        await Expect(Page.Locator(".alert-facts")).ToBeVisibleAsync();

        await Keys.TabToAsync("Make a window");
        await Keys.PressAsync("Enter");
        await Expect(Head).ToContainTextAsync("Not to count every");
        await Expect(Page.Locator(".impact [role=status]")).ToContainTextAsync("Takes away", Patient);
        await Expect(Page.Locator(".impact ol li")).ToHaveCountAsync(5);
        await Keys.TabToAsync("Reason, for the next shift");
        await Page.Keyboard.TypeAsync("our own scanner, ticket 4711");
        await Keys.TabToAsync("Save window");
        await Keys.PressAsync("Enter");
        await Expect(Head).ToContainTextAsync("next in", Patient);

        await Keys.TabToAsync("Reason, for the next shift");
        await Page.Keyboard.TypeAsync("not this time");
        await Expect(Page.Locator("main")).ToContainTextAsync("to come");
        await Keys.TabToAsync("Skip");
        await Keys.PressAsync("Enter");
        await Expect(Head).ToContainTextAsync("1 skipped", Patient);

        await demo.Window.GoAsync("/rules/windows");
        await Expect(Page.Locator("main tbody tr")).Not.ToHaveCountAsync(0);
        await Page.Locator("main tbody a").Filter(new() { HasText = "trying" }).First.ClickAsync();
        await Keys.TabToAsync("Reason, for the next shift");
        await Page.Keyboard.TypeAsync("it was no scanner");
        await Keys.TabToAsync("As if it had never been");
        await Keys.PressAsync("Enter");
        await Expect(Head).ToContainTextAsync("taken back", Patient);
        Assert.Empty(demo.Window.Complaints);
    }

    /// <summary>Scoring the past again takes some seconds; the page follows by itself.</summary>
    private async Task UntilAsync(string alert, string words)
    {
        await demo.Window.GoAsync($"/alerts/{alert}");
        await Expect(Page.Locator("main")).ToContainTextAsync(words, new() { Timeout = 90_000, IgnoreCase = true });
    }

    [GeneratedRegex(@"(/alerts/|alert=)(?<number>\d+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex AlertNumber();
}
