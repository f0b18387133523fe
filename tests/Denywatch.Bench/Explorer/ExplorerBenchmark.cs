using System.Diagnostics;
using Denywatch.Detection;
using Denywatch.Storage;
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
    private static readonly TimeSpan Span = TimeSpan.FromMinutes(15);

    public static readonly EstateSize Size = new(Days: 90, Firewalls: 20);

    public static async Task<IReadOnlyList<KeyValuePair<string, double>>> RunAsync(string[] args, CancellationToken ct)
    {
        await using var database = await BenchDatabase.StartAsync(
            args,
            services =>
                services.AddSingleton<TimelineQueries>().AddSingleton<EventQueries>().AddSingleton<ExplorerQueries>(),
            ct
        );
        if (!await database.AskAsync<bool>("SELECT EXISTS (SELECT FROM records)", ct))
            await MakeAsync(database, ct);

        var queries = database.Get<ExplorerQueries>();
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

    private static async Task MakeAsync(BenchDatabase database, CancellationToken ct)
    {
        await database.Get<MadeEstate>().MakeAsync(Size, database.Flows, ct);
        var watch = Stopwatch.StartNew();
        await database.Get<RollupStore>().RecomputeAsync(ct);
        MadeEstate.Tell("rollups", watch);
        await using var connection = await database.Get<NpgsqlDataSource>().OpenConnectionAsync(ct);
        await ScoreAsync(connection, ct);
        MadeEstate.Tell("records", watch);
        await connection.ExecuteAsync("VACUUM ANALYZE", ct);
    }

    /// <summary>Records as live scoring makes them; no alerts.</summary>
    private static async Task ScoreAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        var series = await connection.RowsAsync(
            "SELECT id, firewall_id FROM series",
            row => (Id: row.GetInt32(0), Firewall: row.OrNull<int>(1)),
            ct
        );
        foreach (var (id, firewall) in series)
        {
            var counted = await CountStore.BucketsAsync(connection, firewall, Size.Start, EstateSize.End, Span, ct);
            var bySpan = counted.ToDictionary(bucket => bucket.At, bucket => (double)bucket.Count);
            var buckets = Enumerable
                .Range(0, (int)((EstateSize.End - Size.Start) / Span))
                .Select(i => Size.Start + i * Span)
                .Select(at => new CountedBucket(at, bySpan.GetValueOrDefault(at)))
                .ToList();
            var records = SeriesScoring.Score(buckets, SeriesModel.Start(Span, TimeZoneInfo.Utc));
            await RecordStore.WriteAsync(connection, id, records, reason: null, ct);
        }
        await connection.ExecuteAsync("UPDATE series SET next_bucket = @end", ct, ("end", EstateSize.End));
    }

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
