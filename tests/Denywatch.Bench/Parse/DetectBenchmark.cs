using Denywatch.Events;

namespace Denywatch.Bench.Parse;

/// <summary>
/// Whether the format of a sender is found without being told: shuffled lines of all sources, each source a sender of its
/// own. Counted from the sixth line of a sender on. Right is the integration that takes most of the source's lines, which
/// the table names, and the line must not be rejected.
/// </summary>
internal static class DetectBenchmark
{
    private const int LinesRead = 1000;
    private const int LinesToLearn = 5;
    private const int Rounds = 20;

    public static Benchmark Benchmark { get; } =
        new(
            "detect",
            "which integration takes the lines of shuffled senders: share that is right, [--corpus DIR]",
            RunAsync
        );

    private static Task<IReadOnlyList<KeyValuePair<string, double>>> RunAsync(string[] arguments, CancellationToken ct)
    {
        var sources = Lines.Of(Lines.Option(arguments, "--corpus"));
        var taken = sources.ToDictionary(
            source => source.Source,
            _ => new Dictionary<string, int>(StringComparer.Ordinal),
            StringComparer.Ordinal
        );
        for (var seed = 0; seed < Rounds; seed++)
        {
            ct.ThrowIfCancellationRequested();
            Round(sources, taken, new Random(seed));
        }

        int right = 0,
            all = 0;
        foreach (var (source, counts) in taken.Where(entry => entry.Value.Count > 0))
        {
            var most = counts.MaxBy(entry => entry.Key == Rejected ? 0 : entry.Value);
            right += most.Key == Rejected ? 0 : most.Value;
            all += counts.Values.Sum();
            Console.WriteLine(
                $"{source, -24}{string.Join(", ", counts.OrderByDescending(entry => entry.Value).Select(entry => $"{entry.Key} {entry.Value}"))}"
            );
        }
        return Task.FromResult<IReadOnlyList<KeyValuePair<string, double>>>([
            new("right", (double)right / Math.Max(1, all)),
            new("lines", all),
        ]);
    }

    private const string Rejected = "rejected";

    private static void Round(
        IReadOnlyList<(string Source, byte[][] Lines)> sources,
        Dictionary<string, Dictionary<string, int>> taken,
        Random random
    )
    {
        var shuffled = sources.SelectMany(source => source.Lines.Select(line => (source.Source, line))).ToArray();
        random.Shuffle(shuffled);
        var senders = new Dictionary<string, (EventReader Reader, int Lines)>(StringComparer.Ordinal);
        var events = new List<FirewallEvent>();
        for (var i = 0; i < LinesRead; i++)
        {
            // Fewer lines than asked for: they come again.
            var (source, line) = shuffled[i % shuffled.Length];
            var (reader, lines) = senders.GetValueOrDefault(source, (new EventReader(), 0));
            senders[source] = (reader, lines + 1);
            events.Clear();
            var reading = reader.Read(line, new(DateTimeOffset.UtcNow, source, TimeZoneInfo.Utc), events);
            if (lines < LinesToLearn)
                continue;
            var by = reading.IsRejected ? Rejected : reading.Integration ?? Rejected;
            taken[source][by] = taken[source].GetValueOrDefault(by) + 1;
        }
    }
}
