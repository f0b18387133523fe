using System.Diagnostics;
using System.Globalization;
using Denywatch.Storage;
using Denywatch.Storage.Embedded;
using Denywatch.Testing;
using Denywatch.Web.Features.Explorer;
using Denywatch.Web.Features.Overview;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Denywatch.Bench.Explorer;

/// <summary>200 random views, four at once, without any cache of results; and as many with a filter that only flows answer.</summary>
internal static class ExplorerBenchmark
{
    private const int Views = 200;
    private const int AtOnce = 4;

    public static async Task<IReadOnlyList<KeyValuePair<string, double>>> RunAsync(string[] args, CancellationToken ct)
    {
        using var temporary = new TempFolder();
        var folder = Option(args, "--data") ?? temporary.Path;
        var flows = long.Parse(Option(args, "--flows") ?? "10000000", CultureInfo.InvariantCulture);

        // As the product runs it, but for the promises about power cuts.
        var options = EmbeddedPostgresOptions.ForTests with
        {
            Settings = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["shared_buffers"] = "512MB",
                ["work_mem"] = "16MB",
            },
        };
        await using var server = new EmbeddedPostgres(folder, options: options);
        var services = new ServiceCollection();
        services.AddDatabase(await server.StartAsync(ct));
        services.AddSingleton<TimelineQueries>().AddSingleton<EventQueries>().AddSingleton<ExplorerQueries>();
        services.AddSingleton<MadeEstate>();
        await using var provider = services.BuildServiceProvider();
        var source = provider.GetRequiredService<NpgsqlDataSource>();
        await Database.MigrateAsync(source, ct);
        if (!await IsMadeAsync(source, ct))
        {
            Console.WriteLine($"{flows:N0} flows of {MadeEstate.Firewalls} firewalls in {MadeEstate.Days} days:");
            await provider.GetRequiredService<MadeEstate>().MakeAsync(flows, ct);
        }

        var queries = provider.GetRequiredService<ExplorerQueries>();
        await MeasureAsync(queries, RandomViews.Of(seed: 7, 20, isFiltered: false), ct); // the first are the compiler's
        await MeasureAsync(queries, RandomViews.Of(seed: 7, 4, isFiltered: true), ct);
        Console.WriteLine($"{"", -12} {"p50 ms", 8} {"p95 ms", 8} {"max ms", 8}");
        var plain = await MeasureAsync(queries, RandomViews.Of(seed: 1, Views, isFiltered: false), ct);
        Tell("unfiltered", plain);
        var filtered = await MeasureAsync(queries, RandomViews.Of(seed: 2, Views, isFiltered: true), ct);
        Tell("filtered", filtered);
        return [new("p95_ms", At(plain, 0.95)), new("filtered_p95_ms", At(filtered, 0.95))];
    }

    /// <summary>Views and their milliseconds, quickest first.</summary>
    private static async Task<List<(TimelineQuestion View, double Ms)>> MeasureAsync(
        ExplorerQueries queries,
        IEnumerable<TimelineQuestion> views,
        CancellationToken ct
    )
    {
        List<(TimelineQuestion View, double Ms)> times = [];
        await Parallel.ForEachAsync(
            views,
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = ct },
            async (view, stop) =>
            {
                var start = Stopwatch.GetTimestamp();
                await queries.TimelineAsync(view, stop);
                var time = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
                lock (times)
                    times.Add((view, time));
            }
        );
        return [.. times.OrderBy(measured => measured.Ms)];
    }

    private static async Task<bool> IsMadeAsync(NpgsqlDataSource source, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        return await connection.ScalarAsync<bool>("SELECT EXISTS (SELECT FROM records)", ct);
    }

    private static string? Option(string[] args, string name) =>
        Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length ? args[at + 1] : null;

    private static void Tell(string what, List<(TimelineQuestion View, double Ms)> times)
    {
        Console.WriteLine($"{what, -12} {At(times, 0.5), 8:0} {At(times, 0.95), 8:0} {times[^1].Ms, 8:0}");
        foreach (var (view, ms) in times.TakeLast(5).Reverse())
            Console.WriteLine(
                $"  {ms, 6:0} ms  {(view.To - view.From).TotalHours, 4:0} h from {view.From:MM-dd HH:mm} by {view.ViewBy}: {view.Filter.Only} {string.Join(' ', view.Filter.Exclude.Select(scope => $"without {scope}"))}"
            );
    }

    private static double At(List<(TimelineQuestion View, double Ms)> sorted, double share) =>
        Math.Round(sorted[(int)(share * (sorted.Count - 1))].Ms);
}
