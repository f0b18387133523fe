namespace Denywatch.Web.Features.Ingestion;

internal static class IngestionSetup
{
    public static void AddIngestion(this WebApplicationBuilder builder, Settings settings)
    {
        var services = builder.Services;
        services.AddSingleton<IntakeGauge>();
        services.AddSingleton<Enrichment>();
        services.AddSingleton<BatchParts>();
        services.AddSingleton<Senders>();
        services.AddSingleton<Committer>();
        services.AddSingleton<RejectedLines>();
        services.AddHostedService<EnrichmentRefresh>();
        if (!settings.RoleSet.HasFlag(Roles.Intake))
            return;

        services.AddSingleton<SenderTokens>();
        services.AddSingleton<BulkIntake>();
        services.AddSingleton<Answers>();
        services.AddHostedService(provider => provider.GetRequiredService<Answers>());
        if (settings.SyslogPort == 0)
            return;

        // Hosted services stop in reverse order: the receivers before the buffer they fill.
        services.AddSingleton<SyslogBuffer>();
        services.AddHostedService(provider => provider.GetRequiredService<SyslogBuffer>());
        services.AddHostedService<SyslogUdp>();
        services.AddHostedService<SyslogTcp>();
    }

    /// <summary>Shippers ask the root for a version; people get the Overview page there.</summary>
    public static void UseIngestionRoot(this WebApplication app, Settings settings)
    {
        if (settings.RoleSet.HasFlag(Roles.Intake))
            app.UseElasticsearchRoot();
    }

    public static void MapIngestion(this WebApplication app, Settings settings)
    {
        if (!settings.RoleSet.HasFlag(Roles.Intake))
            return;

        app.MapElasticsearch();
        app.MapImport();
    }
}
