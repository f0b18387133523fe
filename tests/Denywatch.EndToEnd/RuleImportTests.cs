using Denywatch.Storage.Entities;
using Denywatch.Testing;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Denywatch.EndToEnd;

/// <summary>Rule files on their way into a running server, by the command line and by the page.</summary>
public sealed class RuleImportTests(PostgresFixture postgres, Browser browser) : IDisposable
{
    private const string Broken = "[rule]\nname = 'Broken'\nseverity = 'awful'\n";

    private readonly TempFolder files = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => files.Dispose();

    [Fact]
    public async Task The_command_sends_files_and_folders_and_its_exit_code_says_whether_all_went_in()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var app = await AppProcess.StartAsync(new() { ConnectionString = database }, Ct);
        var tokens = (await ApiTokens.OfEveryRoleAsync(database, Ct)).ToDictionary(one => one.Role, one => one.Token);
        Directory.CreateDirectory(files.File("folder/below"));
        var alone = files.Write("alone.toml", Rule("Alone", 1));
        files.Write("folder/first.toml", Rule("First of the folder", 2));
        files.Write("folder/below/second.toml", Rule("Second of the folder", 3, job: "no_such_job"));
        files.Write("folder/notes.txt", "no rule at all");
        var broken = files.Write("broken.toml", Broken);

        Task<(int Code, string Said)> SendAsync(string token, params string[] paths) =>
            CommandLine.RunAsync(token, Ct, ["rules", "import", "--server", app.Url, .. paths]);

        Assert.Equal(
            (1, 0),
            (await WrongAsync(tokens[AccountRole.Analyst], "403", "an engineer's does"), await ImportedAsync())
        );
        Assert.Equal((1, 0), (await WrongAsync("dwa_unknown", "401", "the token is not known"), await ImportedAsync()));
        Assert.Equal((2, 0), (await WrongAsync("", "give an API token of an engineer"), await ImportedAsync()));

        var engineer = tokens[AccountRole.Engineer];
        var some = await SendAsync(engineer, alone, files.File("folder"), broken);
        Assert.Equal(1, some.Code);
        Assert.Contains("new: Alone\n", some.Said, StringComparison.Ordinal);
        Assert.Contains("new: First of the folder\n", some.Said, StringComparison.Ordinal);
        Assert.Contains("new: Second of the folder (It reads the job no_such_job", some.Said, StringComparison.Ordinal);
        Assert.Contains($"{broken}:3: severity is \"awful\"", some.Said, StringComparison.Ordinal);
        Assert.Contains("refused: Broken\n", some.Said, StringComparison.Ordinal);
        Assert.DoesNotContain("notes.txt", some.Said, StringComparison.Ordinal);
        Assert.Equal(3, await ImportedAsync());

        var again = await SendAsync(engineer, alone, files.File("folder"), "--why", "the night shift asked");
        Assert.Equal((0, 3), (again.Code, again.Said.Split("unchanged: ").Length - 1));

        files.Write("alone.toml", Rule("Alone", 1, threshold: 80));
        var changed = await SendAsync(engineer, alone, "--why", "the night shift asked");
        Assert.Equal((0, "changed: Alone"), (changed.Code, changed.Said.Trim()));
        Assert.Equal(
            "engineer: the night shift asked",
            await new Intake(app).AskAsync<string>(
                "SELECT \"by\" || ': ' || split_part(why, ' (', 1) FROM rule_versions ORDER BY at DESC, number DESC LIMIT 1",
                Ct
            )
        );

        var none = await SendAsync(engineer, files.File("nowhere.toml"));
        Assert.Equal(1, none.Code);
        Assert.Contains("no rule file was found", none.Said, StringComparison.Ordinal);

        async Task<int> WrongAsync(string token, params string[] says)
        {
            var (code, said) = await SendAsync(token, alone);
            Assert.All(says, words => Assert.Contains(words, said, StringComparison.Ordinal));
            return code;
        }

        async Task<long> ImportedAsync() =>
            await new Intake(app).AskAsync<long>("SELECT count(*) FROM rules WHERE id::text LIKE '6f1d7f6e-%'", Ct);
    }

    [Fact]
    public async Task The_page_shows_what_a_file_would_do_imports_it_and_says_file_and_line_of_what_is_wrong()
    {
        await using var app = await AppProcess.StartAsync(
            new() { ConnectionString = await postgres.CreateDatabaseAsync() },
            Ct
        );
        await using var window = await browser.OpenAsync(app.Url);
        var page = window.Page;
        await window.SetUpAsync(app.SetupLink!, "ada", "seven quiet firewalls");

        await window.GoAsync("/rules");
        await page.GetByRole(AriaRole.Link, new() { Name = "Import" }).ClickAsync();
        await Expect(page.Locator("main h1")).ToHaveTextAsync("Which files have your rules?");
        var choose = page.GetByLabel("Rule files");
        await choose.SetInputFilesAsync(files.Write("broken.toml", Broken));
        await Expect(page.Locator("main h1")).ToHaveTextAsync("0 new, 0 changed, 0 unchanged, 1 refused.");
        var rows = page.GetByRole(AriaRole.Region, new() { Name = "What the files would do" })
            .Locator("tbody")
            .GetByRole(AriaRole.Row);
        await Expect(rows).ToContainTextAsync("broken.toml:3: severity is \"awful\"; it must be one of low");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Nothing to import" })).ToBeDisabledAsync();

        await choose.SetInputFilesAsync(files.Write("night.toml", Rule("Denies at night", 1)));
        await Expect(page.Locator("main h1")).ToHaveTextAsync("1 new, 0 changed, 0 unchanged, 0 refused.");
        await Expect(rows).ToContainTextAsync("new, off");
        await page.GetByLabel("Why, for the next shift").FillAsync("the night shift asked");
        await page.GetByRole(AriaRole.Button, new() { Name = "Import 1" }).ClickAsync();

        await page.WaitForURLAsync("**/rules");
        await Expect(page.GetByRole(AriaRole.Switch, new() { Name = "Denies at night" })).Not.ToBeCheckedAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Denies at night", Exact = true }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Denies at night" })).ToBeVisibleAsync();
        Assert.Empty(window.Complaints);
    }

    private static string Rule(string name, int number, string job = "high_count_network_denies", int threshold = 75) =>
        $"""
            [rule]
            name = "{name}"
            rule_id = "6f1d7f6e-9b0f-4b0a-8a4e-00000000000{number}"
            type = "machine_learning"
            machine_learning_job_id = "{job}"
            anomaly_threshold = {threshold}
            severity = "low"
            risk_score = 21
            """;
}
