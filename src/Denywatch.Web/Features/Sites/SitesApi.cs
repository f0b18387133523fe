using System.Security.Claims;
using Denywatch.Web.Features.Accounts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Denywatch.Web.Features.Sites;

/// <summary>The sites' part of the REST API.</summary>
public static class SitesApi
{
    public static void MapSites(this IEndpointRouteBuilder api)
    {
        var sites = api.MapGroup("/sites").WithTags("Sites").RequireAuthorization(nameof(Policy.View));
        sites.MapGet("/", ListAsync).WithSummary("Sites, their networks and firewalls, and whose overlapping ones are");
        sites.MapPost("/", AddAsync).WithSummary("Adds a site").RequireAuthorization(nameof(Policy.Engineer));
        sites
            .MapPut("/{id:int}", ChangeAsync)
            .WithSummary("Changes a site; what was counted before keeps its name")
            .RequireAuthorization(nameof(Policy.Engineer));
        sites
            .MapDelete("/{id:int}", RemoveAsync)
            .WithSummary("Removes a site; its firewalls stay")
            .RequireAuthorization(nameof(Policy.Engineer));
    }

    private static async Task<Ok<IReadOnlyList<SiteRow>>> ListAsync(SiteQueries queries, CancellationToken ct) =>
        TypedResults.Ok(await queries.ListAsync(ct));

    private static async Task<Results<Ok<int>, ForbidHttpResult, NotFound, ValidationProblem>> AddAsync(
        SiteDraft draft,
        SiteActions actions,
        ClaimsPrincipal user,
        CancellationToken ct
    ) => (await actions.AddAsync(draft, Actor.Of(user), ct)).ToMade();

    private static async Task<Results<NoContent, ForbidHttpResult, NotFound, ValidationProblem>> ChangeAsync(
        int id,
        SiteDraft draft,
        SiteActions actions,
        ClaimsPrincipal user,
        CancellationToken ct
    ) => (await actions.ChangeAsync(id, draft, Actor.Of(user), ct)).ToDone();

    private static async Task<Results<NoContent, ForbidHttpResult, NotFound, ValidationProblem>> RemoveAsync(
        int id,
        SiteActions actions,
        ClaimsPrincipal user,
        CancellationToken ct
    ) => (await actions.RemoveAsync(id, Actor.Of(user), ct)).ToDone();
}
