using Denywatch.Storage.Entities;
using Denywatch.Web.Features.Retention;
using Denywatch.Web.Features.Scoring;
using Hangfire;
using Hangfire.Common;
using Hangfire.PostgreSql;
using Npgsql;

namespace Denywatch.Web.Features.Timetable;

/// <summary>What runs when.</summary>
internal static class TimetableSetup
{
    public static void AddTimetable(this WebApplicationBuilder builder, Settings settings, string connectionString)
    {
        var services = builder.Services;
        services.AddHangfire(hangfire =>
            hangfire
                .UseRecommendedSerializerSettings()
                .UsePostgreSqlStorage(
                    postgres => postgres.UseNpgsqlConnection(connectionString),
                    new PostgreSqlStorageOptions
                    {
                        QueuePollInterval = TimeSpan.FromSeconds(5),
                        EnableLongPolling = true,
                        UseSlidingInvisibilityTimeout = true,
                        InvisibilityTimeout = TimeSpan.FromMinutes(3),
                        // A lock left by a killed node stops the timetable this long; nothing of ours rests on it.
                        DistributedLockTimeout = TimeSpan.FromMinutes(1),
                    }
                )
        );
        GlobalJobFilters.Filters.Add(
            new AutomaticRetryAttribute { Attempts = 0, OnAttemptsExceeded = AttemptsExceededAction.Delete }
        );
        if (!settings.RoleSet.HasFlag(Roles.Worker))
            return;

        services.AddHangfireServer(server =>
        {
            server.WorkerCount = 4;
            server.SchedulePollingInterval = TimeSpan.FromSeconds(2);
            server.ServerTimeout = TimeSpan.FromMinutes(1);
        });
        services.AddTransient<LookTask>();
        services.AddTransient<CloseBucketsTask>();
        services.AddTransient<CompactionTask>();
        services.AddTransient<RetentionTask>();
    }

    public static void UseTimetable(this WebApplication app, Settings settings)
    {
        if (!settings.RoleSet.HasFlag(Roles.Worker))
            return;

        var timetable = app.Services.GetRequiredService<IRecurringJobManager>();
        timetable.AddOrUpdate<LookTask>("look", task => task.RunAsync(CancellationToken.None), "*/5 * * * * *");
        for (var shard = 0; shard < Series.Shards; shard++)
        {
            var mine = shard;
            timetable.AddOrUpdate<CloseBucketsTask>(
                $"close-{shard}",
                task => task.RunAsync(mine, CancellationToken.None),
                $"{shard * 3},{(shard * 3) + 30} * * * * *"
            );
        }
        timetable.AddOrUpdate<CompactionTask>(
            "compaction",
            task => task.RunAsync(CancellationToken.None),
            "7,37 * * * *"
        );
        timetable.AddOrUpdate<RetentionTask>("retention", task => task.RunAsync(CancellationToken.None), Cron.Daily(3));
    }
}
