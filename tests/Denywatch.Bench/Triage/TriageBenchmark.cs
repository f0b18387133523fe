using System.Diagnostics;
using System.Globalization;
using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Denywatch.Web.Features.Accounts;
using Denywatch.Web.Features.Alerts;
using Denywatch.Web.Features.Rules;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Denywatch.Bench.Triage;

/// <summary>
/// What an analyst waits for in a queue of 100,000 alerts: a list with its head, its first rows and its groups, two at once;
/// and closing the 1,000 that are chosen, with a line in the stream and an audit entry for each.
/// </summary>
internal static class TriageBenchmark
{
    private const int Alerts = 100_000;
    private const int Lists = 300;
    private const int AtOnce = 2;
    private const int FirstRows = 40;
    private const int Rounds = 5;
    private static readonly Actor ana = new(null, "ana", AccountRole.Analyst);

    public static async Task<IReadOnlyList<KeyValuePair<string, double>>> RunAsync(string[] args, CancellationToken ct)
    {
        await using var database = await BenchDatabase.StartAsync(
            args,
            services =>
                services.AddSingleton(TimeProvider.System).AddSingleton<AlertQueries>().AddSingleton<AlertActions>(),
            ct
        );
        var dbs = database.Get<IDbContextFactory<DenywatchDb>>();
        if (!await database.AskAsync<bool>("SELECT EXISTS (SELECT FROM alerts)", ct))
            await MakeAsync(dbs, database.Get<NpgsqlDataSource>(), ct);

        var queries = database.Get<AlertQueries>();
        await MeasureAsync(queries, Views(seed: 7).Take(30), ct); // the first are the compiler's
        var lists = await MeasureAsync(queries, Views(seed: 1).Take(Lists), ct);
        Console.WriteLine($"{"", -8} {"p50 ms", 8} {"p95 ms", 8} {"max ms", 8}");
        Console.WriteLine($"{"lists", -8} {At(lists, 0.5), 8:0} {At(lists, 0.95), 8:0} {lists[^1].Ms, 8:0}");
        foreach (var (view, ms) in lists.TakeLast(8).Reverse())
            Console.WriteLine($"  {ms, 6:0} ms  {view.ToUrl()}");

        var bulk = await BulkAsync(database, queries, ct);
        Console.WriteLine(
            $"closing 1,000: {string.Join(", ", bulk.Select(s => s.ToString("0.00", CultureInfo.InvariantCulture)))} s"
        );
        return [new("list_p95_ms", Math.Round(At(lists, 0.95))), new("bulk_s", Math.Round(bulk.Max(), 2))];
    }

    private static async Task MakeAsync(
        IDbContextFactory<DenywatchDb> dbs,
        NpgsqlDataSource source,
        CancellationToken ct
    )
    {
        var watch = Stopwatch.StartNew();
        await RulesSetup.SeedAsync(dbs, TimeProvider.System, ct);
        await MadeAlerts.MakeAsync(dbs, Alerts, ct);
        await using var connection = await source.OpenConnectionAsync(ct);
        await connection.ExecuteAsync("VACUUM ANALYZE", ct);
        MadeEstate.Tell("alerts", watch);
    }

    /// <summary>Lists as people ask for them: mostly the queue, narrowed by this and that, in every order.</summary>
    private static IEnumerable<AlertsView> Views(int seed)
    {
        var random = new Random(seed);
        while (true)
        {
            var scope = random.Next(10) switch
            {
                < 5 => AlertScope.Active,
                5 => AlertScope.Open,
                6 => AlertScope.Acknowledged,
                7 => AlertScope.Closed,
                8 => AlertScope.All,
                _ => AlertScope.Snoozed,
            };
            var view = new AlertsView(scope, (AlertHolder)random.Next(4), Sort: (AlertSort)random.Next(4));
            yield return random.Next(8) switch
            {
                0 => view with { Text = MadeAlerts.Scanner(random.Next(Alerts)) },
                1 => view with { Text = random.Next(2) == 0 ? "scan" : "192.0.2.80" },
                2 => view with { Firewall = $"fw-{random.Next(MadeAlerts.Firewalls)}" },
                3 => view with { Severity = random.Next(2) == 0 ? "high" : "critical" },
                4 => view with { Cause = "horizontal scan" },
                5 => view with { Tag = $"case-{random.Next(300)}" },
                6 => view with { Group = (AlertGrouping)random.Next(1, 6) },
                _ => view,
            };
        }
    }

    private static async Task<List<(AlertsView View, double Ms)>> MeasureAsync(
        AlertQueries queries,
        IEnumerable<AlertsView> views,
        CancellationToken ct
    )
    {
        List<(AlertsView View, double Ms)> times = [];
        await Parallel.ForEachAsync(
            views,
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = ct },
            async (view, stop) =>
            {
                var start = Stopwatch.GetTimestamp();
                await queries.CountsAsync(ana.Name, stop);
                var list = await queries.ListAsync(view, ana.Name, stop);
                if (view.Group is null)
                    await queries.RowsAsync([.. list.Ids.Take(FirstRows)], stop);
                else
                    await queries.GroupsAsync(view, ana.Name, stop);
                var time = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
                lock (times)
                    times.Add((view, time));
            }
        );
        return [.. times.OrderBy(measured => measured.Ms)];
    }

    /// <summary>Seconds, a round each; what was closed is opened again for the next.</summary>
    private static async Task<List<double>> BulkAsync(
        BenchDatabase database,
        AlertQueries queries,
        CancellationToken ct
    )
    {
        var actions = database.Get<AlertActions>();
        var list = await queries.ListAsync(new(AlertScope.Active), ana.Name, ct);
        List<double> seconds = [];
        for (var round = 0; round < Rounds; round++)
        {
            long[] chosen = [.. list.Ids.Skip(round * AlertActions.MostAtOnce).Take(AlertActions.MostAtOnce)];
            var start = Stopwatch.GetTimestamp();
            var reason = round % 2 == 0 ? CloseReason.BenignPositive : CloseReason.FalsePositive;
            var closed = await actions.CloseAsync(chosen, new(reason, "own scanner"), ana, ct);
            seconds.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
            if (closed.Changes.Count != AlertActions.MostAtOnce)
                throw new InvalidOperationException($"Only {closed.Changes.Count} alerts were closed.");
            await actions.ReopenAsync(chosen, null, ana, ct);
        }
        return seconds;
    }

    private static double At(List<(AlertsView View, double Ms)> sorted, double share) =>
        sorted[(int)(share * (sorted.Count - 1))].Ms;
}
