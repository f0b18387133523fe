using System.Security.Claims;
using Denywatch.Events.Assets;
using Denywatch.Web.Features.Accounts;
using Denywatch.Web.Ui;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Denywatch.Web.Features.Assets;

/// <summary>What an import did, or would do.</summary>
/// <param name="Wrong">Lines that were left out; the others went in.</param>
public sealed record AssetImportAnswer(int New, int Changed, int Same, IReadOnlyList<AssetProblem> Wrong)
{
    internal static AssetImportAnswer Of(AssetPlan plan) =>
        new(plan.New.Count, plan.Changed.Count, plan.Same, plan.Wrong);
}

/// <summary>The asset roles' part of the REST API.</summary>
public static class AssetsApi
{
    public const string ExportPath = "/api/v1/assets/export";

    private const int MostOnPage = 500;

    public static void MapAssets(this IEndpointRouteBuilder api)
    {
        var assets = api.MapGroup("/assets").WithTags("Assets").RequireAuthorization(nameof(Policy.View));
        assets.MapGet("/", ListAsync).WithSummary("Addresses and networks with their roles, in order");
        assets.MapGet("/roles", RolesAsync).WithSummary("Roles in use");
        assets.MapGet("/export", Export).WithSummary("All of them as CSV, as an import takes them");
        assets
            .MapPost("/", AddAsync)
            .WithSummary("Gives an address or a network a role")
            .RequireAuthorization(nameof(Policy.Engineer));
        assets
            .MapPut("/{id:int}", ChangeAsync)
            .WithSummary("Changes an asset; what was counted before keeps its role")
            .RequireAuthorization(nameof(Policy.Engineer));
        assets
            .MapDelete("/{id:int}", RemoveAsync)
            .WithSummary("Takes an asset's role away")
            .RequireAuthorization(nameof(Policy.Engineer));
        // The body is read whatever type it is said to be of: programs name CSV in many ways.
        assets
            .MapPost("/import/preview", PreviewAsync)
            .WithSummary("What importing the CSV of the body would do")
            .RequireAuthorization(nameof(Policy.Engineer));
        assets
            .MapPost("/import", ImportAsync)
            .WithSummary("Takes in the CSV of the body: address or CIDR, role, note")
            .RequireAuthorization(nameof(Policy.Engineer));
    }

    private static async Task<Ok<IReadOnlyList<AssetRow>>> ListAsync(
        [AsParameters] AssetsView view,
        AssetQueries queries,
        CancellationToken ct,
        int skip = 0,
        int take = 100
    )
    {
        var ids = await queries.IdsAsync(view.Cleaned(), ct);
        return TypedResults.Ok(
            await queries.RowsAsync(ids.Skip(Math.Max(0, skip)).Take(Math.Clamp(take, 1, MostOnPage)), ct)
        );
    }

    private static async Task<Ok<IReadOnlyList<RoleCount>>> RolesAsync(AssetQueries queries, CancellationToken ct) =>
        TypedResults.Ok(await queries.RolesAsync(ct));

    private static PushStreamHttpResult Export(
        [AsParameters] AssetsView view,
        AssetQueries queries,
        CancellationToken ct
    ) =>
        TypedResults.Stream(
            async to =>
            {
                await using var writer = Csv.WriterOn(to);
                await writer.WriteLineAsync("network,role,note".AsMemory(), ct);
                await foreach (var asset in queries.AllAsync(view.Cleaned(), ct))
                    await writer.WriteLineAsync(
                        $"{asset.Address},{Csv.Cell(asset.Role)},{Csv.Cell(asset.Note)}".AsMemory(),
                        ct
                    );
            },
            "text/csv",
            "denywatch-assets.csv"
        );

    private static async Task<Results<Ok<int>, ForbidHttpResult, NotFound, ValidationProblem>> AddAsync(
        AssetDraft draft,
        AssetActions actions,
        ClaimsPrincipal user,
        CancellationToken ct
    ) => (await actions.AddAsync(draft, Actor.Of(user), ct)).ToMade();

    private static async Task<Results<NoContent, ForbidHttpResult, NotFound, ValidationProblem>> ChangeAsync(
        int id,
        AssetDraft draft,
        AssetActions actions,
        ClaimsPrincipal user,
        CancellationToken ct
    ) => (await actions.ChangeAsync(id, draft, Actor.Of(user), ct)).ToDone();

    private static async Task<Results<NoContent, ForbidHttpResult, NotFound, ValidationProblem>> RemoveAsync(
        int id,
        AssetActions actions,
        ClaimsPrincipal user,
        CancellationToken ct
    ) => (await actions.RemoveAsync(id, Actor.Of(user), ct)).ToDone();

    private static async Task<Ok<AssetImportAnswer>> PreviewAsync(
        HttpRequest request,
        AssetActions actions,
        CancellationToken ct
    ) => TypedResults.Ok(AssetImportAnswer.Of(await actions.PreviewAsync(await ReadAsync(request.Body, ct), ct)));

    private static async Task<Results<Ok<AssetImportAnswer>, ForbidHttpResult>> ImportAsync(
        HttpRequest request,
        AssetActions actions,
        ClaimsPrincipal user,
        CancellationToken ct
    ) =>
        await actions.ImportAsync(await ReadAsync(request.Body, ct), Actor.Of(user), ct) is { } plan
            ? TypedResults.Ok(AssetImportAnswer.Of(plan))
            : TypedResults.Forbid();

    /// <summary>Reads no more than tells that a file is too large.</summary>
    internal static async Task<AssetFile> ReadAsync(Stream from, CancellationToken ct)
    {
        using var text = new MemoryStream();
        var buffer = new byte[81_920];
        while (text.Length <= AssetFile.LargestBytes && await from.ReadAsync(buffer, ct) is > 0 and var read)
            text.Write(buffer, 0, read);
        return AssetFile.Read(text.GetBuffer().AsMemory(0, (int)text.Length));
    }
}
