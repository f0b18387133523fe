using System.Security.Claims;
using System.Text;
using Denywatch.Events.Maintenance;
using Denywatch.Web.Features.Accounts;
using Denywatch.Web.Features.Exceptions;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Denywatch.Web.Features.Windows;

/// <summary>Body of a skip.</summary>
/// <param name="At">A moment within the occurrence that is left out.</param>
/// <param name="Reason">Required; kept in the audit trail.</param>
public sealed record SkipOccurrence(DateTimeOffset At, string Reason);

/// <summary>A window with its occurrences, the last to come first.</summary>
public sealed record WindowDetail(WindowRow Window, IReadOnlyList<OccurrenceRow> Occurrences);

/// <summary>The maintenance windows' part of the REST API.</summary>
public static class WindowsApi
{
    public static void MapWindows(this IEndpointRouteBuilder api)
    {
        var windows = api.MapGroup("/windows")
            .WithTags("Maintenance windows")
            .RequireAuthorization(nameof(Policy.View));
        windows.MapGet("/", ListAsync).WithSummary("Maintenance windows that are in force, recur or were");
        windows.MapGet("/{id:int}", GetAsync).WithSummary("One window with its occurrences");
        Deed("/preview", PreviewAsync, "What windows would have done to the past");
        Deed("/import", ReadAsync, "Reads a calendar (.ics): the windows that may be made of it")
            .Accepts<string>("text/calendar")
            .WithMetadata(new RequestSizeLimitAttribute(CalendarImport.LargestBytes));
        Deed("/", AddAsync, "Adds windows and scores the past again; one with a known UID takes its new times");
        Deed("/{id:int}/skip", SkipAsync, "Leaves one occurrence out");
        Deed("/{id:int}/end", EndAsync, "Lets a window hold for nothing from now on");
        Deed("/{id:int}/remove", RemoveAsync, "Takes a window back: the past is as if it had never been");

        RouteHandlerBuilder Deed(string path, Delegate handler, string summary) =>
            windows.MapPost(path, handler).WithSummary(summary).RequireAuthorization(nameof(Policy.Engineer));
    }

    private static async Task<Ok<IReadOnlyList<WindowRow>>> ListAsync(WindowQueries queries, CancellationToken ct) =>
        TypedResults.Ok(await queries.ListAsync(ct));

    private static async Task<Results<Ok<WindowDetail>, NotFound>> GetAsync(
        int id,
        WindowQueries queries,
        CancellationToken ct
    ) =>
        await queries.FindAsync(id, ct) is { } window
            ? TypedResults.Ok(new WindowDetail(window, await queries.OccurrencesAsync(id, ct)))
            : TypedResults.NotFound();

    private static async Task<Results<Ok<PreviewResult>, ValidationProblem>> PreviewAsync(
        WindowDraft draft,
        ExceptionPreview preview,
        TimeProvider clock,
        CancellationToken ct
    ) =>
        draft.ProblemAt(clock.GetUtcNow()) is { } problem
            ? Problem(problem)
            : TypedResults.Ok(await preview.OfAsync(draft.Change, ct: ct));

    /// <param name="zone">Of times that name none; UTC where it is not given.</param>
    private static async Task<Results<Ok<ImportedCalendar>, ValidationProblem>> ReadAsync(
        HttpRequest request,
        string? zone,
        CancellationToken ct
    )
    {
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(zone ?? "Etc/UTC", out var floating))
            return Problem($"\"{zone}\" is no time zone: use an IANA name such as Europe/Berlin.");
        using var reader = new StreamReader(request.Body, Encoding.UTF8);
        return TypedResults.Ok(CalendarImport.Read(await reader.ReadToEndAsync(ct), floating));
    }

    private static async Task<Results<Ok<IReadOnlyList<int>>, ForbidHttpResult, ValidationProblem>> AddAsync(
        WindowDraft draft,
        WindowActions actions,
        ClaimsPrincipal user,
        CancellationToken ct
    )
    {
        var result = await actions.AddAsync(draft, Actor.Of(user), ct);
        return result.Outcome switch
        {
            Outcome.Done => TypedResults.Ok(result.Ids),
            Outcome.Forbidden => TypedResults.Forbid(),
            _ => Problem(result.Problem!),
        };
    }

    private static async Task<Results<NoContent, ForbidHttpResult, ValidationProblem>> SkipAsync(
        int id,
        SkipOccurrence request,
        WindowActions actions,
        ClaimsPrincipal user,
        CancellationToken ct
    )
    {
        var result = await actions.SkipAsync(id, request.At, request.Reason, Actor.Of(user), ct);
        return Answer(result.Outcome, result.Problem);
    }

    private static async Task<Results<NoContent, ForbidHttpResult, ValidationProblem>> EndAsync(
        int id,
        EndException request,
        ExceptionActions actions,
        ClaimsPrincipal user,
        CancellationToken ct
    )
    {
        var result = await actions.EndNowAsync(id, request.Reason, Actor.Of(user), ct);
        return Answer(result.Outcome, result.Problem);
    }

    private static async Task<Results<NoContent, ForbidHttpResult, ValidationProblem>> RemoveAsync(
        int id,
        EndException request,
        ExceptionActions actions,
        ClaimsPrincipal user,
        CancellationToken ct
    )
    {
        var result = await actions.RemoveAsync(id, request.Reason, Actor.Of(user), ct);
        return Answer(result.Outcome, result.Problem);
    }

    private static Results<NoContent, ForbidHttpResult, ValidationProblem> Answer(Outcome outcome, string? problem) =>
        outcome switch
        {
            Outcome.Done => TypedResults.NoContent(),
            Outcome.Forbidden => TypedResults.Forbid(),
            _ => Problem(problem!),
        };

    private static ValidationProblem Problem(string problem) =>
        TypedResults.ValidationProblem(
            new Dictionary<string, string[]>(StringComparer.Ordinal) { ["window"] = [problem] }
        );
}
