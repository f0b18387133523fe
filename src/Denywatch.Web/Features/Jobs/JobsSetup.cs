using System.Security.Claims;
using Denywatch.Web.Features.Accounts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Denywatch.Web.Features.Jobs;

/// <summary>Body of a deed on a job.</summary>
public sealed record JobDeed(string? Reason = null);

/// <summary>Body of learning again.</summary>
/// <param name="From">Counts before this are not learnt; null for all that are kept.</param>
public sealed record RelearnJob(DateTimeOffset? From = null, string? Reason = null);

public static class JobsSetup
{
    public static void AddJobs(this WebApplicationBuilder builder) =>
        builder.Services.AddSingleton<JobQueries>().AddSingleton<JobActions>();

    /// <summary>The jobs' part of the REST API.</summary>
    public static void MapJobs(this IEndpointRouteBuilder api)
    {
        var jobs = api.MapGroup("/jobs").WithTags("Jobs").RequireAuthorization(nameof(Policy.View));
        jobs.MapGet(
                "/",
                async (JobQueries queries, CancellationToken ct) => TypedResults.Ok(await queries.FactsAsync(ct))
            )
            .WithSummary("Jobs, and how each is doing: state, cause and next step");
        jobs.MapGet("/{id}", FindAsync).WithSummary("A job with the rules that read it and the tasks' last runs");
        jobs.MapPost("/{id}/stop", StopAsync)
            .WithSummary("Stops a job's feed: what comes is counted and not scored")
            .RequireAuthorization(nameof(Policy.Engineer));
        jobs.MapPost("/{id}/start", StartAsync)
            .WithSummary("Starts a job's feed: what came meanwhile is scored from where it stopped")
            .RequireAuthorization(nameof(Policy.Engineer));
        jobs.MapPost("/{id}/relearn", RelearnAsync)
            .WithSummary("Forgets what a job has learnt, and learns again from stored counts")
            .RequireAuthorization(nameof(Policy.Engineer));
    }

    private static async Task<Results<Ok<JobDetail>, NotFound>> FindAsync(
        string id,
        JobQueries queries,
        CancellationToken ct
    ) => await queries.FindAsync(id, ct) is { } job ? TypedResults.Ok(job) : TypedResults.NotFound();

    private static async Task<Results<NoContent, ForbidHttpResult, NotFound, ValidationProblem>> StopAsync(
        string id,
        JobDeed body,
        JobActions actions,
        ClaimsPrincipal user,
        CancellationToken ct
    ) => (await actions.StopAsync(id, body.Reason, Actor.Of(user), ct)).ToDone("job");

    private static async Task<Results<NoContent, ForbidHttpResult, NotFound, ValidationProblem>> StartAsync(
        string id,
        JobDeed body,
        JobActions actions,
        ClaimsPrincipal user,
        CancellationToken ct
    ) => (await actions.StartAsync(id, body.Reason, Actor.Of(user), ct)).ToDone("job");

    private static async Task<Results<NoContent, ForbidHttpResult, NotFound, ValidationProblem>> RelearnAsync(
        string id,
        RelearnJob body,
        JobActions actions,
        ClaimsPrincipal user,
        CancellationToken ct
    ) => (await actions.RelearnAsync(id, body.From, body.Reason, Actor.Of(user), ct)).ToDone("job");
}
