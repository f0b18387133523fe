using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using Denywatch.Storage.Embedded;
using Npgsql;

namespace Denywatch.Testing;

/// <summary>
/// One throw-away PostgreSQL for a test assembly: <c>[assembly: AssemblyFixture(typeof(PostgresFixture))]</c>.
/// It starts when the first test asks for a database.
/// </summary>
public sealed class PostgresFixture : IAsyncDisposable
{
    private readonly TempFolder folder = new();
    private readonly EmbeddedPostgres server;
    private readonly Lazy<Task<string>> start;
    private readonly ConcurrentDictionary<MethodInfo, Lazy<Task<string>>> templates = new();
    private int databases;

    public PostgresFixture()
    {
        server = new EmbeddedPostgres(folder.Path, options: EmbeddedPostgresOptions.ForTests);
        start = new(() => server.StartAsync());
    }

    /// <summary>A database of the test's own.</summary>
    /// <param name="prepareTemplate">
    /// Fills the template (say, by migrating) from which the database is copied; run once for each such method.
    /// It gets a connection string without pooling.
    /// </param>
    /// <returns>The connection string.</returns>
    public async Task<string> CreateDatabaseAsync(Func<string, Task>? prepareTemplate = null)
    {
        var template = prepareTemplate is null
            ? "template1"
            : await templates.GetOrAdd(prepareTemplate.Method, _ => new(() => PrepareAsync(prepareTemplate))).Value;

        return await CreateAsync("test", template);
    }

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        await server.DisposeAsync();
        folder.Dispose();
    }

    private async Task<string> PrepareAsync(Func<string, Task> prepare)
    {
        var connection = new NpgsqlConnectionStringBuilder(await CreateAsync("template", "template1"));
        connection.Pooling = false;
        await prepare(connection.ConnectionString);

        // A template somebody is still connected to cannot be copied.
        await ExecuteAsync(
            $"""
            ALTER DATABASE {connection.Database} ALLOW_CONNECTIONS false;
            SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{connection.Database}'
            """
        );
        return connection.Database!;
    }

    private async Task<string> CreateAsync(string prefix, string template)
    {
        var number = Interlocked.Increment(ref databases).ToString(CultureInfo.InvariantCulture);
        var name = $"{prefix}_{number}";
        await ExecuteAsync($"CREATE DATABASE {name} TEMPLATE {template}");

        // Small pools: many databases share one server's connections.
        return new NpgsqlConnectionStringBuilder(await start.Value)
        {
            Database = name,
            MaxPoolSize = 30,
            ConnectionIdleLifetime = 10,
        }.ConnectionString;
    }

    private async Task ExecuteAsync(string sql)
    {
        var admin = new NpgsqlConnectionStringBuilder(await start.Value) { Database = "postgres", Pooling = false };
        await using var db = new NpgsqlConnection(admin.ConnectionString);
        await db.OpenAsync();
        await using var command = new NpgsqlCommand(sql, db);
        await command.ExecuteNonQueryAsync();
    }
}
