using System.Net;
using Denywatch.Events;
using Denywatch.Testing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Denywatch.Storage.Tests;

/// <summary>A migrated database of the test's own, as one node of Denywatch sees it.</summary>
public sealed class Store : IAsyncDisposable
{
    private readonly ServiceProvider provider;

    private Store(ServiceProvider provider, string connectionString) =>
        (this.provider, ConnectionString) = (provider, connectionString);

    public string ConnectionString { get; }

    public NpgsqlDataSource Source => Get<NpgsqlDataSource>();

    public T Get<T>()
        where T : notnull => provider.GetRequiredService<T>();

    public static async Task<Store> NewAsync(PostgresFixture postgres) =>
        Node(await postgres.CreateDatabaseAsync(MigrateAsync));

    /// <summary>A node on a database that is there already.</summary>
    public static Store Node(string connectionString)
    {
        var services = new ServiceCollection();
        services.AddDatabase(connectionString);
        return new(services.BuildServiceProvider(), connectionString);
    }

    public async Task<T?> AskAsync<T>(string sql)
    {
        await using var connection = await Source.OpenConnectionAsync();
        return await connection.ScalarAsync<T>(sql, TestContext.Current.CancellationToken);
    }

    public async Task RunAsync(string sql)
    {
        await using var connection = await Source.OpenConnectionAsync();
        await connection.ExecuteAsync(sql, TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync() => await provider.DisposeAsync();

    private static async Task MigrateAsync(string connectionString)
    {
        await using var source = new NpgsqlDataSourceBuilder(connectionString).Build();
        await Database.MigrateAsync(source, CancellationToken.None);
    }
}

/// <summary>Batches as intake makes them.</summary>
public static class Some
{
    public const string Sender = "token:test";

    /// <param name="at">Time of the denies.</param>
    /// <param name="count">Denies, each from its own source.</param>
    public static IntakeBatch Batch(
        DateTimeOffset at,
        int count = 1,
        string firewall = "fw-1",
        long[]? hashes = null,
        string? part = null,
        Guid? id = null
    )
    {
        var slice = DenyFlow.SliceOf(at);
        List<DenyFlow> flows = [];
        for (var i = 0; i < count; i++)
        {
            var source = new IPAddress([203, 0, 113, (byte)(i % 200)]);
            var key = new FlowKey(
                slice,
                firewall,
                source,
                IPAddress.Loopback,
                1000 + i,
                "tcp",
                "deny-all",
                Direction.Inbound
            );
            var flow = new DenyFlow(key, new("DE", 64500, null, null, null), "ecs");
            flow.Add(at, 1, null, $"line {i}");
            flows.Add(flow);
        }
        return new()
        {
            Id = id ?? Guid.CreateVersion7(),
            Sender = Sender,
            ReceivedAt = DateTimeOffset.UtcNow,
            Flows = flows,
            Tallies =
            [
                new()
                {
                    Source = new(Sender, "ecs", firewall),
                    Slice = slice,
                    Denied = count,
                },
            ],
            LineHashes = hashes,
            PartKey = part,
        };
    }
}
