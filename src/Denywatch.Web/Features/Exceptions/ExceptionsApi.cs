using System.Security.Claims;
using Denywatch.Web.Features.Accounts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Denywatch.Web.Features.Exceptions;

/// <summary>Body of an end or a removal.</summary>
/// <param name="Reason">Required; kept in the audit trail.</param>
public sealed record EndException(string Reason);

/// <summary>The exceptions' part of the REST API.</summary>
public static class ExceptionsApi
{
    public static void MapExceptions(this IEndpointRouteBuilder api)
    {
        var exceptions = api.MapGroup("/exceptions").WithTags("Exceptions").RequireAuthorization(nameof(Policy.View));
        exceptions.MapGet("/requests", WaitingAsync).WithSummary("Exceptions that wait for an engineer");
        exceptions.MapGet("/", ListAsync).WithSummary("Exceptions that are in force or were");
        exceptions
            .MapPost("/preview", PreviewAsync)
            .WithSummary("What an exception would have done to the past")
            .RequireAuthorization(nameof(Policy.Triage));
        exceptions
            .MapPost("/", AddAsync)
            .WithSummary("Adds an exception and scores the past again")
            .RequireAuthorization(nameof(Policy.Triage));
        exceptions
            .MapPost("/requests", AskAsync)
            .WithSummary("Asks an engineer for an exception wider than an analyst may make")
            .RequireAuthorization(nameof(Policy.Triage));
        exceptions
            .MapPost("/requests/{id:int}/approve", ApproveAsync)
            .WithSummary("Makes the exception that was asked for, as the body has it")
            .RequireAuthorization(nameof(Policy.Engineer));
        exceptions
            .MapPost("/requests/{id:int}/decline", DeclineAsync)
            .WithSummary("Declines what was asked for, or takes it back")
            .RequireAuthorization(nameof(Policy.Triage));
        exceptions
            .MapPost("/{id:int}/end", EndAsync)
            .WithSummary("Lets an exception hold for nothing from now on")
            .RequireAuthorization(nameof(Policy.Triage));
        exceptions
            .MapPost("/{id:int}/remove", RemoveAsync)
            .WithSummary("Takes an exception back: the past is as if it had never been")
            .RequireAuthorization(nameof(Policy.Triage));
    }

    private static async Task<Ok<IReadOnlyList<WaitingException>>> WaitingAsync(
        ExceptionRequests requests,
        CancellationToken ct
    ) => TypedResults.Ok(await requests.WaitingAsync(ct));

    private static async Task<Results<Ok<int>, ForbidHttpResult, NotFound, ValidationProblem>> AskAsync(
        ExceptionDraft draft,
        ExceptionRequests requests,
        ClaimsPrincipal user,
        CancellationToken ct
    ) => Decided(await requests.AskAsync(draft, Actor.Of(user), ct));

    private static async Task<Results<Ok<int>, ForbidHttpResult, NotFound, ValidationProblem>> ApproveAsync(
        int id,
        ExceptionDraft draft,
        ExceptionRequests requests,
        ClaimsPrincipal user,
        CancellationToken ct
    ) => Decided(await requests.ApproveAsync(id, draft, Actor.Of(user), ct));

    private static async Task<Results<Ok<int>, ForbidHttpResult, NotFound, ValidationProblem>> DeclineAsync(
        int id,
        EndException request,
        ExceptionRequests requests,
        ClaimsPrincipal user,
        CancellationToken ct
    ) => Decided(await requests.DeclineAsync(id, request.Reason, Actor.Of(user), ct));

    private static Results<Ok<int>, ForbidHttpResult, NotFound, ValidationProblem> Decided(ExceptionResult result) =>
        result.Outcome switch
        {
            Outcome.Done => TypedResults.Ok(result.Id!.Value),
            Outcome.Forbidden => TypedResults.Forbid(),
            Outcome.NotFound => TypedResults.NotFound(),
            _ => Problem(result.Problem!),
        };

    private static async Task<Ok<IReadOnlyList<ExceptionRow>>> ListAsync(
        ExceptionQueries queries,
        CancellationToken ct
    ) => TypedResults.Ok(await queries.ListAsync(ct));

    private static async Task<Results<Ok<PreviewResult>, ValidationProblem>> PreviewAsync(
        ExceptionDraft draft,
        ExceptionPreview preview,
        TimeProvider clock,
        CancellationToken ct
    ) =>
        draft.ProblemAt(clock.GetUtcNow()) is { } problem
            ? Problem(problem)
            : TypedResults.Ok(await preview.OfAsync(new(null, draft), ct: ct));

    private static async Task<Results<Ok<int>, ForbidHttpResult, ValidationProblem>> AddAsync(
        ExceptionDraft draft,
        ExceptionActions actions,
        ClaimsPrincipal user,
        CancellationToken ct
    )
    {
        var result = await actions.AddAsync(draft, Actor.Of(user), ct);
        return result.Outcome switch
        {
            Outcome.Done => TypedResults.Ok(result.Id!.Value),
            Outcome.Forbidden => TypedResults.Forbid(),
            _ => Problem(result.Problem!),
        };
    }

    private static async Task<Results<NoContent, ForbidHttpResult, ValidationProblem>> EndAsync(
        int id,
        EndException request,
        ExceptionActions actions,
        ClaimsPrincipal user,
        CancellationToken ct
    ) => Answer(await actions.EndNowAsync(id, request.Reason, Actor.Of(user), ct));

    private static async Task<Results<NoContent, ForbidHttpResult, ValidationProblem>> RemoveAsync(
        int id,
        EndException request,
        ExceptionActions actions,
        ClaimsPrincipal user,
        CancellationToken ct
    ) => Answer(await actions.RemoveAsync(id, request.Reason, Actor.Of(user), ct));

    private static Results<NoContent, ForbidHttpResult, ValidationProblem> Answer(ExceptionResult result) =>
        result.Outcome switch
        {
            Outcome.Done => TypedResults.NoContent(),
            Outcome.Forbidden => TypedResults.Forbid(),
            _ => Problem(result.Problem!),
        };

    private static ValidationProblem Problem(string problem) =>
        TypedResults.ValidationProblem(
            new Dictionary<string, string[]>(StringComparer.Ordinal) { ["exception"] = [problem] }
        );
}
