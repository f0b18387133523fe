namespace Denywatch.Web.Live;

internal static class LiveSetup
{
    public static void AddLive(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<LiveTopics>();
        builder.Services.AddSingleton<SharedAnswers>();
        builder.Services.AddHostedService<DatabaseEars>();
    }
}
