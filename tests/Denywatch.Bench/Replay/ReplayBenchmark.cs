using System.Diagnostics;
using Denywatch.Web.Features.Exceptions;
using Denywatch.Web.Features.Replay;
using Denywatch.Web.Features.Scoring;
using Microsoft.Extensions.DependencyInjection;

namespace Denywatch.Bench.Replay;

/// <summary>
/// Previews of exceptions over 30 days, one after the other: small ones take at most 1 % of the denies from at most 200
/// series, all others are large. <c>--each</c> prints each of them.
/// </summary>
internal static class ReplayBenchmark
{
    private const int Small = 40;
    private const int Large = 10;

    /// <summary>Draws that turn out to be of the other kind are set aside: so many at most.</summary>
    private const int MostDraws = 5;

    /// <summary>More than 200, so that an exception for everybody is not a small one.</summary>
    public static readonly EstateSize Size = new(Days: 30, Firewalls: 240);

    public static async Task<IReadOnlyList<KeyValuePair<string, double>>> RunAsync(string[] args, CancellationToken ct)
    {
        await using var database = await BenchDatabase.StartAsync(
            args,
            services =>
            {
                services.AddSingleton(TimeProvider.System).AddLogging().AddMemoryCache();
                services
                    .AddSingleton<SeriesRates>()
                    .AddSingleton<Stories>()
                    .AddSingleton<Findings>()
                    .AddSingleton<AlertOpening>();
                services.AddSingleton<AlertRaiser>().AddSingleton<AlertReconciler>();
                services.AddSingleton<SeriesReplay>().AddSingleton<RareScorer>().AddSingleton<SeriesScorer>();
                services.AddSingleton<AppearingAlerts>().AddSingleton<AlertEffects>().AddSingleton<ExceptionPreview>();
                services.AddSingleton<ExceptionLedger>().AddSingleton<ExceptionActions>().AddSingleton<ScoredEstate>();
            },
            ct
        );
        var saved = await database.Get<ScoredEstate>().MadeAsync(database.Flows, ct);
        var denies = await database.AskAsync<long>(
            "SELECT sum(count + excepted)::bigint FROM counts WHERE span = 1440",
            ct
        );
        var changes = new RandomChanges(saved);
        var subject = new Subject(database.Get<ExceptionPreview>(), denies, args.Contains("--each"));

        await MeasureAsync(subject, changes.Small(seed: 7), isSmall: true, 3, ct); // the first are the compiler's
        Console.WriteLine(
            $"{"", -6} {"p50 s", 7} {"p95 s", 7} {"max s", 7} {"share of denies", 18} {"series", 11} {"alerts", 9} {"set aside", 10}"
        );
        var small = await MeasureAsync(subject, changes.Small(seed: 1), isSmall: true, Small, ct);
        Tell("small", small);
        var large = await MeasureAsync(subject, changes.Large(seed: 1), isSmall: false, Large, ct);
        Tell("large", large);
        await CancelAsync(subject.Preview, changes.Large(seed: 2).First(), ct);
        return [new("small_p95_s", At(small.Taken, 0.95)), new("large_p95_s", At(large.Taken, 0.95))];
    }

    private static async Task<Measured> MeasureAsync(
        Subject subject,
        IEnumerable<ExceptionChange> changes,
        bool isSmall,
        int count,
        CancellationToken ct
    )
    {
        List<Tried> taken = [];
        var drawn = 0;
        foreach (var change in changes.Take(MostDraws * count))
        {
            drawn++;
            var progress = new RisingProgress();
            var start = Stopwatch.GetTimestamp();
            var result = await subject.Preview.OfAsync(change, progress, ct);
            var time = Stopwatch.GetElapsedTime(start);
            progress.CheckAtEnd();
            var tried = new Tried(
                time.TotalSeconds,
                Math.Abs(result.Denies) / (double)subject.Denies,
                result.Series,
                result.Alerts.Count
            );
            if (tried.IsSmall == isSmall)
                taken.Add(tried);
            if (subject.TellsEach)
                Console.WriteLine(
                    $"  {tried.Seconds, 6:0.00} s, {tried.Share:0.0000 %}, {tried.Series} series, {tried.Alerts} alerts: {TextOf(change)}"
                );
            if (taken.Count == count)
                return new([.. taken.OrderBy(t => t.Seconds)], drawn - count);
        }
        throw new InvalidOperationException(
            $"Of {drawn} previews only {taken.Count} were {(isSmall ? "small" : "large")}."
        );
    }

    /// <summary>How long a large preview goes on after it was told to end.</summary>
    private static async Task CancelAsync(ExceptionPreview preview, ExceptionChange change, CancellationToken ct)
    {
        List<double> seconds = [];
        foreach (var at in new[] { 0.05, 0.3, 0.6 })
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
            var asked = 0L;
            var progress = new RisingProgress(done =>
            {
                if (done < at || stop.IsCancellationRequested)
                    return;
                asked = Stopwatch.GetTimestamp();
                stop.Cancel();
            });
            try
            {
                await preview.OfAsync(change, progress, stop.Token);
            }
            catch (OperationCanceledException) when (!ct.IsCancellationRequested)
            {
                seconds.Add(Stopwatch.GetElapsedTime(asked).TotalSeconds);
            }
        }
        Console.WriteLine(
            $"cancelled at 5, 30 and 60 %: ended after {string.Join(", ", seconds.Select(s => $"{s:0.00} s"))}"
        );
    }

    private static void Tell(string what, Measured measured)
    {
        var (taken, shares) = (measured.Taken, measured.Taken.Select(t => t.Share).ToList());
        var (series, alerts) = (taken.Select(t => t.Series).ToList(), taken.Select(t => t.Alerts).ToList());
        Console.WriteLine(
            $"{what, -6} {At(taken, 0.5), 7:0.00} {At(taken, 0.95), 7:0.00} {taken[^1].Seconds, 7:0.00} "
                + $"{$"{shares.Min():0.0000 %} - {shares.Max():0.0 %}", 18} {$"{series.Min()} - {series.Max()}", 11} "
                + $"{$"{alerts.Min()} - {alerts.Max()}", 9} {measured.SetAside, 10}"
        );
    }

    /// <summary>Seconds by nearest rank.</summary>
    private static double At(List<Tried> sorted, double share) =>
        Math.Round(sorted[(int)Math.Ceiling(share * sorted.Count) - 1].Seconds, 2);

    private static string TextOf(ExceptionChange change) =>
        string.Join(
            ", ",
            new[]
            {
                change.RemovedId is { } id ? $"without exception {id}" : null,
                change.Added is { } added ? $"{added.Scope} from {added.From:u}" : null,
            }.OfType<string>()
        );

    /// <param name="Denies">Of the whole estate.</param>
    /// <param name="TellsEach">Prints each preview.</param>
    private sealed record Subject(ExceptionPreview Preview, long Denies, bool TellsEach);

    private sealed record Measured(List<Tried> Taken, int SetAside);

    /// <param name="Share">Of the estate's denies that would count no more, or again.</param>
    private sealed record Tried(double Seconds, double Share, int Series, int Alerts)
    {
        public bool IsSmall => Share <= 0.01 && Series <= 200;
    }

    /// <summary>Progress that may only rise, from 0 to 1.</summary>
    private sealed class RisingProgress(Action<double>? seen = null) : IProgress<double>
    {
        private readonly Lock @lock = new();
        private double last;

        public void Report(double value)
        {
            lock (@lock)
            {
                if (value < last || value > 1)
                    throw new InvalidOperationException($"Progress went from {last} to {value}.");
                last = value;
            }
            seen?.Invoke(value);
        }

        public void CheckAtEnd()
        {
            if (last < 1)
                throw new InvalidOperationException($"A preview was done at a progress of {last}.");
        }
    }
}
