using Denywatch.Storage;
using Denywatch.Web.Features.Accounts;
using Microsoft.EntityFrameworkCore;

namespace Denywatch.Web.Features.Exceptions;

/// <summary>
/// Ends exceptions that have taken nothing away for a month: what nobody needs any more would only hide what comes next.
/// Windows are spared; some come once a year.
/// </summary>
public sealed class UnusedExceptionsTask(
    IDbContextFactory<DenywatchDb> dbs,
    ExceptionQueries queries,
    ExceptionActions actions,
    Settings settings,
    TimeProvider clock
)
{
    /// <summary>Days without a single deny of theirs; fewer where flows are kept for less.</summary>
    public const int Days = 30;

    public async Task RunAsync(CancellationToken ct)
    {
        var (now, days) = (clock.GetUtcNow(), Math.Min(Days, settings.KeepFlowsDays - 1));
        await using var db = await dbs.CreateDbContextAsync(ct);
        var since = now.AddDays(-days);
        var old = await db
            .Exceptions.AsNoTracking()
            .Where(e => e.RemovedAt == null && e.Schedule == null && e.Until > now && e.CreatedAt < since)
            .ToListAsync(ct);
        if (old.Count == 0)
            return;

        var used = await queries.HitsAsync(ct, days);
        foreach (var unused in old.Where(e => !used.ContainsKey(e.Id)))
            await actions.EndNowAsync(unused.Id, $"It took nothing away in {days} days.", Actor.System, ct);
    }
}
