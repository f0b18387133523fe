using Denywatch.Web.Features.Accounts;

namespace Denywatch.Web.Features.Outcomes;

public static class OutcomesSetup
{
    private const int LongestDays = 400;

    public static void AddOutcomes(this WebApplicationBuilder builder) =>
        builder.Services.AddSingleton<OutcomeQueries>();

    public static void MapOutcomes(this IEndpointRouteBuilder api) =>
        api.MapGet(
                "/outcomes",
                async (
                    OutcomeQueries queries,
                    TimeProvider clock,
                    CancellationToken ct,
                    OutcomeBy by = OutcomeBy.Rule,
                    int days = 30
                ) =>
                {
                    var now = clock.GetUtcNow();
                    var from = now.AddDays(-Math.Clamp(days, 1, LongestDays));
                    return TypedResults.Ok(await queries.OfAsync(by, from, now, ct));
                }
            )
            .WithTags("Alerts")
            .WithSummary("Verdicts and times by rule, cause, source or severity")
            .RequireAuthorization(nameof(Policy.View));
}
