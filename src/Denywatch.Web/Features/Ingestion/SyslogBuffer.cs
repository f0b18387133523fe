using System.Threading.Channels;
using Denywatch.Storage;

namespace Denywatch.Web.Features.Ingestion;

/// <summary>A line as it came from a socket.</summary>
internal readonly record struct SyslogLine(string Peer, byte[] Bytes, DateTimeOffset ReceivedAt);

/// <summary>
/// Between syslog's sockets and the database: lines wait here for a second at most. UDP drops when it is full, and counts
/// what it drops; TCP waits, so that its senders wait too.
/// </summary>
public sealed partial class SyslogBuffer(
    Senders senders,
    Committer committer,
    IntakeGauge gauge,
    TimeProvider clock,
    ILogger<SyslogBuffer> logger
) : BackgroundService
{
    /// <summary>Most lines that wait; at 300 bytes a line some 60 MB.</summary>
    public const int Capacity = 200_000;

    private const int MostPerBatch = 20_000;
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(500);

    private readonly Channel<SyslogLine> lines = Channel.CreateBounded<SyslogLine>(
        new BoundedChannelOptions(Capacity) { SingleReader = true }
    );

    /// <summary>Takes a line if there is room, and counts it as dropped if not.</summary>
    public void OfferUdp(string peer, byte[] line)
    {
        if (lines.Writer.TryWrite(new(peer, line, clock.GetUtcNow())))
            gauge.Arrived();
        else
            gauge.Drop();
    }

    /// <summary>Takes a line once there is room.</summary>
    public async ValueTask AddTcpAsync(string peer, byte[] line, CancellationToken ct)
    {
        await lines.Writer.WriteAsync(new(peer, line, clock.GetUtcNow()), ct);
        gauge.Arrived();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Stops after the receivers, which were started after it, and only once all they took is stored.
        await using var stop = stoppingToken.Register(() => lines.Writer.TryComplete());
        var open = true;
        while (open)
        {
            var batch = new List<SyslogLine>();
            using (var pace = new CancellationTokenSource(Pace))
            {
                try
                {
                    while (batch.Count < MostPerBatch && (open = await lines.Reader.WaitToReadAsync(pace.Token)))
                    {
                        while (batch.Count < MostPerBatch && lines.Reader.TryRead(out var line))
                            batch.Add(line);
                    }
                }
                catch (OperationCanceledException)
                {
                    // The half second is over: store what there is.
                }
            }
            if (batch.Count > 0)
                await StoreAsync(batch);
        }
    }

    private async Task StoreAsync(List<SyslogLine> batch)
    {
        foreach (var peer in batch.GroupBy(line => line.Peer, StringComparer.Ordinal))
        {
            try
            {
                var sender = await senders.FindAsync($"syslog:{peer.Key}", CancellationToken.None);
                var builder = sender.NewBatch();
                var count = 0;
                foreach (var line in peer)
                {
                    builder.Add(line.Bytes, line.ReceivedAt);
                    count++;
                }
                await committer.CommitAsync(builder.Build(), repeats: null, CancellationToken.None);
                gauge.Stored(count, fromBuffer: true);
            }
#pragma warning disable CA1031 // one peer's lines must not stop all others' for ever
            catch (Exception bug)
#pragma warning restore CA1031
            {
                gauge.Drop(peer.Count());
                Lost(bug, peer.Count(), peer.Key);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Count} lines of {Peer} could not be stored and are lost")]
    private partial void Lost(Exception bug, int count, string peer);
}
