using System.Security.Claims;
using Denywatch.Web.Features.Accounts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Denywatch.Web.Features.Connectors;

/// <summary>Body of a switch.</summary>
public sealed record SwitchConnector(bool On);

/// <summary>A connector that was added, or has a new secret.</summary>
/// <param name="Secret">What a webhook is signed with: given here and never again.</param>
public sealed record ConnectorMade(int Id, string? Secret);

/// <summary>The connectors' and the log's part of the REST API.</summary>
public static class ConnectorsApi
{
    private const int MostOnPage = 500;

    public static void MapConnectors(this IEndpointRouteBuilder api)
    {
        var connectors = api.MapGroup("/connectors")
            .WithTags("Connectors")
            .RequireAuthorization(nameof(Policy.Administer));
        connectors.MapGet("/", ListAsync).WithSummary("Connectors and how they go");
        connectors.MapPost("/", AddAsync).WithSummary("Adds a connector; the answer holds a webhook's secret once");
        connectors.MapPut("/{id:int}", ChangeAsync).WithSummary("Changes a connector; its kind stays");
        connectors
            .MapDelete("/{id:int}", RemoveAsync)
            .WithSummary("Removes a connector; what it told stays in the log");
        connectors.MapPost("/{id:int}/switch", SwitchAsync).WithSummary("Switches a connector on or off");
        connectors.MapPost("/{id:int}/secret", NewSecretAsync).WithSummary("Makes a new secret for a webhook");
        connectors.MapPost("/{id:int}/test", TestAsync).WithSummary("Sends a test and says what was answered");

        var deliveries = api.MapGroup("/deliveries").WithTags("Deliveries");
        deliveries
            .MapGet("/", LogAsync)
            .WithSummary("What was told, the newest first; everybody may read that of one alert")
            .RequireAuthorization(nameof(Policy.View));
        deliveries
            .MapPost("/{id:long}/send-again", SendAgainAsync)
            .WithSummary("Sends a message again that was given up")
            .RequireAuthorization(nameof(Policy.Administer));
    }

    private static async Task<Ok<IReadOnlyList<ConnectorRow>>> ListAsync(
        ConnectorQueries queries,
        CancellationToken ct
    ) => TypedResults.Ok(await queries.ListAsync(ct));

    private static async Task<Results<Ok<ConnectorMade>, ForbidHttpResult, NotFound, ValidationProblem>> AddAsync(
        ConnectorDraft draft,
        ConnectorActions actions,
        ClaimsPrincipal user,
        CancellationToken ct
    ) => Made(await actions.AddAsync(draft, Actor.Of(user), ct));

    private static async Task<Results<Ok<ConnectorMade>, ForbidHttpResult, NotFound, ValidationProblem>> NewSecretAsync(
        int id,
        ConnectorActions actions,
        ClaimsPrincipal user,
        CancellationToken ct
    ) => Made(await actions.NewSecretAsync(id, Actor.Of(user), ct));

    private static async Task<Results<NoContent, ForbidHttpResult, NotFound, ValidationProblem>> ChangeAsync(
        int id,
        ConnectorDraft draft,
        ConnectorActions actions,
        ClaimsPrincipal user,
        CancellationToken ct
    ) => Done(await actions.ChangeAsync(id, draft, Actor.Of(user), ct));

    private static async Task<Results<NoContent, ForbidHttpResult, NotFound, ValidationProblem>> RemoveAsync(
        int id,
        ConnectorActions actions,
        ClaimsPrincipal user,
        CancellationToken ct
    ) => Done(await actions.RemoveAsync(id, Actor.Of(user), ct));

    private static async Task<Results<NoContent, ForbidHttpResult, NotFound, ValidationProblem>> SwitchAsync(
        int id,
        SwitchConnector body,
        ConnectorActions actions,
        ClaimsPrincipal user,
        CancellationToken ct
    ) => Done(await actions.SwitchAsync(id, body.On, Actor.Of(user), ct));

    private static async Task<Results<Ok<Answer>, ForbidHttpResult, NotFound, ValidationProblem>> TestAsync(
        int id,
        ConnectorActions actions,
        ClaimsPrincipal user,
        CancellationToken ct
    )
    {
        var result = await actions.TestAsync(id, Actor.Of(user), ct);
        return result.Outcome switch
        {
            Outcome.Done => TypedResults.Ok(result.Answer!),
            Outcome.Forbidden => TypedResults.Forbid(),
            Outcome.NotFound => TypedResults.NotFound(),
            _ => Problem(result.Problem!),
        };
    }

    private static async Task<Results<Ok<IReadOnlyList<DeliveryRow>>, ForbidHttpResult>> LogAsync(
        [AsParameters] DeliveriesView view,
        DeliveryQueries queries,
        ClaimsPrincipal user,
        CancellationToken ct,
        long? before = null,
        int take = 50
    ) =>
        view.Alert is null && !Actor.Of(user).May(Policy.Engineer)
            ? TypedResults.Forbid()
            : TypedResults.Ok(
                await queries.PageAsync(view, (before ?? long.MaxValue) - 1, Math.Clamp(take, 1, MostOnPage), ct)
            );

    private static async Task<Results<NoContent, ForbidHttpResult, NotFound, ValidationProblem>> SendAgainAsync(
        long id,
        DeliveryActions actions,
        ClaimsPrincipal user,
        CancellationToken ct
    ) => Done(await actions.SendAgainAsync(id, Actor.Of(user), ct));

    private static Results<Ok<ConnectorMade>, ForbidHttpResult, NotFound, ValidationProblem> Made(
        ConnectorResult result
    ) =>
        result.Outcome switch
        {
            Outcome.Done => TypedResults.Ok(new ConnectorMade(result.Id!.Value, result.Secret)),
            Outcome.Forbidden => TypedResults.Forbid(),
            Outcome.NotFound => TypedResults.NotFound(),
            _ => Problem(result.Problem!),
        };

    private static Results<NoContent, ForbidHttpResult, NotFound, ValidationProblem> Done(ConnectorResult result) =>
        result.Outcome switch
        {
            Outcome.Done => TypedResults.NoContent(),
            Outcome.Forbidden => TypedResults.Forbid(),
            Outcome.NotFound => TypedResults.NotFound(),
            _ => Problem(result.Problem!),
        };

    private static ValidationProblem Problem(string problem) =>
        TypedResults.ValidationProblem(
            new Dictionary<string, string[]>(StringComparer.Ordinal) { ["connector"] = [problem] }
        );
}
