using System.Text.Json;
using Denywatch.Detection;

namespace Denywatch.Cli.Score;

/// <summary>
/// <c>denywatch score FILE_OR_DIR --output DIR</c>: each bucket of each file scored by what came before it, as it would have
/// been live. One file is one series; its name is the file's name without endings.
/// </summary>
internal static class ScoreCommand
{
    public static int Run(string[] args, CancellationToken ct)
    {
        var options = Options.Read(args, "--output", "--time-zones");
        if (options.Problem is { } problem)
            return Wrong(problem);
        if (options["--output"] is not { Length: > 0 } output)
            return Wrong("--output DIR is needed");

        var zones = new Dictionary<string, TimeZoneInfo>(StringComparer.Ordinal);
        if (options["--time-zones"] is { } zonesFile && ReadZones(zonesFile, zones) is { } zoneProblem)
            return Wrong(zoneProblem);

        var exit = Exit.Done;
        foreach (var file in options.Files.SelectMany(FilesOf))
        {
            if (ct.IsCancellationRequested)
                return Exit.Problems;
            try
            {
                var series = NameOf(file);
                Directory.CreateDirectory(output);
                using var stream = LogFile.Open(file, out _, out _);
                var counts = CountsFile.Read(stream);
                var records = SeriesScoring.Score(counts.Buckets, zones.GetValueOrDefault(series, TimeZoneInfo.Utc));
                using var result = File.Create(Path.Combine(output, series + ".csv"), 64 * 1024);
                RecordsFile.Write(result, records);
                if (counts.Rejected > 0)
                    Console.Error.WriteLine($"{file}: {counts.Rejected} rows have no time or no count");
            }
            catch (Exception failure)
                when (failure is IOException or UnauthorizedAccessException or InvalidDataException)
            {
                Console.Error.WriteLine($"{file}: {failure.Message}");
                exit = Exit.Problems;
            }
        }
        return exit;
    }

    /// <summary>The CSV files of a folder in order of their names; a file is itself.</summary>
    public static IEnumerable<string> FilesOf(string fileOrFolder) =>
        Directory.Exists(fileOrFolder)
            ? Directory
                .EnumerateFiles(fileOrFolder)
                .Where(file => file.EndsWith(".csv", Ignoring) || file.EndsWith(".csv.gz", Ignoring))
                .Order(StringComparer.Ordinal)
            : [fileOrFolder];

    /// <summary>The series a file holds: its name without <c>.csv</c> and <c>.gz</c>.</summary>
    public static string NameOf(string file)
    {
        var name = Path.GetFileName(file);
        foreach (var ending in (string[])[".gz", ".csv"])
        {
            if (name.EndsWith(ending, Ignoring))
                name = name[..^ending.Length];
        }
        return name is "" or "-" ? "counts" : name;
    }

    private const StringComparison Ignoring = StringComparison.OrdinalIgnoreCase;

    /// <returns>What is wrong with the file; null where nothing is.</returns>
    private static string? ReadZones(string file, Dictionary<string, TimeZoneInfo> zones)
    {
        try
        {
            using var json = File.OpenRead(file);
            foreach (var (series, id) in JsonSerializer.Deserialize<Dictionary<string, string>>(json) ?? [])
            {
                if (!TimeZoneInfo.TryFindSystemTimeZoneById(id ?? "", out var zone))
                    return $"{file}: {id} is no time zone; write one such as Europe/Vienna";
                zones[series] = zone;
            }
            return null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or JsonException)
        {
            return $"{file}: {failure.Message}";
        }
    }

    private static int Wrong(string problem)
    {
        Console.Error.WriteLine($"denywatch score: {problem}");
        return Exit.Usage;
    }
}
