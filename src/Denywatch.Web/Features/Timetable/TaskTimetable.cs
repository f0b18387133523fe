using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Denywatch.Web.Features.Alerts;
using Denywatch.Web.Features.Connectors;
using Denywatch.Web.Features.DataSources;
using Denywatch.Web.Features.Exceptions;
using Denywatch.Web.Features.Explorer;
using Denywatch.Web.Features.Jobs;
using Denywatch.Web.Features.Retention;
using Denywatch.Web.Features.Rules;
using Denywatch.Web.Features.Scoring;
using Denywatch.Web.Features.Suspects;
using Hangfire;
using Hangfire.PostgreSql;
using Npgsql;

namespace Denywatch.Web.Features.Timetable;

/// <summary>
/// What runs when. It is written down beside the start and not in its way: after a kill the locks of the dead node stand
/// for a while, and a node that is not alone has to wait for them.
/// </summary>
internal sealed partial class TaskTimetable(
    IRecurringJobManager jobs,
    NodeStore nodes,
    NpgsqlDataSource source,
    ILogger<TaskTimetable> logger
) : BackgroundService
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);

    // Nothing of ours rests on these locks, and without another worker nobody can be holding one.
    private const string ReleaseLocks = """
        DO $$ BEGIN
            IF to_regclass('hangfire.lock') IS NOT NULL THEN DELETE FROM hangfire.lock; END IF;
        END $$
        """;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        if (await nodes.IsOnlyWorkerAsync(cancellationToken))
        {
            await using var connection = await source.OpenConnectionAsync(cancellationToken);
            await connection.ExecuteAsync(ReleaseLocks, cancellationToken);
        }
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await AddAsync<LookTask>("look", task => task.RunAsync(CancellationToken.None), "*/5 * * * * *", stoppingToken);
        await AddAsync<DeliveryTask>(
            "deliveries",
            task => task.RunAsync(CancellationToken.None),
            "2/5 * * * * *",
            stoppingToken
        );
        await AddAsync<RollupTask>(
            "rollups",
            task => task.RunAsync(CancellationToken.None),
            "4,19,34,49 * * * * *",
            stoppingToken
        );
        await AddAsync<ReturnTask>(
            "returns",
            task => task.RunAsync(CancellationToken.None),
            "2,12,22,32,42,52 * * * * *",
            stoppingToken
        );
        await AddAsync<SourceAlarmsTask>(
            "source-alarms",
            task => task.RunAsync(CancellationToken.None),
            "11,31,51 * * * * *",
            stoppingToken
        );
        await AddAsync<FillTask>(
            "fills",
            task => task.RunAsync(CancellationToken.None),
            "4/5 * * * * *",
            stoppingToken
        );
        for (var shard = 0; shard < Series.Shards; shard++)
        {
            var mine = shard;
            await AddAsync<CloseBucketsTask>(
                $"close-{shard}",
                task => task.RunAsync(mine, CancellationToken.None),
                $"{shard * 3},{(shard * 3) + 30} * * * * *",
                stoppingToken
            );
        }
        await AddAsync<SeriesHistoryTask>(
            "series-history",
            task => task.RunAsync(CancellationToken.None),
            "8,23,38,53 * * * * *",
            stoppingToken
        );
        await AddAsync<SuspectsTask>(
            "suspects",
            task => task.RunAsync(CancellationToken.None),
            "47 * * * * *",
            stoppingToken
        );
        await AddAsync<CompactionTask>(
            "compaction",
            task => task.RunAsync(CancellationToken.None),
            "7,37 * * * *",
            stoppingToken
        );
        await AddAsync<UnusedExceptionsTask>(
            "unused-exceptions",
            task => task.RunAsync(CancellationToken.None),
            Cron.Daily(4),
            stoppingToken
        );
        await AddAsync<RetentionTask>(
            "retention",
            task => task.RunAsync(CancellationToken.None),
            Cron.Daily(3),
            stoppingToken
        );
    }

    private async Task AddAsync<T>(
        string id,
        System.Linq.Expressions.Expression<Func<T, Task>> run,
        string cron,
        CancellationToken ct
    )
    {
        while (true)
        {
            await Task.Yield(); // waiting for a lock blocks, and the start must go on
            try
            {
                jobs.AddOrUpdate(id, run, cron);
                return;
            }
            catch (PostgreSqlDistributedLockException held)
            {
                Waiting(id, held.Message);
                await Task.Delay(RetryAfter, ct);
            }
        }
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Task {Id} is not in the timetable yet, trying again: {Problem}"
    )]
    private partial void Waiting(string id, string problem);
}
