namespace Denywatch.Web.Features.Connectors;

/// <summary>Telling people outside about alerts: webhooks and mail.</summary>
public static class ConnectorsSetup
{
    public static void AddConnectors(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton<ConnectorSecrets>();
        services.AddSingleton<IChannel, WebhookChannel>().AddSingleton<IChannel, EmailChannel>();
        services.AddSingleton<ConnectorActions>().AddSingleton<ConnectorQueries>();
        services.AddSingleton<DeliveryActions>().AddSingleton<DeliveryQueries>();
    }
}
