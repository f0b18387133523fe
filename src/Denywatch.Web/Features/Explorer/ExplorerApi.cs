using Denywatch.Events.Exceptions;
using Denywatch.Web.Features.Accounts;
using Denywatch.Web.Ui;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Denywatch.Web.Features.Explorer;

/// <summary>The explorer's part of the REST API: the query is that of the page's address.</summary>
public static class ExplorerApi
{
    private const string NoStretch = "Name a stretch of time, such as 2026-11-01T08:00Z--2026-11-01T08:15Z.";

    private const string Query =
        "Takes the query of the explorer's address: range (24h, or FROM--TO), only and not (field:value, as often as needed), "
        + "by, page, at (FROM--TO) with lane, sort, flows.";

    public static void MapExplorer(this IEndpointRouteBuilder api)
    {
        var explorer = api.MapGroup("/explorer").WithTags("Explorer").RequireAuthorization(nameof(Policy.View));
        explorer
            .MapGet("/", TimelineAsync)
            .WithSummary("Line, lanes, excess by contributor and events of a range")
            .WithDescription(Query);
        explorer
            .MapGet("/bucket", BucketAsync)
            .WithSummary("The stretch that \"at\" names, taken apart")
            .WithDescription(Query);
        explorer
            .MapGet("/bucket/why-not", WhyNotAsync)
            .WithSummary("Why the bucket that \"at\" names did not alert, by each rule that watches it")
            .WithDescription(Query);
        explorer.MapGet("/flows", FlowsAsync).WithSummary("A page of flows").WithDescription(Query);
        explorer
            .MapGet("/flows/export", Export)
            .WithSummary("All flows as a file: csv or ndjson")
            .WithDescription(Query);
    }

    private static async Task<Results<Ok<ExplorerTimeline>, ValidationProblem>> TimelineAsync(
        HttpRequest request,
        ExplorerQueries queries,
        TimeProvider clock,
        CancellationToken ct
    )
    {
        var view = ExplorerView.Parse(request.QueryString.Value ?? "");
        var (from, to) = view.Range.At(clock.GetUtcNow());
        return from < to
            ? TypedResults.Ok(
                await queries.TimelineAsync(
                    new(from, to)
                    {
                        Filter = new(view.Only, view.Exclude),
                        ViewBy = view.ViewBy,
                        LanePage = view.LanePage,
                        ComparesWeek = view.ComparesWeek,
                    },
                    ct
                )
            )
            : Problem("range", "The range is empty.");
    }

    private static async Task<Results<Ok<BucketDetail>, ValidationProblem>> BucketAsync(
        HttpRequest request,
        BucketQueries queries,
        CancellationToken ct
    )
    {
        return BucketOf(request) is { } question
            ? TypedResults.Ok(await queries.OfAsync(question, ct))
            : Problem("at", NoStretch);
    }

    private static async Task<Results<Ok<BucketWhyNot>, ValidationProblem>> WhyNotAsync(
        HttpRequest request,
        BucketQueries buckets,
        WhyNotQueries queries,
        CancellationToken ct
    )
    {
        if (BucketOf(request) is not { } question)
            return Problem("at", NoStretch);
        return
            await buckets.ScoredBucketAsync(question, ct) is var (series, bucket)
            && await queries.OfAsync(series, bucket, ct) is { } answer
            ? TypedResults.Ok(answer)
            : Problem("only", "Only all firewalls together, or one of them, are scored: take the other filters away.");
    }

    private static BucketQuestion? BucketOf(HttpRequest request)
    {
        var view = ExplorerView.Parse(request.QueryString.Value ?? "");
        if (view.Chosen is not { } cell)
            return null;

        var filter = new TrafficFilter(view.Only, view.Exclude);
        if (cell.Lane is { } lane && ExplorerFilter.Of(ExplorerWords.FieldOf(view.ViewBy), lane) is { } only)
            filter = new(view.With(only).Only, view.Exclude);
        return new(cell.From, cell.To) { Filter = filter };
    }

    private static async Task<Results<Ok<FlowPage>, ValidationProblem>> FlowsAsync(
        HttpRequest request,
        FlowQueries queries,
        TimeProvider clock,
        CancellationToken ct,
        int offset = 0,
        int limit = 50
    )
    {
        var question = QuestionOf(request, clock) with { Offset = offset, Limit = limit };
        return question.To - question.From <= FlowQueries.LongestRange
            ? TypedResults.Ok(await queries.PageAsync(question, ct))
            : TooLong;
    }

    private static Results<PushStreamHttpResult, ValidationProblem> Export(
        HttpRequest request,
        FlowQueries queries,
        TimeProvider clock,
        CancellationToken ct,
        string format = "csv"
    )
    {
        var question = QuestionOf(request, clock);
        if (question.To - question.From > FlowQueries.LongestRange)
            return TooLong;

        var flows = queries.AllAsync(question, ct);
        return format switch
        {
            "csv" => TypedResults.Stream(
                to => FlowFile.WriteCsvAsync(flows, to, ct),
                "text/csv; charset=utf-8",
                "flows.csv"
            ),
            "ndjson" => TypedResults.Stream(
                to => Ndjson.WriteAsync(flows, to, ct),
                "application/x-ndjson",
                "flows.ndjson"
            ),
            _ => Problem("format", "csv or ndjson."),
        };
    }

    private static FlowQuestion QuestionOf(HttpRequest request, TimeProvider clock)
    {
        var view = ExplorerView.Parse(request.QueryString.Value ?? "");
        var (from, to) = view.Chosen is { } cell ? (cell.From, cell.To) : view.Range.At(clock.GetUtcNow());
        return new(from, to, view.FlowText) { Filter = new(view.Only, view.Exclude), Sort = view.FlowSort };
    }

    private static ValidationProblem TooLong =>
        Problem("range", $"Flows are listed for {FlowQueries.LongestRange.TotalDays:0} days at most.");

    private static ValidationProblem Problem(string field, string text) =>
        TypedResults.ValidationProblem(new Dictionary<string, string[]>(StringComparer.Ordinal) { [field] = [text] });
}
