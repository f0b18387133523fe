using System.Security.Claims;
using Denywatch.Storage.Entities;
using Denywatch.Web.Features.Accounts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Denywatch.Web.Features.Rules;

/// <summary>Body of a switch.</summary>
/// <param name="Reason">Required; kept in the audit trail.</param>
public sealed record SwitchRule(bool On, string Reason);

/// <summary>The rules' part of the REST API.</summary>
public static class RulesApi
{
    private const int MostRuns = 200;

    public static void MapRules(this IEndpointRouteBuilder api)
    {
        var rules = api.MapGroup("/rules").WithTags("Rules").RequireAuthorization(nameof(Policy.View));
        rules.MapGet("/", ListAsync).WithSummary("Rules with the state of their jobs");
        rules.MapGet("/{id:guid}", FindAsync).WithSummary("One rule with its definition and guides");
        rules
            .MapPost("/{id:guid}/switch", SwitchAsync)
            .WithSummary("Switches a rule on or off, with a reason")
            .RequireAuthorization(nameof(Policy.Triage));
        rules
            .MapPost("/{id:guid}/settings/preview", PreviewAsync)
            .WithSummary("What other settings would have alerted in the last 30 days");
        rules
            .MapGet("/{id:guid}/self-test", SelfTestAsync)
            .WithSummary("Whether a spike of so many denies would alert now, on each series");
        rules
            .MapPut("/{id:guid}/settings", TuneAsync)
            .WithSummary("Saves a rule's settings and brings the alerts of 30 days into line")
            .RequireAuthorization(nameof(Policy.Engineer));
        rules.MapGet("/{id:guid}/runs", RunsAsync).WithSummary("What the newest runs of a rule read, found and raised");
        rules
            .MapGet("/{id:guid}/gaps", GapsAsync)
            .WithSummary("Stretches of 30 days that a rule did not judge, and why");
        rules
            .MapPost("/{id:guid}/gaps/fill", FillAsync)
            .WithSummary("Has a rule judge a gap: what it finds was found late, and nobody is notified")
            .RequireAuthorization(nameof(Policy.Engineer));
        rules
            .MapPost("/{id:guid}/gaps/cancel", CancelAsync)
            .WithSummary("Stops filling a gap; what was found stays")
            .RequireAuthorization(nameof(Policy.Engineer));
        rules.MapRuleFiles();
    }

    internal static ValidationProblem Problem(string field, string sentence) =>
        TypedResults.ValidationProblem(
            new Dictionary<string, string[]>(StringComparer.Ordinal) { [field] = [sentence] }
        );

    private static async Task<Results<Ok<RulePreviewResult>, NotFound, ValidationProblem>> PreviewAsync(
        Guid id,
        RuleTuningDraft request,
        RulePreview trial,
        CancellationToken ct
    )
    {
        if (request.Settings.Problem is { } problem)
            return Problem("settings", problem);

        return await trial.OfAsync(id, request.Settings, ct) is { } result
            ? TypedResults.Ok(result)
            : TypedResults.NotFound();
    }

    private static async Task<Results<Ok<IReadOnlyList<SelfTestRow>>, NotFound, ValidationProblem>> SelfTestAsync(
        Guid id,
        long denies,
        SelfTest test,
        CancellationToken ct
    )
    {
        if (denies is < 1 or > SelfTest.Most)
            return Problem("denies", $"From 1 to {SelfTest.Most} denies can be put in.");

        return await test.OfAsync(id, denies, ct) is { } rows ? TypedResults.Ok(rows) : TypedResults.NotFound();
    }

    private static async Task<Results<NoContent, ForbidHttpResult, NotFound, ValidationProblem>> TuneAsync(
        Guid id,
        RuleTuningDraft request,
        RuleTuningActions actions,
        ClaimsPrincipal user,
        CancellationToken ct
    ) => (await actions.SetAsync(id, request, Actor.Of(user), ct)).ToDone("settings");

    private static async Task<Results<Ok<RuleLog>, NotFound>> RunsAsync(
        Guid id,
        RuleQueries queries,
        CancellationToken ct
    ) =>
        await queries.FindAsync(id, ct) is null
            ? TypedResults.NotFound()
            : TypedResults.Ok(await queries.LogAsync(id, MostRuns, ct));

    private static async Task<Results<Ok<RuleGapList>, NotFound>> GapsAsync(
        Guid id,
        RuleGapQueries queries,
        CancellationToken ct
    ) => await queries.OfAsync(id, ct) is { } gaps ? TypedResults.Ok(gaps) : TypedResults.NotFound();

    private static async Task<Results<NoContent, ForbidHttpResult, NotFound, ValidationProblem>> FillAsync(
        Guid id,
        FillGap request,
        RuleGapActions actions,
        ClaimsPrincipal user,
        CancellationToken ct
    ) => (await actions.FillAsync(id, request, Actor.Of(user), ct)).ToDone("gap");

    private static async Task<Results<NoContent, ForbidHttpResult, NotFound, ValidationProblem>> CancelAsync(
        Guid id,
        CancelFill request,
        RuleGapActions actions,
        ClaimsPrincipal user,
        CancellationToken ct
    ) => (await actions.CancelAsync(id, request.Reason, Actor.Of(user), ct)).ToDone("gap");

    private static async Task<Ok<IReadOnlyList<RuleRow>>> ListAsync(RuleQueries queries, CancellationToken ct) =>
        TypedResults.Ok(await queries.ListAsync(ct));

    private static async Task<Results<Ok<Rule>, NotFound>> FindAsync(
        Guid id,
        RuleQueries queries,
        CancellationToken ct
    ) => await queries.FindAsync(id, ct) is { } found ? TypedResults.Ok(found.Rule) : TypedResults.NotFound();

    private static async Task<
        Results<NoContent, ForbidHttpResult, NotFound, Conflict<ProblemDetails>, ValidationProblem>
    > SwitchAsync(Guid id, SwitchRule request, RuleActions actions, ClaimsPrincipal user, CancellationToken ct)
    {
        if (string.IsNullOrWhiteSpace(request.Reason))
            return Problem("reason", "A reason is required.");

        var result = await actions.SwitchAsync(id, request.On, request.Reason, Actor.Of(user), ct);
        return result.Outcome switch
        {
            Outcome.Done => TypedResults.NoContent(),
            Outcome.Forbidden => TypedResults.Forbid(),
            Outcome.NotFound => TypedResults.NotFound(),
            _ => TypedResults.Conflict(new ProblemDetails { Status = 409, Title = result.Problem }),
        };
    }
}
