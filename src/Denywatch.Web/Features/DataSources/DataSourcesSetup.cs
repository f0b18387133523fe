namespace Denywatch.Web.Features.DataSources;

/// <summary>Who sends, how much, and what of it was not understood.</summary>
public static class DataSourcesSetup
{
    public static void AddDataSources(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<SourceRhythms>();
        builder.Services.AddSingleton<DataSourceQueries>();
        builder.Services.AddSingleton<DataSourceActions>();
        builder.Services.AddSingleton<SourceAlarmActions>();
        builder.Services.AddSingleton<FeedComparison>().AddSingleton<LoggingPast>().AddSingleton<SourceChanges>();
    }
}
