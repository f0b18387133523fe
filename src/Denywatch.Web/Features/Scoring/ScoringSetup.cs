namespace Denywatch.Web.Features.Scoring;

internal static class ScoringSetup
{
    public static void AddScoring(this WebApplicationBuilder builder)
    {
        builder.Services.AddMemoryCache();
        builder.Services.AddSingleton<SeriesRates>();
        builder.Services.AddSingleton<Findings>();
        builder.Services.AddSingleton<AlertRaiser>();
        builder.Services.AddSingleton<SeriesScorer>();
    }
}
