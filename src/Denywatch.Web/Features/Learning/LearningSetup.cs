using System.Security.Claims;
using Denywatch.Web.Features.Accounts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Denywatch.Web.Features.Learning;

/// <summary>Body of an answer.</summary>
/// <param name="Weekday">Null for a burst that comes every day.</param>
public sealed record BurstSaid(int SeriesId, TimeOnly At, DayOfWeek? Weekday, bool IsNormal, string? Reason = null);

public static class LearningSetup
{
    public static void AddLearning(this WebApplicationBuilder builder) => builder.Services.AddSingleton<LearntBursts>();

    public static void MapLearning(this IEndpointRouteBuilder api)
    {
        var learnt = api.MapGroup("/learnt").WithTags("Learning").RequireAuthorization(nameof(Policy.View));
        learnt
            .MapGet(
                "/",
                async (LearntBursts bursts, CancellationToken ct) => TypedResults.Ok(await bursts.AllAsync(ct))
            )
            .WithSummary("Bursts that models expect to come back, and what was said of them");
        learnt
            .MapPost("/", AnswerAsync)
            .WithSummary("Accepts a burst as normal, or refuses it")
            .RequireAuthorization(nameof(Policy.Triage));
    }

    private static async Task<Results<NoContent, ForbidHttpResult, NotFound>> AnswerAsync(
        BurstSaid said,
        LearntBursts bursts,
        ClaimsPrincipal user,
        CancellationToken ct
    ) =>
        await bursts.AnswerAsync(
            said.SeriesId,
            said.At,
            said.Weekday,
            said.IsNormal,
            said.Reason ?? "",
            Actor.Of(user),
            ct
        ) switch
        {
            Outcome.Done => TypedResults.NoContent(),
            Outcome.Forbidden => TypedResults.Forbid(),
            _ => TypedResults.NotFound(),
        };
}
