namespace Denywatch.Web.Features.Overview;

public static class OverviewSetup
{
    public static void AddOverview(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<TimelineQueries>();
        builder.Services.AddSingleton<OverviewQueries>();
    }
}
