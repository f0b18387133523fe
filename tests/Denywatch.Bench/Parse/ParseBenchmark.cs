using System.Diagnostics;
using Denywatch.Events;

namespace Denywatch.Bench.Parse;

/// <summary>
/// How fast lines become events: equal numbers of lines of each source on one thread, total lines over total time. And
/// what an event costs that is not kept (allowed, none): in bytes, beside the size of the event object itself.
/// </summary>
internal static class ParseBenchmark
{
    private const int LinesEach = 60_000;
    private const int Rounds = 3;

    public static Benchmark Benchmark { get; } =
        new("parse", "lines of every integration to events: lines per second, [--corpus DIR]", RunAsync);

    private static Task<IReadOnlyList<KeyValuePair<string, double>>> RunAsync(string[] arguments, CancellationToken ct)
    {
        var sources = Lines.Of(Lines.Option(arguments, "--corpus"));
        var eventBytes = EventBytes();
        foreach (var (_, lines) in sources)
            Read(lines, LinesEach / 3);
        Thread.Sleep(500); // the just-in-time compiler has its say

        Console.WriteLine($"{"source", -24}{"lines/s", 12}{"us/line", 10}{"events/line", 13}{"objects not kept", 18}");
        double seconds = 0,
            slowest = double.MaxValue,
            most = 0;
        foreach (var (source, lines) in sources)
        {
            ct.ThrowIfCancellationRequested();
            // The best of some rounds: what else runs on the machine only slows.
            var best = Enumerable.Range(0, Rounds).Select(_ => Read(lines, LinesEach)).MinBy(run => run.Seconds);
            var objects = BytesNotKept(lines) / eventBytes;
            var rate = LinesEach / best.Seconds;
            Console.WriteLine(
                $"{source, -24}{rate, 12:N0}{1e6 / rate, 10:0.00}{(double)best.Events / LinesEach, 13:0.00}{objects, 18:0.00}"
            );
            seconds += best.Seconds;
            slowest = Math.Min(slowest, rate);
            most = Math.Max(most, objects);
        }
        return Task.FromResult<IReadOnlyList<KeyValuePair<string, double>>>([
            new("lines_per_s", Math.Round(sources.Count * LinesEach / seconds)),
            new("slowest", Math.Round(slowest)),
            new("objects_not_kept", Math.Round(most, 2)),
        ]);
    }

    private static (double Seconds, long Events) Read(byte[][] lines, int count)
    {
        var reader = new EventReader();
        var receipt = new Receipt(DateTimeOffset.UtcNow, "peer", TimeZoneInfo.Utc);
        var events = new List<FirewallEvent>(64);
        long read = 0;
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < count; i++)
        {
            events.Clear();
            reader.Read(lines[i % lines.Length], receipt, events);
            read += events.Count;
        }
        return (Stopwatch.GetElapsedTime(started).TotalSeconds, read);
    }

    /// <summary>Bytes for each event of the lines that hold no denied and no unanswered one; 0 where there are none.</summary>
    private static double BytesNotKept(byte[][] lines)
    {
        var receipt = new Receipt(DateTimeOffset.UtcNow, "peer", TimeZoneInfo.Utc);
        var reader = new EventReader();
        var events = new List<FirewallEvent>(64);
        long bytes = 0,
            read = 0;
        for (var round = 0; round < 50; round++)
        {
            foreach (var line in lines)
            {
                events.Clear();
                var before = GC.GetAllocatedBytesForCurrentThread();
                var reading = reader.Read(line, receipt, events);
                var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
                if (
                    round == 0
                    || reading.IsRejected
                    || events.Count == 0
                    || events.Exists(one => one.Verdict is Verdict.Denied or Verdict.Unanswered)
                )
                    continue;
                bytes += allocated;
                read += events.Count;
            }
        }
        return read == 0 ? 0 : (double)bytes / read;
    }

    private static double EventBytes()
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var one = new FirewallEvent { Verdict = Verdict.None };
        var bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        GC.KeepAlive(one);
        return bytes;
    }
}
