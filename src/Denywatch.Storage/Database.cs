using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Denywatch.Storage;

/// <summary>Connections, and bringing the schema up to date.</summary>
public static class Database
{
    /// <summary>Serialises migrations of several nodes that start at once; any constant of our own will do.</summary>
    private const long MigrationLock = 0x44454E59;

    public static IServiceCollection AddDatabase(this IServiceCollection services, string connectionString)
    {
        services.AddSingleton(_ => new NpgsqlDataSourceBuilder(connectionString).Build());
        services.AddDbContextFactory<DenywatchDb>(
            (provider, options) => Configure(options, provider.GetRequiredService<NpgsqlDataSource>())
        );
        services.AddScoped(provider => provider.GetRequiredService<IDbContextFactory<DenywatchDb>>().CreateDbContext());
        services.AddSingleton<SourceDirectory>();
        services.AddSingleton<BatchStore>();
        services.AddSingleton<ExceptionStore>();
        services.AddSingleton<TrialStore>();
        services.AddSingleton<CountStore>();
        services.AddSingleton<SeriesHistory>();
        services.AddSingleton<SuspectStore>();
        services.AddSingleton<SuspectLedger>();
        services.AddSingleton<ConfirmedStore>();
        services.AddSingleton<RollupStore>();
        services.AddSingleton<FlowStore>();
        services.AddSingleton<FlowReading>();
        services.AddSingleton<RecordStore>();
        services.AddSingleton<OpenBucketStore>();
        services.AddSingleton<Partitions>();
        services.AddSingleton<NodeIdentity>();
        services.AddSingleton<NodeStore>();
        return services;
    }

    public static void Configure(DbContextOptionsBuilder options, string connectionString) =>
        options
            .UseNpgsql(connectionString, npgsql => npgsql.MigrationsAssembly("Denywatch.Migrations"))
            .UseSnakeCaseNamingConvention();

    public static void Configure(DbContextOptionsBuilder options, NpgsqlDataSource source) =>
        options
            .UseNpgsql(source, npgsql => npgsql.MigrationsAssembly("Denywatch.Migrations"))
            .UseSnakeCaseNamingConvention();

    /// <summary>A context that works inside <paramref name="transaction"/>, together with plain SQL.</summary>
    public static async Task<DenywatchDb> WithinAsync(NpgsqlTransaction transaction, CancellationToken ct)
    {
        var options = new DbContextOptionsBuilder<DenywatchDb>();
        options.UseNpgsql(transaction.Connection!).UseSnakeCaseNamingConvention();
        var db = new DenywatchDb(options.Options);
        await db.Database.UseTransactionAsync(transaction, ct);
        return db;
    }

    /// <summary>Brings the schema up to date; several nodes may call it at once.</summary>
    /// <exception cref="InvalidOperationException">The schema is newer than this program.</exception>
    public static async Task MigrateAsync(NpgsqlDataSource source, CancellationToken ct)
    {
        await using var guard = await source.OpenConnectionAsync(ct);
        await guard.ExecuteAsync("SELECT pg_advisory_lock(@lock)", ct, ("lock", MigrationLock));

        var options = new DbContextOptionsBuilder<DenywatchDb>();
        Configure(options, source);
        await using var db = new DenywatchDb(options.Options);

        var known = db.Database.GetMigrations().ToHashSet(StringComparer.Ordinal);
        var applied = await db.Database.GetAppliedMigrationsAsync(ct);
        if (applied.FirstOrDefault(id => !known.Contains(id)) is { } newer)
            throw new InvalidOperationException(
                $"The database was migrated by a newer Denywatch (it has {newer}). Start that version, or restore a backup."
            );

        await db.Database.MigrateAsync(ct);
        await new Partitions(source).EnsureAsync(DateTimeOffset.UtcNow, ct);
    }
}
