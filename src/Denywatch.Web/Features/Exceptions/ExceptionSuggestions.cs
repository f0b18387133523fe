using Denywatch.Alerting;
using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Denywatch.Web.Features.Alerts;
using Microsoft.EntityFrameworkCore;

namespace Denywatch.Web.Features.Exceptions;

/// <summary>Alerts that came again and again and were no concern each time.</summary>
/// <param name="Alerts">How many in <see cref="ExceptionSuggestions.Days"/> days, all of them false or benign positives.</param>
/// <param name="FormUrl">The form for the narrowest exception that explains the newest of them.</param>
public sealed record SuggestedException(
    string Source,
    string Cause,
    int Alerts,
    long NewestId,
    string Scope,
    string FormUrl
);

/// <summary>Finds what people close as no concern over and over: an exception would spare them that.</summary>
public sealed class ExceptionSuggestions(IDbContextFactory<DenywatchDb> dbs, TimeProvider clock)
{
    public const int Days = 90;

    /// <summary>So often, before it is suggested.</summary>
    private const int Least = 3;

    private const int Most = 10;

    /// <summary>The most frequent first; what an exception in force explains already is left out.</summary>
    public async Task<IReadOnlyList<SuggestedException>> AllAsync(CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var now = clock.GetUtcNow();
        var since = now.AddDays(-Days);
        var repeats = await db
            .Alerts.Where(alert =>
                alert.StartedAt >= since && alert.MainSource != null && alert.CloseReason != CloseReason.Rescored
            )
            .GroupBy(alert => new { alert.MainSource, alert.Cause })
            .Where(alike =>
                alike.Count() >= Least
                && alike.Count()
                    == alike.Count(alert =>
                        alert.CloseReason == CloseReason.BenignPositive
                        || alert.CloseReason == CloseReason.FalsePositive
                    )
            )
            .Select(alike => new
            {
                alike.Key.MainSource,
                alike.Key.Cause,
                Count = alike.Count(),
                Newest = alike.Max(alert => alert.Id),
            })
            .OrderByDescending(alike => alike.Count)
            .Take(Most)
            .ToListAsync(ct);
        if (repeats.Count == 0)
            return [];

        var newest = repeats.Select(alike => alike.Newest).ToList();
        var evidence = await db
            .Alerts.Where(alert => newest.Contains(alert.Id))
            .ToDictionaryAsync(alert => alert.Id, alert => alert.Evidence, ct);
        var active = await db
            .Exceptions.AsNoTracking()
            .Where(e => e.RemovedAt == null && e.Schedule == null && e.Until > now)
            .ToListAsync(ct);
        var explained = active.Select(e => e.Scope.ToString()).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. repeats
                .Select(alike => (Alike: alike, Scope: ScopeOf(evidence[alike.Newest])))
                .Where(found => found.Scope is not null && !explained.Contains(found.Scope.ToString()))
                .Select(found => new SuggestedException(
                    found.Alike.MainSource!,
                    found.Alike.Cause,
                    found.Alike.Count,
                    found.Alike.Newest,
                    found.Scope!.ToString(),
                    ExceptionView.Of(found.Scope, found.Alike.Newest).ToUrl()
                )),
        ];
    }

    private static Events.Exceptions.FlowScope? ScopeOf(string evidence) =>
        AlertEvidence.Read(evidence) is { } read ? NarrowestScope.Of(read.Excess) : null;
}
