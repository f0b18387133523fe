namespace Denywatch.Web.Features.Sites;

internal static class SitesSetup
{
    public static void AddSites(this WebApplicationBuilder builder) =>
        builder.Services.AddSingleton<SiteActions>().AddSingleton<SiteQueries>();
}
