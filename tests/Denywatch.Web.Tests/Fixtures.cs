using Denywatch.Storage;
using Denywatch.Testing;
using Microsoft.EntityFrameworkCore;
using Npgsql;

[assembly: AssemblyFixture(typeof(PostgresFixture))]

namespace Denywatch.Web.Tests;

/// <summary>A migrated database of the test's own, and contexts on it as the app makes them.</summary>
public sealed class TestDatabase : IDbContextFactory<DenywatchDb>, IAsyncDisposable
{
    private TestDatabase(NpgsqlDataSource source) => Source = source;

    public NpgsqlDataSource Source { get; }

    public static async Task<TestDatabase> CreateAsync(PostgresFixture postgres) =>
        new(new NpgsqlDataSourceBuilder(await postgres.CreateDatabaseAsync(MigrateAsync)).Build());

    public DenywatchDb CreateDbContext()
    {
        var options = new DbContextOptionsBuilder<DenywatchDb>();
        Database.Configure(options, Source);
        return new(options.Options);
    }

    public ValueTask DisposeAsync() => Source.DisposeAsync();

    private static async Task MigrateAsync(string connectionString)
    {
        await using var source = new NpgsqlDataSourceBuilder(connectionString).Build();
        await Database.MigrateAsync(source, CancellationToken.None);
    }
}
