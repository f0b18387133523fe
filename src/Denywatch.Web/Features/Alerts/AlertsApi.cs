using System.Security.Claims;
using Denywatch.Web.Features.Accounts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Denywatch.Web.Features.Alerts;

/// <summary>Body of a deed that takes a comment.</summary>
public sealed record Comment(string? Text = null);

/// <summary>Body of an assignment; null gives the alert back.</summary>
public sealed record Assignment(string? To, string? Comment = null);

public sealed record ManyAcknowledged(long[]? Ids, string? Comment = null);

public sealed record ManyAssigned(long[]? Ids, string? To, string? Comment = null);

public sealed record ManyClosed(long[]? Ids, Closing? Closing);

/// <summary>What a deed on many did.</summary>
/// <param name="Skipped">Ids that did not stand so any more.</param>
public sealed record ManyDone(int Done, IReadOnlyList<long> Skipped);

/// <summary>One alert as the API gives it.</summary>
public sealed record AlertAnswer(
    AlertRow Alert,
    string Rule,
    IReadOnlyList<string> Matches,
    AlertEvidence? Evidence,
    IReadOnlyList<StreamLine> Stream
);

/// <summary>A note, or a change told in words.</summary>
public sealed record StreamLine(DateTimeOffset At, string By, string Kind, string Text);

/// <summary>The alerts' part of the REST API.</summary>
public static class AlertsApi
{
    private const int MostOnPage = 500;

    public static void MapAlerts(this IEndpointRouteBuilder api)
    {
        var alerts = api.MapGroup("/alerts").WithTags("Alerts").RequireAuthorization(nameof(Policy.View));
        alerts.MapGet("/", PageAsync).WithSummary("Alerts of a view, a page at a time");
        alerts.MapGet("/counts", CountsAsync).WithSummary("How many are open, acknowledged and the caller's");
        alerts.MapGet("/{id:long}", FindAsync).WithSummary("One alert with its evidence, notes and history");

        var deeds = alerts.MapGroup("").RequireAuthorization(nameof(Policy.Triage));
        deeds
            .MapPost("/{id:long}/acknowledge", AcknowledgeAsync)
            .WithSummary("Takes an open alert into the caller's hands");
        deeds.MapPost("/{id:long}/assign", AssignAsync).WithSummary("Gives an alert to someone, or to nobody");
        deeds.MapPost("/{id:long}/notes", AnnotateAsync).WithSummary("Writes a note (Markdown)");
        deeds.MapPost("/{id:long}/close", CloseAsync).WithSummary("Closes an alert with a reason");
        deeds.MapPost("/{id:long}/reopen", ReopenAsync).WithSummary("Opens a closed alert again");
        deeds.MapPost("/acknowledge", AcknowledgeManyAsync).WithSummary("Acknowledges many in one transaction");
        deeds.MapPost("/assign", AssignManyAsync).WithSummary("Gives many to someone in one transaction");
        deeds.MapPost("/close", CloseManyAsync).WithSummary("Closes many in one transaction");
    }

    private static async Task<Ok<AlertSlice>> PageAsync(
        [AsParameters] AlertsView view,
        int? take,
        AlertQueries queries,
        ClaimsPrincipal user,
        CancellationToken ct
    ) => TypedResults.Ok(await queries.PageAsync(view, Actor.Of(user).Name, Math.Clamp(take ?? 50, 1, MostOnPage), ct));

    private static async Task<Ok<AlertCounts>> CountsAsync(
        AlertQueries queries,
        ClaimsPrincipal user,
        CancellationToken ct
    ) => TypedResults.Ok(await queries.CountsAsync(Actor.Of(user).Name, ct));

    private static async Task<Results<Ok<AlertAnswer>, NotFound>> FindAsync(
        long id,
        AlertQueries queries,
        CancellationToken ct
    )
    {
        if (await queries.FindAsync(id, ct) is not { } found || await queries.RowsAsync([id], ct) is not [var row])
            return TypedResults.NotFound();

        return TypedResults.Ok(
            new AlertAnswer(
                row,
                found.RuleName,
                found.Alert.Matches,
                found.Evidence,
                [.. found.Alert.Notes.Select(note => new StreamLine(note.At, note.By, note.Kind, note.Text))]
            )
        );
    }

    private static async Task<
        Results<NoContent, ForbidHttpResult, NotFound, Conflict, ValidationProblem>
    > AcknowledgeAsync(long id, Comment body, AlertActions actions, ClaimsPrincipal user, CancellationToken ct)
    {
        return (await actions.AcknowledgeAsync([id], body.Text, Actor.Of(user), ct)).Outcome switch
        {
            Outcome.Done => TypedResults.NoContent(),
            Outcome.Forbidden => TypedResults.Forbid(),
            Outcome.NotFound => TypedResults.NotFound(),
            _ => TypedResults.Conflict(),
        };
    }

    private static async Task<Results<NoContent, ForbidHttpResult, NotFound, Conflict, ValidationProblem>> AssignAsync(
        long id,
        Assignment body,
        AlertActions actions,
        ClaimsPrincipal user,
        CancellationToken ct
    )
    {
        return (await actions.AssignAsync([id], body.To, body.Comment, Actor.Of(user), ct)).Outcome switch
        {
            Outcome.Done => TypedResults.NoContent(),
            Outcome.Forbidden => TypedResults.Forbid(),
            Outcome.NotFound => TypedResults.NotFound(),
            _ => TypedResults.Conflict(),
        };
    }

    private static async Task<
        Results<NoContent, ForbidHttpResult, NotFound, Conflict, ValidationProblem>
    > AnnotateAsync(long id, Comment body, AlertActions actions, ClaimsPrincipal user, CancellationToken ct)
    {
        if ((string.IsNullOrWhiteSpace(body.Text) ? "A note needs a text." : null) is { } problem)
            return Invalid("text", problem);
        return (await actions.AnnotateAsync([id], body.Text ?? "", Actor.Of(user), ct)).Outcome switch
        {
            Outcome.Done => TypedResults.NoContent(),
            Outcome.Forbidden => TypedResults.Forbid(),
            Outcome.NotFound => TypedResults.NotFound(),
            _ => TypedResults.Conflict(),
        };
    }

    private static async Task<Results<NoContent, ForbidHttpResult, NotFound, Conflict, ValidationProblem>> CloseAsync(
        long id,
        Closing body,
        AlertActions actions,
        ClaimsPrincipal user,
        CancellationToken ct
    )
    {
        if (body.Problem is { } problem)
            return Invalid("reason", problem);
        return (await actions.CloseAsync([id], body, Actor.Of(user), ct)).Outcome switch
        {
            Outcome.Done => TypedResults.NoContent(),
            Outcome.Forbidden => TypedResults.Forbid(),
            Outcome.NotFound => TypedResults.NotFound(),
            _ => TypedResults.Conflict(),
        };
    }

    private static async Task<Results<NoContent, ForbidHttpResult, NotFound, Conflict, ValidationProblem>> ReopenAsync(
        long id,
        Comment body,
        AlertActions actions,
        ClaimsPrincipal user,
        CancellationToken ct
    )
    {
        return (await actions.ReopenAsync([id], body.Text, Actor.Of(user), ct)).Outcome switch
        {
            Outcome.Done => TypedResults.NoContent(),
            Outcome.Forbidden => TypedResults.Forbid(),
            Outcome.NotFound => TypedResults.NotFound(),
            _ => TypedResults.Conflict(),
        };
    }

    private static async Task<
        Results<Ok<ManyDone>, ForbidHttpResult, NotFound, Conflict, ValidationProblem>
    > AcknowledgeManyAsync(ManyAcknowledged body, AlertActions actions, ClaimsPrincipal user, CancellationToken ct)
    {
        var result = await actions.AcknowledgeAsync(body.Ids ?? [], body.Comment, Actor.Of(user), ct);
        return result.Outcome switch
        {
            Outcome.Done => TypedResults.Ok(new ManyDone(result.Changes.Count, result.Skipped)),
            Outcome.Forbidden => TypedResults.Forbid(),
            Outcome.NotFound => TypedResults.NotFound(),
            _ => TypedResults.Conflict(),
        };
    }

    private static async Task<
        Results<Ok<ManyDone>, ForbidHttpResult, NotFound, Conflict, ValidationProblem>
    > AssignManyAsync(ManyAssigned body, AlertActions actions, ClaimsPrincipal user, CancellationToken ct)
    {
        var result = await actions.AssignAsync(body.Ids ?? [], body.To, body.Comment, Actor.Of(user), ct);
        return result.Outcome switch
        {
            Outcome.Done => TypedResults.Ok(new ManyDone(result.Changes.Count, result.Skipped)),
            Outcome.Forbidden => TypedResults.Forbid(),
            Outcome.NotFound => TypedResults.NotFound(),
            _ => TypedResults.Conflict(),
        };
    }

    private static async Task<
        Results<Ok<ManyDone>, ForbidHttpResult, NotFound, Conflict, ValidationProblem>
    > CloseManyAsync(ManyClosed body, AlertActions actions, ClaimsPrincipal user, CancellationToken ct)
    {
        if (body.Closing is not { } closing)
            return Invalid("closing", "Say how they are closed.");
        if (closing.Problem is { } problem)
            return Invalid("reason", problem);
        var result = await actions.CloseAsync(body.Ids ?? [], closing, Actor.Of(user), ct);
        return result.Outcome switch
        {
            Outcome.Done => TypedResults.Ok(new ManyDone(result.Changes.Count, result.Skipped)),
            Outcome.Forbidden => TypedResults.Forbid(),
            Outcome.NotFound => TypedResults.NotFound(),
            _ => TypedResults.Conflict(),
        };
    }

    private static ValidationProblem Invalid(string field, string problem) =>
        TypedResults.ValidationProblem(
            new Dictionary<string, string[]>(StringComparer.Ordinal) { [field] = [problem] }
        );
}
