using Denywatch.Web.Features.Suspects;

namespace Denywatch.Web.Features.Scoring;

internal static class ScoringSetup
{
    public static void AddScoring(this WebApplicationBuilder builder)
    {
        builder.Services.AddMemoryCache();
        builder.Services.AddSingleton<SeriesRates>();
        builder.Services.AddSingleton<Stories>();
        builder.Services.AddSingleton<Findings>();
        builder.Services.AddSingleton<AlertOpening>();
        builder.Services.AddSingleton<AlertRaiser>();
        builder.Services.AddSingleton<AlertReconciler>();
        builder.Services.AddSingleton<SeriesReplay>();
        builder.Services.AddSingleton<SeriesScorer>();
        builder.Services.AddSingleton<RareScorer>();
        builder.Services.AddSingleton<PastBuckets>();
        builder.Services.AddSingleton<SuspectJudge>();
        builder.Services.AddSingleton<SuspectScorer>();
    }
}
