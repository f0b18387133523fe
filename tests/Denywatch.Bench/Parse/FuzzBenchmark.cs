using System.Diagnostics;

namespace Denywatch.Bench.Parse;

/// <summary>Damaged lines for a given time. What fails is printed in base64, to become a seed of the tests.</summary>
internal static class FuzzBenchmark
{
    private const int MostShown = 20;
    private const double Mebibyte = 1024 * 1024;

    public static Benchmark Benchmark { get; } =
        new(
            "fuzz",
            "damaged lines: no exception, no slow line, no growing memory, [--seconds N] [--seed N] [--corpus DIR]",
            RunAsync
        );

    private static Task<IReadOnlyList<KeyValuePair<string, double>>> RunAsync(string[] arguments, CancellationToken ct)
    {
        var seconds = double.Parse(Lines.Option(arguments, "--seconds") ?? "60");
        var seed = int.Parse(Lines.Option(arguments, "--seed") ?? $"{Environment.TickCount}");
        byte[][] lines = [.. Lines.Of(Lines.Option(arguments, "--corpus")).SelectMany(source => source.Lines)];
        Console.WriteLine($"{lines.Length} lines, seed {seed}, {seconds:0} s");

        var fuzz = new ParserFuzz(lines, seed);
        while (fuzz.Read < 20_000)
            fuzz.Next(); // compiled, tables filled
        var before = GC.GetTotalMemory(forceFullCollection: true);

        var failed = 0;
        fuzz = new ParserFuzz(lines, seed);
        for (var watch = Stopwatch.StartNew(); watch.Elapsed.TotalSeconds < seconds && !ct.IsCancellationRequested; )
        {
            if (fuzz.Next() is not var (line, problem))
                continue;
            if (++failed <= MostShown)
                Console.WriteLine(
                    $"FAILED {problem}\n  {Convert.ToBase64String(line.AsSpan(0, Math.Min(line.Length, 6000)))}"
                );
        }

        var grown = (GC.GetTotalMemory(forceFullCollection: true) - before) / Mebibyte;
        return Task.FromResult<IReadOnlyList<KeyValuePair<string, double>>>([
            new("lines", fuzz.Read),
            new("failed", failed),
            new("slowest_ms", Math.Round(fuzz.Slowest.TotalMilliseconds, 2)),
            new("memory_grown_mib", Math.Round(grown, 1)),
        ]);
    }
}
