using System.Diagnostics;
using System.Globalization;
using Denywatch.Bench.Quality;
using Denywatch.Detection;

namespace Denywatch.Bench.Score;

/// <summary>How fast buckets are scored and taught on one core, how big a model's state is, what the command line costs.</summary>
internal static class ScoreBenchmark
{
    private const int Rounds = 3;

    public static async Task<IReadOnlyList<KeyValuePair<string, double>>> RunAsync(string[] args, CancellationToken ct)
    {
        var folder = args is ["--corpus", var given, ..] ? given : null;
        var mix = folder is null ? MadeSeries.All(seed: 1, ofEach: 10) : LabelledSeries.ReadAll(folder);
        Console.WriteLine($"{"family", -22} {"series", 6} {"buckets", 9} {"buckets/s", 11} {"state bytes", 11}");

        Measure(mix); // the first round is the compiler's
        var (buckets, seconds, bytes) = (0L, 0.0, 0);
        foreach (var family in mix.GroupBy(series => series.Family).OrderBy(f => f.Key, StringComparer.Ordinal))
        {
            ct.ThrowIfCancellationRequested();
            var series = family.ToList();
            var (count, time, state) = Enumerable.Range(0, Rounds).Select(_ => Measure(series)).MinBy(m => m.Seconds);
            Console.WriteLine(
                $"{family.Key, -22} {series.Count, 6} {count, 9:N0} {count / time, 11:N0} {state, 11:N0}"
            );
            (buckets, seconds, bytes) = (buckets + count, seconds + time, Math.Max(bytes, state));
        }

        var cpu = await CommandLineAsync(mix, folder, ct);
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"all: {buckets / seconds:N0} buckets/s; command line over {buckets:N0} buckets: {cpu:0.0} CPU-seconds"
            )
        );
        return
        [
            new("buckets_per_s", Math.Round(buckets / seconds)),
            new("bytes_per_series", bytes),
            new("corpus_cpu_s", cpu),
        ];
    }

    /// <summary>Records with bounds for every bucket, as live scoring would make them, on this thread.</summary>
    private static (long Buckets, double Seconds, int StateBytes) Measure(List<LabelledSeries> mix)
    {
        var (buckets, bytes, checksum) = (0L, 0, 0.0);
        var watch = Stopwatch.StartNew();
        foreach (var series in mix)
        {
            var model = SeriesModel.Start(TimeSpan.FromMinutes(15), series.Zone);
            foreach (var (bucket, count) in series.Counts)
            {
                var record = model.Score(bucket, count);
                checksum += record.Score + record.Upper;
                model.Learn(bucket, count);
            }
            buckets += series.Counts.Count;
            bytes = Math.Max(bytes, model.Save().Length);
        }
        if (double.IsNaN(checksum))
            throw new InvalidOperationException("A score or a bound is not a number.");
        return (buckets, watch.Elapsed.TotalSeconds, bytes);
    }

    /// <summary>CPU-seconds of the real command over the files, its start included.</summary>
    private static async Task<double> CommandLineAsync(List<LabelledSeries> mix, string? folder, CancellationToken ct)
    {
        var work = Directory.CreateTempSubdirectory("denywatch-score");
        try
        {
            var input = folder is null
                ? Write(mix, work.CreateSubdirectory("in").FullName)
                : Path.Combine(folder, "series");
            string[] command = [Path.Combine(AppContext.BaseDirectory, "denywatch.dll"), "score", input];
            var before = ChildrensCpuSeconds();
            using var process = Process.Start("dotnet", [.. command, "--output", Path.Combine(work.FullName, "out")]);
            await process.WaitForExitAsync(ct);
            return process.ExitCode == 0
                ? ChildrensCpuSeconds() - before
                : throw new InvalidOperationException($"denywatch score ended with {process.ExitCode}.");
        }
        finally
        {
            work.Delete(recursive: true);
        }
    }

    /// <summary>User and system time of children that have ended, from proc(5): fields 16 and 17 in ticks of 10 ms.</summary>
    private static double ChildrensCpuSeconds()
    {
        var fields = File.ReadAllText("/proc/self/stat")
            .Split(')')[^1]
            .Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return (long.Parse(fields[13]) + long.Parse(fields[14])) / 100.0;
    }

    private static string Write(List<LabelledSeries> mix, string folder)
    {
        foreach (var series in mix)
        {
            File.WriteAllLines(
                Path.Combine(folder, series.Id + ".csv"),
                ["timestamp,count", .. series.Counts.Select(c => $"{c.Bucket:yyyy-MM-ddTHH:mm:ssZ},{c.Count}")]
            );
        }
        return folder;
    }
}
