using System.Globalization;
using Denywatch.Storage;
using Denywatch.Storage.Embedded;
using Denywatch.Testing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Denywatch.Bench;

/// <summary>
/// The product's own PostgreSQL, as the product runs it but for the promises about power cuts, with what a benchmark asks:
/// <c>--data FOLDER</c> keeps it for the next run, <c>--flows N</c> says how large its estate is.
/// </summary>
internal sealed class BenchDatabase : IAsyncDisposable
{
    private static readonly EmbeddedPostgresOptions options = EmbeddedPostgresOptions.ForTests with
    {
        Settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["shared_buffers"] = "512MB",
            ["work_mem"] = "16MB",
        },
    };

    private readonly TempFolder temporary = new();
    private readonly EmbeddedPostgres server;
    private ServiceProvider? provider;

    private BenchDatabase(string[] args)
    {
        server = new(Option(args, "--data") ?? temporary.Path, options: options);
        Flows = long.Parse(Option(args, "--flows") ?? "10000000", CultureInfo.InvariantCulture);
    }

    public long Flows { get; }

    /// <param name="add">What is measured, and what it needs beside the database.</param>
    public static async Task<BenchDatabase> StartAsync(
        string[] args,
        Action<IServiceCollection> add,
        CancellationToken ct
    )
    {
        var database = new BenchDatabase(args);
        var services = new ServiceCollection();
        // What a benchmark makes beforehand may take as long as it takes.
        services.AddDatabase(await database.server.StartAsync(ct) + ";Command Timeout=0");
        services.AddSingleton<MadeEstate>();
        add(services);
        database.provider = services.BuildServiceProvider();
        await Database.MigrateAsync(database.Get<NpgsqlDataSource>(), ct);
        return database;
    }

    public T Get<T>()
        where T : notnull => provider!.GetRequiredService<T>();

    public async Task<T?> AskAsync<T>(string sql, CancellationToken ct)
    {
        await using var connection = await Get<NpgsqlDataSource>().OpenConnectionAsync(ct);
        return await connection.ScalarAsync<T>(sql, ct);
    }

    public async ValueTask DisposeAsync()
    {
        if (provider is not null)
            await provider.DisposeAsync();
        await server.DisposeAsync();
        temporary.Dispose();
    }

    private static string? Option(string[] args, string name) =>
        Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length ? args[at + 1] : null;
}
