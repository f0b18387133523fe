namespace Denywatch.Web.Features.SetupGuide;

public static class SetupGuideSetup
{
    public static void AddSetupGuide(this WebApplicationBuilder builder) =>
        builder.Services.AddSingleton<SetupQueries>();
}
