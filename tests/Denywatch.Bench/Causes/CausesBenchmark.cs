using System.Diagnostics;
using System.Globalization;
using Denywatch.Alerting;

namespace Denywatch.Bench.Causes;

/// <summary>How often the likely cause of an incident is the true one, by two generators, and what attribution costs.</summary>
internal static class CausesBenchmark
{
    private static readonly LikelyCause[] all = Enum.GetValues<LikelyCause>();

    /// <param name="args"><c>--seed N</c> other incidents; <c>--missed</c> prints each wrong answer with its evidence.</param>
    public static Task<IReadOnlyList<KeyValuePair<string, double>>> RunAsync(string[] args, CancellationToken ct)
    {
        var at = Array.IndexOf(args, "--seed");
        var seed = at >= 0 ? int.Parse(args[at + 1], CultureInfo.InvariantCulture) : 1;
        var lists = new List<Figures>();
        foreach (
            var (name, cases) in new[]
            {
                ("own generator", Cases.All(seed)),
                ("second generator", OtherCases.All(seed)),
            }
        )
        {
            var judged = new List<(Judged OnFirewall, Judged OnEstate)>();
            foreach (var one in cases)
            {
                ct.ThrowIfCancellationRequested();
                judged.Add((one.Judge(isWholeEstate: false), one.Judge(isWholeEstate: true)));
            }

            lists.Add(Print($"{name}, on its firewall", [.. judged.Select(j => j.OnFirewall)], args));
            lists.Add(Print($"{name}, on the whole estate", [.. judged.Select(j => j.OnEstate)], args));
        }

        MeasureCost();
        Console.WriteLine("last line: the worst of the four");
        return Task.FromResult<IReadOnlyList<KeyValuePair<string, double>>>([
            new("right", lists.Min(f => f.Right)),
            new("unclear", lists.Max(f => f.Unclear)),
            new("wrong", lists.Max(f => f.Wrong)),
            new("attribution", lists.Min(f => f.Attribution)),
        ]);
    }

    private static Figures Print(string name, List<Judged> judged, string[] args)
    {
        Console.WriteLine($"{name} (down: true, across: answered)");
        Console.WriteLine($"{"", 20}{string.Concat(all.Select(cause => $"{Short(cause), 6}"))}   right  first");
        foreach (var cause in all)
        {
            var row = judged.Where(j => j.Case.Cause == cause).ToList();
            var cells = all.Select(answer => row.Count(j => j.Finding.Cause == answer));
            var keyed = row.Where(j => j.IsFirst is not null).ToList();
            var first = keyed.Count == 0 ? "    -" : $"{Share(keyed, j => j.IsFirst == true), 6:0.00}";
            Console.WriteLine(
                $"{cause, -20}{string.Concat(cells.Select(n => $"{(n == 0 ? "." : $"{n}"), 6}"))}  {Share(row, j => j.IsRight), 6:0.00} {first}"
            );
        }

        if (args.Contains("--missed"))
            PrintMissed(judged);
        var figures = new Figures(
            Share(judged, j => j.IsRight),
            Share(judged, j => j.IsUnclear),
            Share(judged, j => j.IsConfidentlyWrong),
            Share([.. judged.Where(j => j.IsFirst is not null)], j => j.IsFirst == true)
        );
        Console.WriteLine(
            $"right {figures.Right:0.000}, unclear {figures.Unclear:0.000}, wrong with confidence of 0.5 or more {figures.Wrong:0.000}, injected value first {figures.Attribution:0.000}"
        );
        Console.WriteLine();
        return figures;
    }

    private static void PrintMissed(List<Judged> judged)
    {
        foreach (var j in judged.Where(j => !j.IsRight || j.IsFirst == false))
        {
            Console.WriteLine(
                $"- {j.Case.Cause}: {j.Finding.Cause} {j.Finding.Confidence:0.00}, then {j.Finding.RunnerUp}, first {j.IsFirst}. {Sentences.Summary(j.Excess, j.Finding)}"
            );
            Console.WriteLine($"  {string.Join(" ", j.Finding.WhatWouldChange)}");
            Console.WriteLine($"  {j.Excess.Shape}");
        }
    }

    /// <summary>A bucket of 100,000 flows against eighteen of the same size.</summary>
    private static void MeasureCost()
    {
        var random = new Random(1);
        var buckets = Enumerable.Range(0, 19).Select(_ => OtherTraffic.Large(random, 100_000)).ToList();
        for (var round = 0; round < 3; round++)
        {
            var cpu = Environment.CpuUsage.TotalTime;
            var watch = Stopwatch.StartNew();
            var excess = Attribution.Of(buckets[0], buckets[1..], bucketsInCurrent: 1);
            var attributed = watch.Elapsed;
            Alerting.Causes.Of(excess);
            Console.WriteLine(
                $"100,000 flows against 18 buckets of as many: attribution {attributed.TotalMilliseconds:0} ms ({(Environment.CpuUsage.TotalTime - cpu).TotalMilliseconds:0} ms of processor time), cause {(watch.Elapsed - attributed).TotalMilliseconds:0.0} ms"
            );
        }
    }

    private static double Share(List<Judged> judged, Func<Judged, bool> holds) =>
        judged.Count == 0 ? 1 : judged.Count(holds) / (double)judged.Count;

    private static string Short(LikelyCause cause) =>
        cause switch
        {
            LikelyCause.Unclear => "uncl",
            LikelyCause.HorizontalScan => "horiz",
            LikelyCause.VerticalScan => "vert",
            LikelyCause.DistributedScan => "distr",
            LikelyCause.Flood => "flood",
            LikelyCause.ApplicationRetry => "retry",
            LikelyCause.NewFirewallRule => "rule",
            LikelyCause.SuspiciousOutbound => "outb",
            LikelyCause.LateralMovement => "later",
            LikelyCause.DiscoveryNoise => "disco",
            LikelyCause.LoggingChange => "log",
            _ => "rise",
        };

    private sealed record Figures(double Right, double Unclear, double Wrong, double Attribution);
}
