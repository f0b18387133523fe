using Denywatch.Storage.Embedded;

namespace Denywatch.Web;

/// <summary>The database to use: the one the configuration names, or a private server that lives and dies with the app.</summary>
internal sealed class PrivateDatabase : IAsyncDisposable
{
    private readonly EmbeddedPostgres? server;
    private readonly ILoggerFactory? logs;

    private PrivateDatabase(string connectionString, EmbeddedPostgres? server = null, ILoggerFactory? logs = null) =>
        (ConnectionString, this.server, this.logs) = (connectionString, server, logs);

    public string ConnectionString { get; }

    public static async Task<PrivateDatabase> StartAsync(IConfiguration configuration, Settings settings)
    {
        if (configuration.GetConnectionString("Denywatch") is { Length: > 0 } given)
            return new(given);

        var toConsole = LoggerFactory.Create(logging =>
            logging.AddConfiguration(configuration.GetSection("Logging")).AddConsole()
        );
        var started = new EmbeddedPostgres(
            Path.GetFullPath(settings.DataFolder),
            toConsole.CreateLogger<EmbeddedPostgres>(),
            new() { BinFolder = settings.PostgresBin }
        );
        return new(await started.StartAsync(), started, toConsole);
    }

    public async ValueTask DisposeAsync()
    {
        if (server is not null)
            await server.DisposeAsync();
        logs?.Dispose();
    }
}
