namespace Denywatch.Web.Features.Replay;

internal static class ReplaySetup
{
    public static void AddReplay(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<AppearingAlerts>();
        builder.Services.AddSingleton<AlertEffects>();
    }
}
