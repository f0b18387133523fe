namespace Denywatch.Web.Features.Explorer;

public static class ExplorerSetup
{
    public static void AddExplorer(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<EventQueries>();
        builder.Services.AddSingleton<ExplorerQueries>();
        builder.Services.AddSingleton<BucketQueries>();
        builder.Services.AddSingleton<FlowQueries>();
        builder.Services.AddSingleton<ScoreQueries>();
        builder.Services.AddSingleton<JudgedBuckets>();
        builder.Services.AddSingleton<WhyNotQueries>();
        builder.Services.AddSingleton<NoteActions>();
    }
}
