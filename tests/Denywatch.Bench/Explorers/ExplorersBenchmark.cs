using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Denywatch.Testing;

namespace Denywatch.Bench.Explorers;

/// <summary>What open explorers cost the app while traffic goes on: the real app as a process, on the demo's month.</summary>
internal static partial class ExplorersBenchmark
{
    private const int AtOnce = 8;
    private const string Password = "seven quiet firewalls";

    private static readonly TimeSpan patience = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan settling = TimeSpan.FromSeconds(30);

    /// <summary>What colleagues look at: twenty views, the first of them by most.</summary>
    private static readonly List<string> views =
    [
        .. new[] { "24h", "6h", "7d", "30d" }.SelectMany(range =>
            new[] { "Firewall", "Source", "Port", "Rule", "SourceCountry" }.Select(by =>
                $"/explorer?range={range}&by={by}"
            )
        ),
    ];

    public static async Task<IReadOnlyList<KeyValuePair<string, double>>> RunAsync(string[] args, CancellationToken ct)
    {
        var count = int.Parse(Option(args, "--explorers") ?? "200", CultureInfo.InvariantCulture);
        var length = TimeSpan.FromSeconds(int.Parse(Option(args, "--seconds") ?? "180", CultureInfo.InvariantCulture));
        await using var postgres = new PostgresFixture();
        await using var app = await AppProcess.StartAsync(
            new() { ConnectionString = await postgres.CreateDatabaseAsync(), Demo = true },
            ct
        );
        var cookies = new CookieContainer();
        using var handler = new HttpClientHandler { CookieContainer = cookies };
        using var http = new HttpClient(handler);
        await SetUpAsync(http, new(app.SetupLink!), ct);
        await app.FilledAsync(patience, ct);
        await Task.Delay(settling, ct);

        Console.WriteLine(
            $"{"explorers", 9} {"app cores", 10} {"postgres", 9} {"RSS MiB", 8} {"pictures/s", 11} {"kB/s", 7}"
        );
        await MeasureAsync(app, [], TimeSpan.FromSeconds(60), ct);
        var circuits = new Circuit[count];
        try
        {
            await Parallel.ForEachAsync(
                Enumerable.Range(0, count),
                new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = ct },
                async (i, stop) =>
                {
                    // Every other one has the page as it opens.
                    var view = i % 2 == 0 ? "/explorer" : views[i / 2 % views.Count];
                    circuits[i] = await Circuit.OpenAsync(http, cookies, new(app.Url + view), stop);
                }
            );
            await Task.Delay(settling, ct);
            var (cores, database, mebibytes) = await MeasureAsync(app, circuits, length, ct);
            if (circuits.FirstOrDefault(circuit => circuit.Problem is not null) is { } lost)
                throw new InvalidOperationException($"A circuit was lost: {lost.Problem}");
            return [new("app_cores", cores), new("postgres_cores", database), new("rss_mib", mebibytes)];
        }
        finally
        {
            // Stopped in order, it would say goodbye to every window, and nothing of it is kept.
            await app.KillAsync();
            foreach (var circuit in circuits.OfType<Circuit>())
                await circuit.DisposeAsync();
        }
    }

    private static async Task<(double Cores, double Database, double Mebibytes)> MeasureAsync(
        AppProcess app,
        Circuit[] circuits,
        TimeSpan length,
        CancellationToken ct
    )
    {
        var (time, database) = (TimeOf(app), DatabaseTime());
        var (batches, bytes) = (circuits.Sum(circuit => circuit.Batches), circuits.Sum(circuit => circuit.Bytes));
        var watch = Stopwatch.StartNew();
        await Task.Delay(length, ct);
        var seconds = watch.Elapsed.TotalSeconds;
        var cores = (TimeOf(app) - time).TotalSeconds / seconds;
        var databaseCores = (DatabaseTime() - database).TotalSeconds / seconds;
        var mebibytes = app.Process.WorkingSet64 / 1024.0 / 1024.0;
        Console.WriteLine(
            $"{circuits.Length, 9} {cores, 10:0.00} {databaseCores, 9:0.00} {mebibytes, 8:0} {(circuits.Sum(circuit => circuit.Batches) - batches) / seconds, 11:0.0} {(circuits.Sum(circuit => circuit.Bytes) - bytes) / 1024 / seconds, 7:0}"
        );
        return (Math.Round(cores, 2), Math.Round(databaseCores, 2), Math.Round(mebibytes));
    }

    private static TimeSpan TimeOf(AppProcess app)
    {
        app.Process.Refresh();
        return app.Process.HasExited
            ? throw new InvalidOperationException($"The app ended.{Environment.NewLine}{app.Log}")
            : app.Process.TotalProcessorTime;
    }

    /// <summary>Processor time of our PostgreSQL: its postmaster's, its children's, and that of children that ended.</summary>
    private static TimeSpan DatabaseTime()
    {
        var ticks = 0L;
        foreach (var server in ServersOf(Environment.ProcessId))
            ticks += Stat(server).Own + Stat(server).Ended + ChildrenOf(server).Sum(child => Stat(child).Own);
        return TimeSpan.FromSeconds(ticks / 100.0); // the kernel's unit everywhere: 1/100 s
    }

    private static IEnumerable<int> ServersOf(int parent) =>
        ChildrenOf(parent)
            .Where(child => File.ReadAllText($"/proc/{child}/comm").StartsWith("postgres", StringComparison.Ordinal));

    private static IEnumerable<int> ChildrenOf(int parent) =>
        Directory
            .GetDirectories("/proc")
            .Select(folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id) ? id : 0)
            .Where(id => id > 0 && Stat(id).Parent == parent);

    /// <summary>See proc(5): the name may hold anything, and what is counted stands behind it.</summary>
    private static (int Parent, long Own, long Ended) Stat(int process)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{process}/stat");
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            var number = (int field) => long.Parse(fields[field - 3], CultureInfo.InvariantCulture);
            return ((int)number(4), number(14) + number(15), number(16) + number(17));
        }
        catch (IOException)
        {
            return default; // it ended meanwhile
        }
    }

    /// <summary>The form that makes the first admin, as a browser posts it; its cookie stays with the client.</summary>
    private static async Task SetUpAsync(HttpClient http, Uri link, CancellationToken ct)
    {
        var form = Inputs()
            .Matches(await http.GetStringAsync(link, ct))
            .ToDictionary(
                input => input.Groups["name"].Value,
                input => WebUtility.HtmlDecode(input.Groups["value"].Value)
            );
        form["Form.Name"] = "ada";
        form["Form.Password"] = form["Form.Again"] = Password;
        using var content = new FormUrlEncodedContent(form);
        using var answer = await http.PostAsync(link, content, ct);
        answer.EnsureSuccessStatusCode();
    }

    private static string? Option(string[] args, string name) =>
        Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length ? args[at + 1] : null;

    [GeneratedRegex(
        "<input type=\"hidden\" name=\"(?<name>[^\"]+)\" value=\"(?<value>[^\"]*)\"",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Inputs();
}
