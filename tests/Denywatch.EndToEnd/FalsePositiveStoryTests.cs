using System.Text.RegularExpressions;
using Denywatch.Testing;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Denywatch.EndToEnd;

/// <summary>
/// The whole story of a false positive, with the keyboard alone: a scanner of one's own hides an attacker in one alert, is
/// closed as benign and excepted, the attacker comes to light, and when the exception is over the scanner is told again.
/// </summary>
public sealed class FalsePositiveStoryTests(PostgresFixture postgres, Browser browser) : IDisposable
{
    private const string Password = "seven quiet firewalls";
    private const string Scanner = "10.1.3.77";
    private const string Attacker = "10.1.9.66";

    private static readonly LocatorAssertionsToContainTextOptions Soon = new() { Timeout = 90_000 };

    private readonly TempFolder files = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => files.Dispose();

    [Fact]
    public async Task A_benign_scanner_is_taken_away_the_attacker_stays_and_the_scanner_is_told_again_once_the_exception_is_over()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var app = await AppProcess.StartAsync(new() { ConnectionString = database }, Ct);
        await using var window = await browser.OpenAsync(app.Url);
        await window.SetUpAsync(app.SetupLink!, "ada", Password);
        await LearnAsync(app, database);
        var (page, keys) = (window.Page, new Keys(window.Page));
        var (head, main) = (page.Locator("main h1"), page.Locator("main"));

        await window.GoAsync("/alerts");
        await ScanAsync(app, Attacker, port: 22, hosts: 3, lines: 1_500);
        await ScanAsync(app, Scanner, port: 445, hosts: 250, lines: 4_000);
        await Expect(page.Locator("main tbody")).ToContainTextAsync(Scanner, Soon);
        await page.WaitForTimeoutAsync(5_000); // the next look, in which all has arrived
        await keys.PressAsync("j", "Enter");
        var panel = page.Locator(".beside-panel");
        await Expect(panel).ToContainTextAsync(Scanner);
        var alert = AlertId().Match(page.Url).Value;

        await keys.PressAsync("c", "ArrowDown");
        var dialog = page.GetByRole(AriaRole.Dialog);
        await Expect(dialog).ToContainTextAsync("Real and authorised");
        await keys.TabToAsync("Note");
        await page.Keyboard.TypeAsync("our own scanner");
        await keys.TabToAsync("Close as benign positive");
        await keys.PressAsync("Enter");
        await Expect(panel).ToContainTextAsync("Closed as benign positive by ada");

        await keys.PressAsync("e");
        await Expect(head).ToContainTextAsync($"Not to count: source {Scanner}");
        await Expect(page.Locator(".impact [role=status]")).ToContainTextAsync("Takes away", Soon);
        await keys.TabToAsync("Reason, for the next shift");
        await page.Keyboard.TypeAsync("our own scanner, ticket 4711");
        await keys.TabToAsync("Save exception");
        await keys.PressAsync("Enter");
        await Expect(head).ToContainTextAsync("Not counted: source", Soon);

        await window.GoAsync($"/alerts/{alert}");
        await Expect(main).ToContainTextAsync("what exception 1 does not explain is still above the line", Soon);
        await Expect(head).ToContainTextAsync("denies in 15 min");
        await Expect(page.Locator(".page-lead")).ToContainTextAsync(Attacker);
        await Expect(page.Locator(".page-lead")).Not.ToContainTextAsync(Scanner);

        await keys.PressAsync("c", "Enter");
        await Expect(main).ToContainTextAsync("Closed as true positive by ada");

        // Nobody waits for thirty days: its end is moved to now.
        await new Intake(app).AskAsync<int>(
            "UPDATE exceptions SET until = date_bin('5 min', now(), 'epoch'), change = nextval('exception_changes')",
            Ct
        );
        await ScanAsync(app, Scanner, port: 445, hosts: 250, lines: 6_000);
        await window.GoAsync("/alerts");
        await Expect(page.Locator("main tbody")).ToContainTextAsync(Scanner, Soon);
        await keys.PressAsync("j", "Enter");
        await Expect(panel)
            .ToContainTextAsync("Exception 1 (our own scanner, ticket 4711; ada answers for it) ended on", Soon);
        Assert.Empty(window.Complaints);
    }

    private async Task LearnAsync(AppProcess app, string database)
    {
        var now = DateTimeOffset.UtcNow;
        var file = files.File("four-weeks.log.gz");
        await History.WriteAsync(file, now - TimeSpan.FromDays(28), now);
        var token = await Senders.MakeTokenAsync(database, "history", Ct);
        var (code, said) = await History.ImportAsync(app.Url, token, file, Ct);
        Assert.True(code == 0, said);
        await new Intake(app).UntilAsync(
            "SELECT count(*) >= 2 FROM open_buckets WHERE NOT is_learning",
            TimeSpan.FromMinutes(3),
            Ct
        );
    }

    private static Task ScanAsync(AppProcess app, string source, int port, int hosts, int lines) =>
        Senders.SendAsync(app.SyslogPort, History.Scan(source, port, hosts, lines, DateTimeOffset.UtcNow), Ct);

    private static Regex AlertId() => new(@"(?<=alert=)\d+", RegexOptions.None, TimeSpan.FromSeconds(1));
}
