using Denywatch.Events;

namespace Denywatch.Cli.Parse;

/// <summary>
/// <c>denywatch parse FILE...</c>: every event of the files as one JSON object a line. One file is one sender. Lines that
/// were rejected are told on standard error; they are no failure of the command.
/// </summary>
internal static class ParseCommand
{
    private const int ProblemsShown = 20;

    public static int Run(string[] args, CancellationToken ct)
    {
        var options = Options.Read(args, "--integration", "--zone");
        if (options.Problem is { } problem)
            return Wrong(problem);
        if (!TryZone(options["--zone"], out var zone))
            return Wrong($"--zone {options["--zone"]} is no time zone; write one such as Europe/Vienna");
        if (options["--integration"] is { } pinned && Events.Integrations.Catalogue.Find(pinned) is null)
            return Wrong($"there is no integration \"{pinned}\"");

        var exit = Exit.Done;
        using var output = new EventJson(Console.OpenStandardOutput());
        foreach (var file in options.Files)
        {
            try
            {
                ParseFile(file, options["--integration"], zone, output, ct);
            }
            catch (Exception failure)
                when (failure is IOException or UnauthorizedAccessException or InvalidDataException)
            {
                Console.Error.WriteLine($"{file}: {failure.Message}");
                exit = Exit.Problems;
            }
        }
        return ct.IsCancellationRequested ? Exit.Problems : exit;
    }

    private static void ParseFile(
        string file,
        string? pinned,
        TimeZoneInfo zone,
        EventJson output,
        CancellationToken ct
    )
    {
        using var stream = LogFile.Open(file, out _, out _);
        var lines = new LineReader(stream, EventReader.LongestLine);
        var reader = new EventReader(pinned);
        var receipt = new Receipt(DateTimeOffset.UtcNow, Peer: null, zone);
        var events = new List<FirewallEvent>();
        var rejected = 0L;

        while (!ct.IsCancellationRequested && !output.IsClosed && lines.TryRead(out var line))
        {
            events.Clear();
            var reading = reader.Read(line, receipt, events);
            foreach (var firewallEvent in events)
                output.Write(lines.Number, reading.Integration, firewallEvent);
            if (reading.Problem is { } problem && ++rejected <= ProblemsShown)
                Console.Error.WriteLine($"{file}:{lines.Number}: {problem}");
        }

        if (rejected > ProblemsShown)
            Console.Error.WriteLine($"{file}: {rejected - ProblemsShown} more lines were rejected");
    }

    private static bool TryZone(string? id, out TimeZoneInfo zone)
    {
        zone = TimeZoneInfo.Utc;
        return id is null or "UTC" || TimeZoneInfo.TryFindSystemTimeZoneById(id, out zone!);
    }

    private static int Wrong(string problem)
    {
        Console.Error.WriteLine($"denywatch parse: {problem}");
        return Exit.Usage;
    }
}
