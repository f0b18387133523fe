using System.Net;
using Denywatch.Events;
using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Denywatch.Testing;
using Denywatch.Web.Features.Alerts;
using Denywatch.Web.Features.DataSources;
using Denywatch.Web.Features.Exceptions;
using Denywatch.Web.Features.Explorer;
using Denywatch.Web.Features.Jobs;
using Denywatch.Web.Features.Replay;
using Denywatch.Web.Features.Rules;
using Denywatch.Web.Features.Scoring;
using Denywatch.Web.Features.Sites;
using Denywatch.Web.Features.Suspects;
using Denywatch.Web.Features.Windows;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Denywatch.Web.Tests.Scoring;

/// <summary>A worker node without Hangfire: the test calls its tasks.</summary>
public sealed class Worker : IAsyncDisposable
{
    private readonly ServiceProvider provider;

    private Worker(ServiceProvider provider, string connectionString) =>
        (this.provider, ConnectionString) = (provider, connectionString);

    public string ConnectionString { get; }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static async Task<Worker> NewAsync(PostgresFixture postgres) =>
        Node(await postgres.CreateDatabaseAsync(PrepareAsync));

    /// <summary>A node whose clock, and the database's, stand still: no bucket closes between two steps of a test.</summary>
    public static async Task<Worker> NewAsync(PostgresFixture postgres, DateTimeOffset now)
    {
        var database = new NpgsqlConnectionStringBuilder(await postgres.CreateDatabaseAsync(PrepareAsync));
        await using (var node = Node(database.ConnectionString))
            await node.RunAsync(
                $"""
                CREATE SCHEMA frozen;
                CREATE FUNCTION frozen.now() RETURNS timestamptz LANGUAGE sql STABLE AS $$ SELECT '{now:O}'::timestamptz $$
                """
            );
        database.SearchPath = "frozen,public,pg_catalog";
        return Node(database.ConnectionString, new FixedClock(now));
    }

    /// <summary>One more node on the same database.</summary>
    public static Worker Node(string connectionString, TimeProvider? clock = null)
    {
        var services = new ServiceCollection();
        services.AddDatabase(connectionString);
        services.AddSingleton(clock ?? TimeProvider.System);
        services.AddLogging();
        services.AddMemoryCache();
        services
            .AddSingleton<SeriesRates>()
            .AddSingleton<Stories>()
            .AddSingleton<Findings>()
            .AddSingleton<AlertOpening>()
            .AddSingleton<AlertRaiser>()
            .AddSingleton<AlertReconciler>()
            .AddSingleton<SeriesReplay>()
            .AddSingleton<SeriesScorer>()
            .AddSingleton<RareScorer>()
            .AddSingleton<PastBuckets>()
            .AddSingleton<SuspectJudge>()
            .AddSingleton<SuspectScorer>()
            .AddSingleton<ScoreQueries>()
            .AddSingleton<JudgedBuckets>()
            .AddSingleton<WhyNotQueries>()
            .AddSingleton<AlertActions>();
        services
            .AddSingleton<AppearingAlerts>()
            .AddSingleton<AlertEffects>()
            .AddSingleton<ExceptionPreview>()
            .AddSingleton<ExceptionLedger>()
            .AddSingleton<ExceptionActions>()
            .AddSingleton<ExceptionQueries>()
            .AddSingleton<ExceptionRequests>()
            .AddSingleton<ExceptionSuggestions>()
            .AddSingleton(new Settings())
            .AddTransient<UnusedExceptionsTask>()
            .AddSingleton<WindowActions>()
            .AddSingleton<WindowQueries>()
            .AddSingleton<WindowWatch>();
        services.AddSingleton<SiteActions>();
        services.AddRules();
        services.AddSingleton<SourceRhythms>().AddSingleton<DataSourceQueries>();
        services
            .AddSingleton<JobQueries>()
            .AddSingleton<JobActions>()
            .AddSingleton<JobTrial>()
            .AddSingleton<FlowQueries>();
        services.AddTransient<LookTask>().AddTransient<CloseBucketsTask>().AddTransient<SeriesHistoryTask>();
        services.AddTransient<SuspectsTask>();
        return new(services.BuildServiceProvider(), connectionString);
    }

    public T Get<T>()
        where T : notnull => provider.GetRequiredService<T>();

    public NpgsqlDataSource Source => Get<NpgsqlDataSource>();

    public Task<DenywatchDb> DbAsync() => Get<IDbContextFactory<DenywatchDb>>().CreateDbContextAsync(Stop);

    public Task LookAsync() => Get<LookTask>().RunAsync(Stop);

    /// <summary>Gives jobs their series and counts what is stored for them.</summary>
    public Task HistoryAsync() => Get<SeriesHistoryTask>().RunAsync(Stop);

    public async Task CloseAsync()
    {
        for (var shard = 0; shard < Series.Shards; shard++)
            await Get<CloseBucketsTask>().RunAsync(shard, Stop);
    }

    /// <summary>Denies of one firewall, spread over [from, to), as one batch.</summary>
    /// <param name="perSlice">Denies in each slice.</param>
    /// <param name="part">Key of the batch: sent again under the same one, it counts once.</param>
    /// <param name="role">What the owner said the source is.</param>
    public async Task DenyAsync(
        DateTimeOffset from,
        DateTimeOffset to,
        Func<DateTimeOffset, int> perSlice,
        string firewall = "fw-1",
        string source = "203.0.113.7",
        int port = 443,
        string? part = null,
        string? role = null
    )
    {
        List<DenyFlow> flows = [];
        List<SourceTally> tallies = [];
        for (var slice = DenyFlow.SliceOf(from); slice < to; slice += DenyFlow.SliceSpan)
        {
            var count = perSlice(slice);
            var key = new FlowKey(
                slice,
                firewall,
                IPAddress.Parse(source),
                IPAddress.Parse("192.0.2.1"),
                port,
                "tcp",
                "deny-all",
                Direction.Inbound
            );
            var flow = new DenyFlow(key, new() { SourceRole = role }, "ecs");
            if (count > 0)
                flow.Add(slice, count, null, "a line");
            if (count > 0)
                flows.Add(flow);
            tallies.Add(
                new()
                {
                    Source = new("token:test", "ecs", firewall),
                    Slice = slice,
                    Denied = count,
                }
            );
        }
        await Get<BatchStore>()
            .AppendAsync(
                new()
                {
                    Sender = "token:test",
                    ReceivedAt = Get<TimeProvider>().GetUtcNow(),
                    Flows = flows,
                    Tallies = tallies,
                    PartKey = part,
                },
                null,
                Stop
            );
    }

    public async Task<T?> AskAsync<T>(string sql)
    {
        await using var connection = await Source.OpenConnectionAsync(Stop);
        return await connection.ScalarAsync<T>(sql, Stop);
    }

    public async Task RunAsync(string sql)
    {
        await using var connection = await Source.OpenConnectionAsync(Stop);
        await connection.ExecuteAsync(sql, Stop);
    }

    public async ValueTask DisposeAsync() => await provider.DisposeAsync();

    private static async Task PrepareAsync(string connectionString)
    {
        await using var node = Node(connectionString);
        await Database.MigrateAsync(node.Source, CancellationToken.None);
        await RulesSetup.SeedAsync(
            node.Get<IDbContextFactory<DenywatchDb>>(),
            TimeProvider.System,
            CancellationToken.None
        );
    }
}
