using Denywatch.Storage.Entities;
using Denywatch.Web.Features.Connectors;
using Denywatch.Web.Features.DataSources;
using Denywatch.Web.Features.Explorer;
using Denywatch.Web.Features.Jobs;
using Denywatch.Web.Features.Retention;
using Denywatch.Web.Features.Scoring;
using Denywatch.Web.Features.Suspects;
using Hangfire;
using Hangfire.PostgreSql;

namespace Denywatch.Web.Features.Timetable;

/// <summary>Hangfire on our PostgreSQL, and the tasks it runs.</summary>
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

        // Before the server: it releases what a killed node has left locked.
        services.AddHostedService<TaskTimetable>();
        services.AddHangfireServer(server =>
        {
            // Shards that learn a month take minutes: the look must not wait for them.
            server.WorkerCount = Series.Shards + 4;
            server.SchedulePollingInterval = TimeSpan.FromSeconds(2);
            server.ServerTimeout = TimeSpan.FromMinutes(1);
        });
        services.AddTransient<LookTask>();
        services.AddTransient<DeliveryTask>();
        services.AddTransient<RollupTask>();
        services.AddTransient<CloseBucketsTask>();
        services.AddTransient<SourceAlarmsTask>();
        services.AddTransient<SeriesHistoryTask>();
        services.AddTransient<SuspectsTask>();
        services.AddTransient<CompactionTask>();
        services.AddTransient<RetentionTask>();
    }
}
