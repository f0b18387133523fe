using Denywatch.Storage;
using Denywatch.Web.Features.Ingestion;
using Npgsql;

namespace Denywatch.Web.Features.Nodes;

/// <summary>Enters the node into the database, and says every few seconds that it lives.</summary>
public sealed partial class NodeHeart(NodeStore nodes, Settings settings, IntakeGauge gauge, ILogger<NodeHeart> logger)
    : BackgroundService
{
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(3);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await nodes.EnterAsync(settings.RoleSet.ToString().ToLowerInvariant(), cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Beat);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await nodes.BeatAsync(gauge.Read(), stoppingToken);
            }
            catch (NpgsqlException away)
            {
                Missed(away.Message);
            }
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            await nodes.LeaveAsync(cancellationToken);
        }
        catch (NpgsqlException away)
        {
            Missed(away.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The node's beat was not written: {Problem}")]
    private partial void Missed(string problem);
}
