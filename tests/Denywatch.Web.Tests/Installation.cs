using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Denywatch.Testing;
using Denywatch.Web.Features.Accounts;
using Denywatch.Web.Features.Alerts;
using Denywatch.Web.Features.DataSources;
using Denywatch.Web.Features.Jobs;
using Denywatch.Web.Features.Overview;
using Denywatch.Web.Features.Rules;
using Denywatch.Web.Features.SetupGuide;
using Denywatch.Web.Live;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Denywatch.Web.Tests;

/// <summary>A freshly installed Denywatch without pages: migrated, seeded, with its queries and deeds.</summary>
public sealed class Installation : IAsyncDisposable
{
    private readonly ServiceProvider provider;

    private Installation(ServiceProvider provider) => this.provider = provider;

    public static readonly Actor Ana = new(Guid.NewGuid(), "ana", AccountRole.Analyst);
    public static readonly Actor Ben = new(Guid.NewGuid(), "ben", AccountRole.Analyst);
    public static readonly Actor Eve = new(Guid.NewGuid(), "eve", AccountRole.Engineer);
    public static readonly Actor Viewer = new(Guid.NewGuid(), "vic", AccountRole.Viewer);

    public T Get<T>()
        where T : notnull => provider.GetRequiredService<T>();

    public IServiceProvider Services => provider;

    public NpgsqlDataSource Source => Get<NpgsqlDataSource>();

    public async Task<DenywatchDb> DbAsync() =>
        await Get<IDbContextFactory<DenywatchDb>>().CreateDbContextAsync(TestContext.Current.CancellationToken);

    /// <param name="more">What this test needs besides; it may replace what is there.</param>
    public static async Task<Installation> NewAsync(
        PostgresFixture postgres,
        TimeProvider? clock = null,
        Action<IServiceCollection>? more = null
    )
    {
        var services = new ServiceCollection();
        services.AddDatabase(await postgres.CreateDatabaseAsync(PrepareAsync));
        services.AddSingleton(clock ?? TimeProvider.System);
        services.AddSingleton(new Settings());
        services.AddSingleton<LiveTopics>();
        services.AddSingleton<AlertActions>().AddSingleton<AlertQueries>().AddSingleton<SavedViews>();
        services.AddTransient<ReturnTask>();
        services.AddSingleton<SourceRhythms>().AddSingleton<DataSourceQueries>();
        services.AddSingleton<FeedComparison>().AddSingleton<LoggingPast>().AddSingleton<SourceChanges>();
        services.AddSingleton<SourceAlarmActions>();
        services.AddSingleton<JobQueries>().AddSingleton<JobActions>().AddTransient<SourceAlarmsTask>();
        services.AddSingleton<RuleActions>().AddSingleton<RuleQueries>();
        services.AddSingleton<TimelineQueries>().AddSingleton<OverviewQueries>().AddSingleton<SetupQueries>();
        more?.Invoke(services);
        return new(services.BuildServiceProvider());
    }

    /// <summary>A series of the job that counts everything.</summary>
    public async Task<int> SeriesAsync(string job = BuiltInJobs.Total, string partition = "", int? firewall = null)
    {
        await using var db = await DbAsync();
        var series = new Series
        {
            JobId = job,
            Partition = partition,
            FirewallId = firewall,
            Shard = 0,
            NextBucket = DateTimeOffset.UtcNow,
        };
        db.Add(series);
        await db.SaveChangesAsync();
        return series.Id;
    }

    /// <summary>A source whose last line came at <paramref name="lastLine"/>.</summary>
    public async Task<int> SourceAsync(DateTimeOffset lastLine, string firewall = "fw-1")
    {
        await using var db = await DbAsync();
        var source = new DataSource
        {
            Sender = $"syslog:{firewall}",
            Integration = "cisco_asa",
            FirewallId = 0,
            Firewall = new() { Name = firewall, FirstSeenAt = lastLine.AddDays(-30) },
            FirstSeenAt = lastLine.AddDays(-30),
            LastReceivedAt = lastLine,
        };
        db.Add(source);
        await db.SaveChangesAsync();
        return source.Id;
    }

    /// <summary>A worker looked so long ago, by the database's clock.</summary>
    public Task LookedAsync(TimeSpan ago) =>
        RunAsync(
            """
            INSERT INTO task_runs VALUES ('look', now() - @ago)
            ON CONFLICT (task) DO UPDATE SET ended_at = excluded.ended_at
            """,
            ("ago", ago)
        );

    public async Task RunAsync(string sql, params (string Name, object? Value)[] parameters)
    {
        await using var connection = await Source.OpenConnectionAsync();
        await connection.ExecuteAsync(sql, TestContext.Current.CancellationToken, parameters);
    }

    /// <summary>An open alert of the built-in rule.</summary>
    public async Task<Alert> AlertAsync(int series, Action<Alert>? change = null)
    {
        await using var db = await DbAsync();
        var alert = Some.Alert(series);
        change?.Invoke(alert);
        db.Alerts.Add(alert);
        await db.SaveChangesAsync();
        return alert;
    }

    public async ValueTask DisposeAsync() => await provider.DisposeAsync();

    private static async Task PrepareAsync(string connection)
    {
        var services = new ServiceCollection();
        services.AddDatabase(connection);
        await using var once = services.BuildServiceProvider();
        await Database.MigrateAsync(once.GetRequiredService<NpgsqlDataSource>(), CancellationToken.None);
        var dbs = once.GetRequiredService<IDbContextFactory<DenywatchDb>>();
        await RulesSetup.SeedAsync(dbs, TimeProvider.System, CancellationToken.None);
    }
}
