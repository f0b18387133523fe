using System.Security.Claims;
using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Denywatch.Web.Features.Accounts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Denywatch.Web.Features.DataSources;

/// <summary>An alarm of a source.</summary>
/// <param name="Kind">quiet, late, duplicate feed or logging changed.</param>
/// <param name="OtherSourceId">Of a duplicate feed the source that brings the same.</param>
public sealed record SourceAlarmRow(
    long Id,
    string Kind,
    int SourceId,
    string Firewall,
    int? OtherSourceId,
    DateTimeOffset Since,
    DateTimeOffset RaisedAt,
    DateTimeOffset? EndedAt,
    string Reason,
    string NextStep,
    string? AcknowledgedBy
)
{
    public static SourceAlarmRow Of(SourceAlarm alarm)
    {
        ArgumentNullException.ThrowIfNull(alarm);
        return new(
            alarm.Id,
            SourceAlarmWords.Name(alarm.Kind),
            alarm.DataSourceId,
            alarm.DataSource.Firewall.Name,
            alarm.OtherSourceId,
            alarm.Since,
            alarm.RaisedAt,
            alarm.EndedAt,
            alarm.Reason,
            SourceAlarmWords.NextStep(alarm.Kind),
            alarm.AcknowledgedBy
        );
    }
}

/// <summary>Body of a dismissal.</summary>
/// <param name="Reason">Required; kept in the audit trail.</param>
public sealed record SourceAlarmDeed(string? Reason = null);

/// <summary>Alarms of sources in the REST API.</summary>
public static class SourceAlarmsApi
{
    private const int Most = 500;

    public static void MapSourceAlarms(this IEndpointRouteBuilder api)
    {
        var alarms = api.MapGroup("/source-alarms").WithTags("Sources").RequireAuthorization(nameof(Policy.View));
        alarms.MapGet("/", ListAsync).WithSummary("Alarms of sources, those that are open first, then the newest");
        alarms
            .MapPost("/{id:long}/acknowledge", AcknowledgeAsync)
            .WithSummary("Says that somebody looks after an alarm")
            .RequireAuthorization(nameof(Policy.Triage));
        alarms
            .MapPost("/{id:long}/dismiss", DismissAsync)
            .WithSummary("Ends an alarm as no duplicate, or as the new normal, with a reason")
            .RequireAuthorization(nameof(Policy.Engineer));
    }

    private static async Task<Ok<List<SourceAlarmRow>>> ListAsync(
        IDbContextFactory<DenywatchDb> dbs,
        CancellationToken ct
    )
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var alarms = await db
            .SourceAlarms.AsNoTracking()
            .Include(alarm => alarm.DataSource.Firewall)
            .OrderBy(alarm => alarm.EndedAt != null)
            .ThenByDescending(alarm => alarm.RaisedAt)
            .Take(Most)
            .ToListAsync(ct);
        return TypedResults.Ok(alarms.ConvertAll(SourceAlarmRow.Of));
    }

    private static async Task<Results<NoContent, ForbidHttpResult, NotFound, ValidationProblem>> AcknowledgeAsync(
        long id,
        SourceAlarmActions actions,
        ClaimsPrincipal user,
        CancellationToken ct
    ) => (await actions.AcknowledgeAsync(id, Actor.Of(user), ct)).ToDone("alarm");

    private static async Task<Results<NoContent, ForbidHttpResult, NotFound, ValidationProblem>> DismissAsync(
        long id,
        SourceAlarmDeed body,
        SourceAlarmActions actions,
        ClaimsPrincipal user,
        CancellationToken ct
    ) => (await actions.DismissAsync(id, body.Reason, Actor.Of(user), ct)).ToDone("alarm");
}
