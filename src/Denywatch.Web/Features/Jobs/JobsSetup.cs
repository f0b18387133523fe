using System.Security.Claims;
using Denywatch.Web.Features.Accounts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Denywatch.Web.Features.Jobs;

/// <summary>Body of a deed on a job.</summary>
public sealed record JobDeed(string? Reason = null);

/// <summary>Body of learning again.</summary>
/// <param name="From">Counts before this are not learnt; null for all that are kept.</param>
public sealed record RelearnJob(DateTimeOffset? From = null, string? Reason = null);

/// <summary>Body of making a job.</summary>
public sealed record NewJob(JobDraft Job, string? Reason = null);

/// <summary>Body of a period that is not to be learnt.</summary>
/// <param name="From">Inclusive; moved down to a bucket's start.</param>
/// <param name="Until">Exclusive; moved up to a bucket's end.</param>
public sealed record ExcludedPeriod(DateTimeOffset From, DateTimeOffset Until, string? Reason = null);

public static class JobsSetup
{
    public static void AddJobs(this WebApplicationBuilder builder) =>
        builder.Services.AddSingleton<JobQueries>().AddSingleton<JobActions>().AddSingleton<JobTrial>();

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

        var deeds = jobs.MapGroup("/").RequireAuthorization(nameof(Policy.Engineer));
        deeds
            .MapPost("/{id}/stop", Deed(actions => actions.StopAsync))
            .WithSummary("Stops a job's feed: what comes is counted and not scored");
        deeds
            .MapPost("/{id}/start", Deed(actions => actions.StartAsync))
            .WithSummary("Starts a job's feed: what came meanwhile is scored from where it stopped");
        deeds
            .MapPost("/{id}/relearn", RelearnAsync)
            .WithSummary("Forgets what a job has learnt, and learns again from stored counts");
        deeds.MapPost("/", CreateAsync).WithSummary("Makes a job; it learns at once from what is stored");
        deeds
            .MapPost("/try", TryAsync)
            .WithSummary(
                "What a job would count in the last day: denies, values, a bucket span that fits, newest flows"
            );
        deeds
            .MapPost("/{id}/close", Deed(actions => actions.CloseAsync))
            .WithSummary("Closes a job with counts of its own: nothing is counted for it until it is started");
        deeds
            .MapPost("/{id}/delete", Deed(actions => actions.DeleteAsync))
            .WithSummary("Deletes a job that somebody made, with what it counted and learnt");
        deeds
            .MapPost("/{id}/exclusions", ExcludeAsync)
            .WithSummary("Lets a job learn nothing from a stretch of time; its buckets are scored all the same");
        deeds
            .MapPost("/{id}/exclusions/{exclusion:int}/include", IncludeAsync)
            .WithSummary("Lets a job learn from an excluded period again");
    }

    private delegate Task<DeedResult> JobsDeed(string id, string? reason, Actor actor, CancellationToken ct);

    /// <summary>Answers a deed that asks for nothing but a reason.</summary>
    private static Delegate Deed(Func<JobActions, JobsDeed> deed) =>
        async (string id, JobDeed body, JobActions actions, ClaimsPrincipal user, CancellationToken ct) =>
            (await deed(actions)(id, body.Reason, Actor.Of(user), ct)).ToDone("job");

    private static async Task<Results<Ok<JobDetail>, NotFound>> FindAsync(
        string id,
        JobQueries queries,
        CancellationToken ct
    ) => await queries.FindAsync(id, ct) is { } job ? TypedResults.Ok(job) : TypedResults.NotFound();

    private static async Task<Results<NoContent, ForbidHttpResult, NotFound, ValidationProblem>> CreateAsync(
        NewJob body,
        JobActions actions,
        ClaimsPrincipal user,
        CancellationToken ct
    ) =>
        body.Job is { } job
            ? (await actions.CreateAsync(job, body.Reason, Actor.Of(user), ct)).ToDone("job")
            : DeedResult.Refused("The body has no job.").ToDone("job");

    private static async Task<Results<Ok<JobTrialResult>, ValidationProblem>> TryAsync(
        JobDraft body,
        JobTrial trial,
        CancellationToken ct
    ) =>
        body.CountingProblem is { } problem
            ? TypedResults.ValidationProblem(
                new Dictionary<string, string[]>(StringComparer.Ordinal) { ["job"] = [problem] }
            )
            : TypedResults.Ok(await trial.OfAsync(body, ct));

    private static async Task<Results<NoContent, ForbidHttpResult, NotFound, ValidationProblem>> ExcludeAsync(
        string id,
        ExcludedPeriod body,
        JobActions actions,
        ClaimsPrincipal user,
        CancellationToken ct
    ) => (await actions.ExcludeAsync(id, body.From, body.Until, body.Reason, Actor.Of(user), ct)).ToDone("period");

    private static async Task<Results<NoContent, ForbidHttpResult, NotFound, ValidationProblem>> IncludeAsync(
        string id,
        int exclusion,
        JobDeed body,
        JobActions actions,
        ClaimsPrincipal user,
        CancellationToken ct
    ) => (await actions.IncludeAsync(id, exclusion, body.Reason, Actor.Of(user), ct)).ToDone("period");

    private static async Task<Results<NoContent, ForbidHttpResult, NotFound, ValidationProblem>> RelearnAsync(
        string id,
        RelearnJob body,
        JobActions actions,
        ClaimsPrincipal user,
        CancellationToken ct
    ) => (await actions.RelearnAsync(id, body.From, body.Reason, Actor.Of(user), ct)).ToDone("job");
}
