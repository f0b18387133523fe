using System.IO.Compression;
using System.Net.Mime;
using System.Security.Claims;
using System.Text;
using Denywatch.Web.Features.Accounts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Denywatch.Web.Features.Rules;

/// <summary>Body of an import.</summary>
/// <param name="Files">Rule files: TOML with one rule, or NDJSON with a rule a line.</param>
/// <param name="Why">Kept with each version that it makes.</param>
public sealed record RuleImportRequest(IReadOnlyList<RuleText>? Files, string? Why = null);

/// <summary>Body of a roll-back.</summary>
/// <param name="Reason">Required; kept in the audit trail.</param>
public sealed record RollBackRequest(int Version, string? Reason);

/// <summary>Rules as files, and their versions, in the REST API.</summary>
public static class RuleFilesApi
{
    public const string ExportPath = "/api/v1/rules/export";

    public static string ExportPathOf(Guid id, string layout) => $"/api/v1/rules/{id}/export?as={layout}";

    public static void MapRuleFiles(this IEndpointRouteBuilder rules)
    {
        rules
            .MapPost("/import/preview", PreviewAsync)
            .WithSummary("What importing rule files would do")
            .RequireAuthorization(nameof(Policy.Engineer));
        rules
            .MapPost("/import", ImportAsync)
            .WithSummary("Makes and updates rules from files; what is wrong is named and left out")
            .RequireAuthorization(nameof(Policy.Engineer));
        rules.MapGet("/export", ExportAllAsync).WithSummary("All rules: TOML files in a ZIP, or lines of NDJSON");
        rules.MapGet("/{id:guid}/export", ExportAsync).WithSummary("One rule as a file: TOML or NDJSON");
        rules.MapGet("/{id:guid}/versions", VersionsAsync).WithSummary("Versions of a rule, the newest first");
        rules.MapGet("/{id:guid}/versions/changes", ChangesAsync).WithSummary("What a version changed, field by field");
        rules
            .MapPost("/{id:guid}/roll-back", RollBackAsync)
            .WithSummary("Brings a rule back to a version, as a new one, with a reason")
            .RequireAuthorization(nameof(Policy.Engineer));
    }

    private static async Task<Results<Ok<RuleImportResult>, ForbidHttpResult, ValidationProblem>> PreviewAsync(
        RuleImportRequest request,
        RuleImport import,
        ClaimsPrincipal user,
        CancellationToken ct
    ) => Answer(await import.PreviewAsync(request.Files ?? [], Actor.Of(user), ct));

    private static async Task<Results<Ok<RuleImportResult>, ForbidHttpResult, ValidationProblem>> ImportAsync(
        RuleImportRequest request,
        RuleImport import,
        ClaimsPrincipal user,
        CancellationToken ct
    ) => Answer(await import.ImportAsync(request.Files ?? [], request.Why, Actor.Of(user), ct));

    private static Results<Ok<RuleImportResult>, ForbidHttpResult, ValidationProblem> Answer(RuleImportResult result) =>
        result.Outcome switch
        {
            Outcome.Done => TypedResults.Ok(result),
            Outcome.Forbidden => TypedResults.Forbid(),
            _ => RulesApi.Problem("files", result.Problem!),
        };

    private static async Task<Results<FileContentHttpResult, ValidationProblem>> ExportAllAsync(
        [FromQuery(Name = "as")] string? layout,
        RuleExport export,
        CancellationToken ct
    )
    {
        if (LayoutOf(layout) is not { } known)
            return UnknownLayout();
        var files = await export.AllAsync(known, ct);
        return known == RuleLayout.Ndjson
            ? Download(files[0], known)
            : TypedResults.File(Zip(files), MediaTypeNames.Application.Zip, "denywatch-rules.zip");
    }

    private static async Task<Results<FileContentHttpResult, NotFound, ValidationProblem>> ExportAsync(
        Guid id,
        [FromQuery(Name = "as")] string? layout,
        RuleExport export,
        CancellationToken ct
    )
    {
        if (LayoutOf(layout) is not { } known)
            return UnknownLayout();
        return await export.OneAsync(id, known, ct) is { } file ? Download(file, known) : TypedResults.NotFound();
    }

    private static async Task<Ok<IReadOnlyList<VersionRow>>> VersionsAsync(
        Guid id,
        RuleVersions versions,
        CancellationToken ct
    ) => TypedResults.Ok(await versions.OfAsync(id, ct));

    private static async Task<Results<Ok<IReadOnlyList<FieldChange>>, NotFound>> ChangesAsync(
        Guid id,
        RuleVersions versions,
        CancellationToken ct,
        int number = 1
    ) =>
        await versions.ChangesAsync(id, number, ct) is { } changes ? TypedResults.Ok(changes) : TypedResults.NotFound();

    private static async Task<Results<NoContent, ForbidHttpResult, NotFound, ValidationProblem>> RollBackAsync(
        Guid id,
        RollBackRequest request,
        RuleRollBack rollBack,
        ClaimsPrincipal user,
        CancellationToken ct
    ) => (await rollBack.ToAsync(id, request.Version, request.Reason, Actor.Of(user), ct)).ToDone("version");

    private static RuleLayout? LayoutOf(string? name) =>
        name switch
        {
            null or "toml" => RuleLayout.Toml,
            "ndjson" => RuleLayout.Ndjson,
            _ => null,
        };

    private static ValidationProblem UnknownLayout() => RulesApi.Problem("as", "Write as=toml or as=ndjson.");

    private static FileContentHttpResult Download(RuleText file, RuleLayout layout) =>
        TypedResults.File(
            Encoding.UTF8.GetBytes(file.Text),
            layout == RuleLayout.Toml ? "application/toml" : "application/x-ndjson",
            file.Name
        );

    private static byte[] Zip(IReadOnlyList<RuleText> files)
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var file in files)
            {
                using var entry = zip.CreateEntry(file.Name).Open();
                entry.Write(Encoding.UTF8.GetBytes(file.Text));
            }
        }
        return bytes.ToArray();
    }
}
