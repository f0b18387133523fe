using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace Denywatch.Cli.Rules;

/// <summary><c>denywatch rules import FILE_OR_FOLDER...</c>: sends rule files to a server, and says what became of each.</summary>
internal static class RulesImport
{
    /// <summary>Files of one request; a rule that is in two is still one.</summary>
    private const int AtOnce = 200;

    private static readonly string[] endings = [".toml", ".ndjson"];

    private sealed record RuleText(string Name, string Text);

    private sealed record Answer(IReadOnlyList<Row> Rules);

    private sealed record Row(
        string File,
        string? RuleId,
        string? Name,
        string Fate,
        string[] Problems,
        string? Obstacle
    );

    public static async Task<int> RunAsync(string[] args, CancellationToken ct)
    {
        var options = Options.Read(args, "--server", "--url", "--token", "--why");
        var server = options["--server"] ?? options["--url"] ?? Environment.GetEnvironmentVariable("DENYWATCH_SERVER");
        var token = options["--token"] ?? Environment.GetEnvironmentVariable("DENYWATCH_TOKEN");
        if (options.Problem is { } problem)
            return Wrong(problem);
        if (!Uri.TryCreate(server, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            return Wrong("name the server: --server http://localhost:8080, or DENYWATCH_SERVER");
        if (string.IsNullOrWhiteSpace(token))
            return Wrong("give an API token of an engineer: --token TOKEN, or DENYWATCH_TOKEN");

        var exit = Exit.Done;
        var files = options.Files.SelectMany(Files).ToList();
        var texts = files.Select(Read).OfType<RuleText>().ToList();
        if (texts.Count < files.Count || texts.Count == 0)
            exit = Exit.Problems;
        if (texts.Count == 0)
            Console.Error.WriteLine("no rule file was found");

        using var http = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromMinutes(5) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        try
        {
            foreach (var part in texts.Chunk(AtOnce))
            {
                if (await SendAsync(http, part, options["--why"], ct) is not { } answer)
                    return Exit.Problems;
                foreach (var row in answer.Rules)
                    Tell(row);
                if (answer.Rules.Any(row => string.Equals(row.Fate, "Refused", StringComparison.OrdinalIgnoreCase)))
                    exit = Exit.Problems;
            }
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException or JsonException)
        {
            Console.Error.WriteLine(
                failure is JsonException
                    ? "the answer is not that of a Denywatch server: check the address"
                    : failure.Message
            );
            return Exit.Problems;
        }
        return exit;
    }

    private static async Task<Answer?> SendAsync(HttpClient http, RuleText[] files, string? why, CancellationToken ct)
    {
        using var response = await http.PostAsJsonAsync("api/v1/rules/import", new { files, why }, ct);
        if (response.IsSuccessStatusCode)
            return await response.Content.ReadFromJsonAsync<Answer>(ct);

        var status = $"the server answered {(int)response.StatusCode} {response.ReasonPhrase}";
        Console.Error.WriteLine(
            response.StatusCode switch
            {
                HttpStatusCode.Unauthorized => $"{status}: the token is not known",
                HttpStatusCode.Forbidden => $"{status}: the token's role does not change rules; an engineer's does",
                _ => $"{status}: {await response.Content.ReadAsStringAsync(ct)}",
            }
        );
        return null;
    }

    private static void Tell(Row row)
    {
        foreach (var problem in row.Problems)
            Console.Error.WriteLine(problem);
        var obstacle = row.Obstacle is null ? "" : $" ({row.Obstacle})";
        Console.Out.WriteLine($"{row.Fate.ToLowerInvariant()}: {row.Name ?? row.RuleId ?? row.File}{obstacle}");
    }

    /// <summary>The file, or all rule files of the folder and those below.</summary>
    private static IEnumerable<string> Files(string path) =>
        Directory.Exists(path)
            ? Directory
                .EnumerateFiles(path, "*", SearchOption.AllDirectories)
                .Where(file => endings.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase))
                .Order(StringComparer.Ordinal)
            : [path];

    private static RuleText? Read(string file)
    {
        try
        {
            if (new FileInfo(file).Length <= RulesCommand.LargestFile)
                return new(file, File.ReadAllText(file));
            Console.Error.WriteLine(
                $"{file}: larger than {RulesCommand.LargestFile / 1024 / 1024} MiB: this is no rule"
            );
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"{file}: {failure.Message}");
        }
        return null;
    }

    private static int Wrong(string problem)
    {
        Console.Error.WriteLine($"denywatch rules import: {problem}");
        return Exit.Usage;
    }
}
