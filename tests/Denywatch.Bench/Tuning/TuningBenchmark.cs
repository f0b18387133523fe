using System.Diagnostics;
using Denywatch.Alerting;
using Denywatch.Storage;
using Denywatch.Testing;
using Denywatch.Web.Features.Replay;
using Denywatch.Web.Features.Rules;
using Denywatch.Web.Features.Scoring;
using Microsoft.Extensions.DependencyInjection;

namespace Denywatch.Bench.Tuning;

/// <summary>
/// What a move of a slider waits for: other settings of the rule tried on the demo's month, while the demo goes on.
/// </summary>
internal static class TuningBenchmark
{
    private const int WarmUp = 10;
    private const int Moves = 200;

    public static async Task<IReadOnlyList<KeyValuePair<string, double>>> RunAsync(string[] args, CancellationToken ct)
    {
        await using var postgres = new PostgresFixture();
        var database = await postgres.CreateDatabaseAsync();
        await using var app = await AppProcess.StartAsync(new() { ConnectionString = database, Demo = true }, ct);
        await app.FilledAsync(TimeSpan.FromMinutes(15), ct);

        var services = new ServiceCollection().AddLogging().AddMemoryCache().AddSingleton(TimeProvider.System);
        services.AddDatabase(database);
        services
            .AddSingleton<SeriesRates>()
            .AddSingleton<Stories>()
            .AddSingleton<Findings>()
            .AddSingleton<AppearingAlerts>()
            .AddSingleton<AlertEffects>()
            .AddSingleton<RulePreview>();
        await using var provider = services.BuildServiceProvider();
        var preview = provider.GetRequiredService<RulePreview>();

        var random = new Random(1);
        List<(double Ms, RuleSettings Settings, int Changes)> moves = [];
        for (var move = 0; move < WarmUp + Moves; move++)
        {
            var settings = new RuleSettings(
                random.Next(3, 100),
                random.Next(0, 1001),
                random.Next(0, 1001),
                random.Next(0, 20) / 2.0,
                random.Next(1, RuleSettings.LongestDuration + 1),
                0.1 * Math.Pow(10, 3 * random.NextDouble())
            );
            var start = Stopwatch.GetTimestamp();
            var tried = await preview.OfAsync(BuiltInRules.SpikeInFirewallDenies, settings, ct);
            var took = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            if (move >= WarmUp)
                moves.Add((took, settings, tried!.Alerts.Count));
        }

        moves.Sort((left, right) => left.Ms.CompareTo(right.Ms));
        Console.WriteLine($"{"p50 ms", 8} {"p95 ms", 8} {"max ms", 8}");
        Console.WriteLine($"{At(0.5), 8:0} {At(0.95), 8:0} {At(1), 8:0}");
        foreach (var (ms, settings, changes) in moves.TakeLast(5).Reverse())
            Console.WriteLine($"  {ms, 6:0} ms  {settings}, {changes} alerts change");
        return [new("slider_p95_ms", Math.Round(At(0.95)))];

        double At(double share) => moves[(int)(share * (moves.Count - 1))].Ms;
    }
}
