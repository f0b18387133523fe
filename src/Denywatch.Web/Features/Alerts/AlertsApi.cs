using System.Globalization;
using System.Security.Claims;
using System.Text;
using Denywatch.Storage.Entities;
using Denywatch.Web.Features.Accounts;
using Microsoft.AspNetCore.Http.HttpResults;
using Many = Microsoft.AspNetCore.Http.HttpResults.Results<
    Microsoft.AspNetCore.Http.HttpResults.Ok<Denywatch.Web.Features.Alerts.ManyDone>,
    Microsoft.AspNetCore.Http.HttpResults.ForbidHttpResult,
    Microsoft.AspNetCore.Http.HttpResults.NotFound,
    Microsoft.AspNetCore.Http.HttpResults.Conflict,
    Microsoft.AspNetCore.Http.HttpResults.ValidationProblem
>;
using One = Microsoft.AspNetCore.Http.HttpResults.Results<
    Microsoft.AspNetCore.Http.HttpResults.NoContent,
    Microsoft.AspNetCore.Http.HttpResults.ForbidHttpResult,
    Microsoft.AspNetCore.Http.HttpResults.NotFound,
    Microsoft.AspNetCore.Http.HttpResults.Conflict,
    Microsoft.AspNetCore.Http.HttpResults.ValidationProblem
>;

namespace Denywatch.Web.Features.Alerts;

/// <summary>Body of a deed that takes a comment.</summary>
public sealed record Comment(string? Text = null);

/// <summary>Body of an assignment; null gives the alert back.</summary>
public sealed record Assignment(string? To, string? Comment = null);

/// <summary>Body of a snooze.</summary>
public sealed record SnoozeBody(
    SnoozeEnd Ends,
    DateTimeOffset? Until = null,
    double? Factor = null,
    string? Comment = null
)
{
    internal Snoozing Snoozing => new(Ends, Until, Factor);
}

/// <summary>Body of a change of tags.</summary>
public sealed record TagBody(string[]? Add = null, string[]? Remove = null);

public sealed record ManyAcknowledged(long[]? Ids, string? Comment = null);

public sealed record ManyAssigned(long[]? Ids, string? To, string? Comment = null);

public sealed record ManySnoozed(long[]? Ids, SnoozeBody? Snooze);

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
        alerts
            .MapGet("/{id:long}/evidence", EvidenceAsync)
            .WithSummary("All that an alert rests on, as a file: html, json, or its flows as csv");

        var deeds = alerts.MapGroup("").RequireAuthorization(nameof(Policy.Triage));
        deeds
            .MapPost("/{id:long}/acknowledge", AcknowledgeAsync)
            .WithSummary("Takes an open alert into the caller's hands");
        deeds.MapPost("/{id:long}/assign", AssignAsync).WithSummary("Gives an alert to someone, or to nobody");
        deeds.MapPost("/{id:long}/notes", AnnotateAsync).WithSummary("Writes a note (Markdown)");
        deeds.MapPost("/{id:long}/tags", TagAsync).WithSummary("Adds tags and takes others off");
        deeds.MapPost("/{id:long}/snooze", SnoozeAsync).WithSummary("Takes an alert out of the queue for a while");
        deeds.MapPost("/{id:long}/return", BringBackAsync).WithSummary("Brings a snoozed alert back now");
        deeds.MapPost("/{id:long}/close", CloseAsync).WithSummary("Closes an alert with a reason");
        deeds.MapPost("/{id:long}/reopen", ReopenAsync).WithSummary("Opens a closed alert again");
        deeds.MapPost("/acknowledge", AcknowledgeManyAsync).WithSummary("Acknowledges many in one transaction");
        deeds.MapPost("/assign", AssignManyAsync).WithSummary("Gives many to someone in one transaction");
        deeds.MapPost("/snooze", SnoozeManyAsync).WithSummary("Snoozes many in one transaction");
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
        Results<FileContentHttpResult, PushStreamHttpResult, NotFound, ValidationProblem>
    > EvidenceAsync(long id, EvidencePacks packs, CancellationToken ct, string format = "html")
    {
        if (await packs.OfAsync(id, ct) is not { } pack)
            return TypedResults.NotFound();

        var name = string.Create(CultureInfo.InvariantCulture, $"alert-{id}.{format}");
        return format switch
        {
            "html" => TypedResults.File(Bytes(await packs.ToHtmlAsync(pack)), "text/html; charset=utf-8", name),
            "json" => TypedResults.File(Bytes(EvidencePacks.ToJson(pack)), "application/json", name),
            "csv" => TypedResults.Stream(to => packs.WriteCsvAsync(pack, to, ct), "text/csv; charset=utf-8", name),
            _ => Invalid("format", "html, json or csv."),
        };

        static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
    }

    private static async Task<One> AcknowledgeAsync(
        long id,
        Comment body,
        AlertActions actions,
        ClaimsPrincipal user,
        CancellationToken ct
    ) => OneOf(await actions.AcknowledgeAsync([id], body.Text, Actor.Of(user), ct));

    private static async Task<One> AssignAsync(
        long id,
        Assignment body,
        AlertActions actions,
        ClaimsPrincipal user,
        CancellationToken ct
    ) => OneOf(await actions.AssignAsync([id], body.To, body.Comment, Actor.Of(user), ct));

    private static async Task<One> AnnotateAsync(
        long id,
        Comment body,
        AlertActions actions,
        ClaimsPrincipal user,
        CancellationToken ct
    ) =>
        string.IsNullOrWhiteSpace(body.Text)
            ? Invalid("text", "A note needs a text.")
            : OneOf(await actions.AnnotateAsync([id], body.Text, Actor.Of(user), ct));

    private static async Task<One> TagAsync(
        long id,
        TagBody body,
        AlertActions actions,
        ClaimsPrincipal user,
        CancellationToken ct
    ) =>
        Array.Find(body.Add ?? [], text => !AlertTags.IsTag(text)) is { } wrong
            ? Invalid("add", $"\"{wrong}\" is no tag: use letters, digits and -_.:/#, at most 40.")
            : OneOf(await actions.TagAsync([id], body.Add ?? [], body.Remove ?? [], Actor.Of(user), ct));

    private static async Task<One> SnoozeAsync(
        long id,
        SnoozeBody body,
        AlertActions actions,
        TimeProvider clock,
        ClaimsPrincipal user,
        CancellationToken ct
    ) =>
        body.Snoozing.ProblemAt(clock.GetUtcNow()) is { } problem
            ? Invalid("snooze", problem)
            : OneOf(await actions.SnoozeAsync([id], body.Snoozing, body.Comment, Actor.Of(user), ct));

    private static async Task<One> BringBackAsync(
        long id,
        Comment body,
        AlertActions actions,
        ClaimsPrincipal user,
        CancellationToken ct
    ) => OneOf(await actions.BringBackAsync([id], body.Text, Actor.Of(user), ct));

    private static async Task<One> CloseAsync(
        long id,
        Closing body,
        AlertActions actions,
        ClaimsPrincipal user,
        CancellationToken ct
    ) =>
        body.Problem is { } problem
            ? Invalid("reason", problem)
            : OneOf(await actions.CloseAsync([id], body, Actor.Of(user), ct));

    private static async Task<One> ReopenAsync(
        long id,
        Comment body,
        AlertActions actions,
        ClaimsPrincipal user,
        CancellationToken ct
    ) => OneOf(await actions.ReopenAsync([id], body.Text, Actor.Of(user), ct));

    private static async Task<Many> AcknowledgeManyAsync(
        ManyAcknowledged body,
        AlertActions actions,
        ClaimsPrincipal user,
        CancellationToken ct
    ) => ManyOf(await actions.AcknowledgeAsync(body.Ids ?? [], body.Comment, Actor.Of(user), ct));

    private static async Task<Many> AssignManyAsync(
        ManyAssigned body,
        AlertActions actions,
        ClaimsPrincipal user,
        CancellationToken ct
    ) => ManyOf(await actions.AssignAsync(body.Ids ?? [], body.To, body.Comment, Actor.Of(user), ct));

    private static async Task<Many> SnoozeManyAsync(
        ManySnoozed body,
        AlertActions actions,
        TimeProvider clock,
        ClaimsPrincipal user,
        CancellationToken ct
    )
    {
        if (body.Snooze is not { } snooze)
            return Invalid("snooze", "Say until when.");
        return snooze.Snoozing.ProblemAt(clock.GetUtcNow()) is { } problem
            ? Invalid("snooze", problem)
            : ManyOf(await actions.SnoozeAsync(body.Ids ?? [], snooze.Snoozing, snooze.Comment, Actor.Of(user), ct));
    }

    private static async Task<Many> CloseManyAsync(
        ManyClosed body,
        AlertActions actions,
        ClaimsPrincipal user,
        CancellationToken ct
    )
    {
        if (body.Closing is not { } closing)
            return Invalid("closing", "Say how they are closed.");
        return closing.Problem is { } problem
            ? Invalid("reason", problem)
            : ManyOf(await actions.CloseAsync(body.Ids ?? [], closing, Actor.Of(user), ct));
    }

    private static One OneOf(AlertResult result) =>
        result.Outcome switch
        {
            Outcome.Done => TypedResults.NoContent(),
            Outcome.Forbidden => TypedResults.Forbid(),
            Outcome.NotFound => TypedResults.NotFound(),
            _ => TypedResults.Conflict(),
        };

    private static Many ManyOf(AlertResult result) =>
        result.Outcome switch
        {
            Outcome.Done => TypedResults.Ok(new ManyDone(result.Changes.Count, result.Skipped)),
            Outcome.Forbidden => TypedResults.Forbid(),
            Outcome.NotFound => TypedResults.NotFound(),
            _ => TypedResults.Conflict(),
        };

    private static ValidationProblem Invalid(string field, string problem) =>
        TypedResults.ValidationProblem(
            new Dictionary<string, string[]>(StringComparer.Ordinal) { [field] = [problem] }
        );
}
