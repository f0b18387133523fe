using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Denywatch.Web.Features.Ingestion;

/// <summary>
/// As much of Elasticsearch's API as shippers ask of it: see README.md, "Sending events". Filebeat, Elastic Agent,
/// Logstash, Fluent Bit, Vector, rsyslog and syslog-ng each call a few of these before or between their bulks.
/// </summary>
internal static class ElasticsearchApi
{
    /// <summary>The version we answer with: clients refuse servers older than themselves.</summary>
    private const string Version = "8.17.0";

    private static readonly string[] Setup =
    [
        "/_cluster/{**rest}",
        "/_cat/{**rest}",
        "/_nodes/{**rest}",
        "/_ilm/{**rest}",
        "/_index_template/{**rest}",
        "/_component_template/{**rest}",
        "/_template/{**rest}",
        "/_ingest/{**rest}",
        "/_data_stream/{**rest}",
        "/_xpack/{**rest}",
        "/_logstash/{**rest}",
        "/_monitoring/{**rest}",
        "/_security/{**rest}",
    ];

    public static void MapElasticsearch(this WebApplication app)
    {
        var api = app.MapGroup("")
            .AllowAnonymous()
            .DisableAntiforgery()
            .ExcludeFromDescription()
            .AddEndpointFilter<SenderFilter>();

        api.MapMethods("/_license", ["GET", "HEAD"], License);
        api.MapMethods("/_xpack", ["GET", "HEAD"], License);
        foreach (var pattern in Setup)
            api.MapMethods(pattern, ["GET", "HEAD", "PUT", "POST"], Acknowledge);

        foreach (var bulk in new[] { "/_bulk", "/{index}/_bulk" })
            api.MapMethods(bulk, ["POST", "PUT"], (HttpContext http, BulkIntake intake) => intake.BulkAsync(http));
        foreach (var document in new[] { "/{index}/_doc", "/{index}/_doc/{id}", "/{index}/_create/{id}" })
            api.MapMethods(
                document,
                ["POST", "PUT"],
                (HttpContext http, BulkIntake intake) => intake.DocumentAsync(http)
            );
    }

    /// <summary>
    /// The root is the Overview page for people and the version for shippers: those bring an <c>Authorization</c> header.
    /// </summary>
    public static void UseElasticsearchRoot(this WebApplication app) =>
        app.Use(
            async (http, next) =>
            {
                if (http.Request.Path != "/" || http.Request.Headers.Authorization.Count == 0)
                {
                    await next(http);
                    return;
                }
                var filter = new SenderFilter(http.RequestServices.GetRequiredService<SenderTokens>());
                var answer = await filter.AnswerAsync(http, () => ValueTask.FromResult<object?>(Root()));
                await ((IResult)answer!).ExecuteAsync(http);
            }
        );

    private static JsonHttpResult<object> Root() =>
        TypedResults.Json<object>(
            new
            {
                name = "denywatch",
                cluster_name = "denywatch",
                cluster_uuid = "denywatch",
                version = new
                {
                    number = Version,
                    build_flavor = "default",
                    minimum_wire_compatibility_version = "7.17.0",
                    minimum_index_compatibility_version = "7.0.0",
                },
                tagline = "You Know, for Search",
            },
            SenderFilter.Json
        );

    private static JsonHttpResult<object> License() =>
        TypedResults.Json<object>(
            new
            {
                license = new
                {
                    uid = "denywatch",
                    type = "basic",
                    status = "active",
                },
            },
            SenderFilter.Json
        );

    private static JsonHttpResult<object> Acknowledge() =>
        TypedResults.Json<object>(new { acknowledged = true, status = "green" }, SenderFilter.Json);
}

/// <summary>Lets a sender through, and says what every Elasticsearch client checks for.</summary>
internal sealed class SenderFilter(SenderTokens tokens) : IEndpointFilter
{
    public static readonly JsonSerializerOptions Json = new();
    private const string SenderKey = "Denywatch.Sender";

    public static string SenderOf(HttpContext http) => (string)http.Items[SenderKey]!;

    public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next) =>
        AnswerAsync(context.HttpContext, () => next(context));

    public async ValueTask<object?> AnswerAsync(HttpContext http, Func<ValueTask<object?>> next)
    {
        http.Response.Headers["X-Elastic-Product"] = "Elasticsearch";
        try
        {
            if (await tokens.SenderOfAsync(http.Request.Headers.Authorization, http.RequestAborted) is not { } sender)
                return new UnauthorizedSender();

            http.Items[SenderKey] = sender;
            return await next();
        }
        catch (Exception away) when (Committer.IsAway(away))
        {
            return new ComeAgain();
        }
    }

    /// <summary>
    /// Tells the sender to come again. rsyslog, which names no agent, drops a batch on any HTTP error and keeps it only
    /// when the connection breaks.
    /// </summary>
    internal sealed class ComeAgain : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            if (httpContext.Request.Headers.UserAgent.Count == 0)
            {
                httpContext.Abort();
                return Task.CompletedTask;
            }
            httpContext.Response.StatusCode = StatusCodes.Status429TooManyRequests;
            httpContext.Response.Headers.RetryAfter = "5";
            return httpContext.Response.WriteAsJsonAsync(
                new
                {
                    error = new
                    {
                        type = "es_rejected_execution_exception",
                        reason = "The database is away: send again later.",
                    },
                    status = 429,
                },
                Json
            );
        }
    }

    private sealed class UnauthorizedSender : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.StatusCode = StatusCodes.Status401Unauthorized;
            httpContext.Response.Headers["X-Elastic-Product"] = "Elasticsearch";
            httpContext.Response.Headers.WWWAuthenticate = "Basic realm=\"denywatch\", ApiKey, Bearer";
            return httpContext.Response.WriteAsJsonAsync(
                new
                {
                    error = new
                    {
                        type = "security_exception",
                        reason = "The token is missing, wrong or revoked: send it as ApiKey, as Bearer, or as the password of Basic.",
                    },
                    status = 401,
                },
                Json
            );
        }
    }
}
