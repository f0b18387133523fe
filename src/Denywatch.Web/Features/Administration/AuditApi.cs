using Denywatch.Web.Features.Accounts;
using Denywatch.Web.Ui;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Denywatch.Web.Features.Administration;

/// <summary>The audit trail's part of the REST API.</summary>
public static class AuditApi
{
    private const int MostOnPage = 1_000;

    public static void MapAudit(this IEndpointRouteBuilder api)
    {
        var audit = api.MapGroup("/audit").WithTags("Audit").RequireAuthorization(nameof(Policy.Administer));
        audit.MapGet("/", PageAsync).WithSummary("Entries of a view, the newest first, on from a key");
        audit.MapGet("/export", Export).WithSummary("All entries of a view, as CSV or NDJSON");
    }

    /// <param name="before">Only entries older than this one.</param>
    private static async Task<Ok<List<AuditLine>>> PageAsync(
        [AsParameters] AuditView view,
        AuditQueries queries,
        CancellationToken ct,
        long? before = null,
        int take = 100
    )
    {
        var entries = await queries.PageAsync(view, (before ?? long.MaxValue) - 1, Math.Clamp(take, 1, MostOnPage), ct);
        return TypedResults.Ok(entries.Select(AuditLine.Of).ToList());
    }

    private static Results<PushStreamHttpResult, ValidationProblem> Export(
        [AsParameters] AuditView view,
        AuditQueries queries,
        CancellationToken ct,
        string format = "csv"
    )
    {
        var entries = queries.AllAsync(view, ct);
        return format switch
        {
            "csv" => TypedResults.Stream(
                to => AuditFile.WriteCsvAsync(entries, to, ct),
                "text/csv; charset=utf-8",
                "audit.csv"
            ),
            "ndjson" => TypedResults.Stream(
                to => Ndjson.WriteAsync(entries.Select(AuditLine.Of), to, ct),
                "application/x-ndjson",
                "audit.ndjson"
            ),
            _ => TypedResults.ValidationProblem(
                new Dictionary<string, string[]>(StringComparer.Ordinal) { ["format"] = ["csv or ndjson."] }
            ),
        };
    }
}
