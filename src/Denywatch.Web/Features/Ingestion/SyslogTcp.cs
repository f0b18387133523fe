using System.Buffers;
using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Denywatch.Events.Syslog;

namespace Denywatch.Web.Features.Ingestion;

/// <summary>Syslog over TCP, framed by octet counts or line ends (RFC 6587). When the buffer is full it stops reading.</summary>
public sealed partial class SyslogTcp(SyslogBuffer buffer, Settings settings, ILogger<SyslogTcp> logger)
    : BackgroundService
{
    private const int MostConnections = 2_000;

    private readonly ConcurrentDictionary<Task, bool> connections = new();
    private TcpListener? listener;

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        listener = new(IPAddress.Parse(settings.SyslogAddress), settings.SyslogPort);
        listener.Start(backlog: 512);
        return base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                var client = await listener!.AcceptSocketAsync(stoppingToken);
                if (connections.Count >= MostConnections)
                {
                    TooMany(MostConnections);
                    client.Dispose();
                    continue;
                }
                var connection = ServeAsync(client, stoppingToken);
                connections[connection] = true;
                _ = connection.ContinueWith(done => connections.TryRemove(done, out _), TaskScheduler.Default);
            }
        }
        catch (OperationCanceledException)
        {
            listener!.Stop();
            await Task.WhenAll(connections.Keys);
        }
    }

    public override void Dispose()
    {
        listener?.Dispose();
        base.Dispose();
    }

    private async Task ServeAsync(Socket client, CancellationToken ct)
    {
        using var socket = client;
        var peer = Peer.NameOf(((IPEndPoint)client.RemoteEndPoint!).Address);
        await using var stream = new NetworkStream(client);
        var reader = PipeReader.Create(stream, new(bufferSize: 64 * 1024));
        var framing = new SyslogFraming();
        try
        {
            while (true)
            {
                var read = await reader.ReadAsync(ct);
                var rest = read.Buffer;
                while (framing.TryRead(ref rest, read.IsCompleted, out var message))
                    await buffer.AddTcpAsync(peer, message.ToArray(), CancellationToken.None);
                reader.AdvanceTo(rest.Start, rest.End);
                if (read.IsCompleted)
                    break;
            }
        }
        catch (Exception gone) when (gone is IOException or SocketException or OperationCanceledException)
        {
            // The sender went away, or we stop: what was complete is in the buffer.
        }
        await reader.CompleteAsync();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A syslog connection was refused: {Most} are open")]
    private partial void TooMany(int most);
}
