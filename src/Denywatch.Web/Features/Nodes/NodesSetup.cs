using Denywatch.Web.Features.Ingestion;
using Denywatch.Web.Layout;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using OpenTelemetry.Metrics;

namespace Denywatch.Web.Features.Nodes;

internal static class NodesSetup
{
    public static void AddNodes(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddHostedService<NodeHeart>();
        services.AddSingleton<HealthBoard>();
        services.AddHostedService(provider => provider.GetRequiredService<HealthBoard>());
        services.AddHealthChecks().AddCheck<DatabaseCheck>("database", tags: ["ready"]);

        var metrics = services
            .AddOpenTelemetry()
            .WithMetrics(metrics =>
                metrics
                    .AddAspNetCoreInstrumentation()
                    .AddRuntimeInstrumentation()
                    .AddMeter(IntakeGauge.MeterName, "Npgsql")
            );
        if (builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] is { Length: > 0 })
            metrics.WithMetrics(exported => exported.AddOtlpExporter());
    }

    /// <summary>Live: the process answers. Ready: its database does too.</summary>
    public static void MapNodes(this WebApplication app)
    {
        app.MapHealthChecks("/health/live", new() { Predicate = _ => false }).AllowAnonymous();
        app.MapHealthChecks("/health/ready", new() { Predicate = check => check.Tags.Contains("ready") })
            .AllowAnonymous();
    }
}

/// <summary>Unhealthy while the database does not answer.</summary>
internal sealed class DatabaseCheck(HealthBoard board) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context,
        CancellationToken cancellationToken = default
    ) =>
        Task.FromResult(
            board.Current.State is Health.Down or Health.Unknown
                ? HealthCheckResult.Unhealthy(board.Current.Reason)
                : HealthCheckResult.Healthy()
        );
}
