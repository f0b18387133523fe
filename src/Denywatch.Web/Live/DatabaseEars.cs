using Denywatch.Storage;
using Npgsql;

namespace Denywatch.Web.Live;

/// <summary>
/// The node's one listening connection: it passes what other nodes announce to <see cref="LiveTopics"/>, and holds the
/// lock that says this node lives.
/// </summary>
public sealed partial class DatabaseEars(
    NpgsqlDataSource source,
    NodeIdentity node,
    LiveTopics topics,
    ILogger<DatabaseEars> logger
) : BackgroundService
{
    private const string Channel = "denywatch";

    /// <summary>Announces a change to every node, this one included.</summary>
    public static async Task AnnounceAsync(NpgsqlDataSource source, Topic topic, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await connection.ExecuteAsync(
            "SELECT pg_notify(@channel, @topic)",
            ct,
            ("channel", Channel),
            ("topic", topic.ToString())
        );
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ListenAsync(stoppingToken);
            }
            catch (Exception away)
                when (away is NpgsqlException or IOException && !stoppingToken.IsCancellationRequested)
            {
                Lost(away.Message);
                await Task.Delay(TimeSpan.FromSeconds(1), stoppingToken);
            }
        }
    }

    private async Task ListenAsync(CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        connection.Notification += (_, heard) =>
        {
            if (Enum.TryParse<Topic>(heard.Payload, out var topic))
                topics.Publish(topic);
        };
        await connection.ExecuteAsync(
            "SELECT pg_advisory_lock(@class, @key)",
            ct,
            ("class", NodeIdentity.LockClass),
            ("key", node.LockKey)
        );
        await connection.ExecuteAsync($"LISTEN {Channel}", ct);
        // What was announced while nobody listened.
        foreach (var topic in Enum.GetValues<Topic>())
            topics.Publish(topic);
        while (true)
            await connection.WaitAsync(ct);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Listening connection lost, trying again: {Problem}")]
    private partial void Lost(string problem);
}
