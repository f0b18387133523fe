using Denywatch.Events.Exceptions;
using Denywatch.Events.Maintenance;
using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Denywatch.Web.Features.Windows;

/// <summary>A maintenance window as lists show it.</summary>
/// <param name="Scope">In words.</param>
/// <param name="When">In words, such as "every Tuesday 02:00-04:00 Europe/Berlin".</param>
/// <param name="Current">The occurrence that is in force now.</param>
/// <param name="Next">The next that begins; null where none does before it expires.</param>
/// <param name="Broken">Occurrences that took away far more than its norm, the latest first.</param>
/// <param name="RemovedAt">Null unless it was taken back: then it holds for nothing.</param>
public sealed record WindowRow(
    int Id,
    string Name,
    string Scope,
    FlowScope Conditions,
    string When,
    Schedule Schedule,
    string Owner,
    string Reason,
    DateTimeOffset From,
    DateTimeOffset Until,
    Occurrence? Current,
    Occurrence? Next,
    IReadOnlyList<BrokenOccurrence> Broken,
    long? AlertId,
    string CreatedBy,
    DateTimeOffset CreatedAt,
    DateTimeOffset? RemovedAt
)
{
    /// <summary>Neither over nor taken back.</summary>
    public bool IsActive => Current is not null || Next is not null;
}

/// <summary>One occurrence, past or to come.</summary>
/// <param name="Denies">What it took away; null before it begins, and where flows are no longer kept.</param>
public sealed record OccurrenceRow(Occurrence Occurrence, long? Denies, BrokenOccurrence? Broken);

/// <summary>Reads maintenance windows.</summary>
public sealed class WindowQueries(
    IDbContextFactory<DenywatchDb> dbs,
    Partitions partitions,
    NpgsqlDataSource source,
    TimeProvider clock
)
{
    /// <summary>Occurrences to come that a window's page shows.</summary>
    public const int Coming = 10;

    /// <summary>Past ones.</summary>
    private const int Past = 40;

    private const string Taken = """
        SELECT o.starts, (SELECT coalesce(sum(f.count), 0)::bigint FROM all_flows f
                          WHERE f.excepted_by = @window AND f.slice >= o.starts AND f.slice < o.ends)
        FROM unnest(@starts, @ends) AS o (starts, ends)
        """;

    /// <summary>Those that are not removed: in force first, then by what comes next; over ones last.</summary>
    public async Task<IReadOnlyList<WindowRow>> ListAsync(CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var rows = await db
            .Exceptions.AsNoTracking()
            .Where(e => e.RemovedAt == null && e.Schedule != null)
            .ToListAsync(ct);
        var now = clock.GetUtcNow();
        return
        [
            .. rows.Select(row => RowOf(row, now))
                .OrderByDescending(row => row.Current is not null)
                .ThenBy(row => row.Next?.From ?? DateTimeOffset.MaxValue)
                .ThenByDescending(row => row.Id),
        ];
    }

    /// <summary>One, removed or not; null where there is none.</summary>
    public async Task<WindowRow?> FindAsync(int id, CancellationToken ct) =>
        await WindowAsync(id, ct) is { } found ? RowOf(found, clock.GetUtcNow()) : null;

    /// <summary>Its occurrences, the last to come first, with what each took away.</summary>
    public async Task<IReadOnlyList<OccurrenceRow>> OccurrencesAsync(int id, CancellationToken ct)
    {
        if (await WindowAsync(id, ct) is not { RemovedAt: null, Schedule: { } schedule } window)
            return [];

        var now = clock.GetUtcNow();
        var all = schedule.CalendarOf(window.From, window.Until).Occurrences;
        var begun = all.Where(o => o.From <= now).TakeLast(Past).ToList();
        var days = await partitions.FlowDaysAsync(ct);
        var kept = begun.Where(o => days.Count > 0 && o.Until > days[0]).ToList();
        await using var connection = await source.OpenConnectionAsync(ct);
        var taken = await connection.RowsAsync(
            Taken,
            row => (From: row.Time(0), Denies: row.GetInt64(1)),
            ct,
            ("window", id),
            ("starts", kept.Select(o => o.From).ToArray()),
            ("ends", kept.Select(o => o.Until).ToArray())
        );
        var denies = taken.ToDictionary(row => row.From, row => row.Denies);
        return
        [
            .. all.Where(o => o.From > now)
                .Take(Coming)
                .Select(o => new OccurrenceRow(o, null, null))
                .Concat(begun.Select(o => new OccurrenceRow(o, Kept(denies, o), BrokenIn(window, o))))
                .OrderByDescending(row => row.Occurrence.From),
        ];
    }

    private async Task<TrafficException?> WindowAsync(int id, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        return await db.Exceptions.AsNoTracking().SingleOrDefaultAsync(e => e.Id == id && e.Schedule != null, ct);
    }

    private static long? Kept(Dictionary<DateTimeOffset, long> denies, Occurrence occurrence) =>
        denies.TryGetValue(occurrence.From, out var taken) ? taken : null;

    private static BrokenOccurrence? BrokenIn(TrafficException window, Occurrence occurrence) =>
        window.Broken.LastOrDefault(broken => broken.Occurrence.Overlaps(occurrence));

    private static WindowRow RowOf(TrafficException e, DateTimeOffset now)
    {
        var schedule = e.Schedule!;
        var calendar = e.RemovedAt is null ? e.CalendarIn(now, DateTimeOffset.MaxValue) : null;
        return new(
            e.Id,
            schedule.Name,
            e.Scope.ToString(),
            e.Scope,
            schedule.ToString(),
            schedule,
            e.Owner,
            e.Reason,
            e.From,
            e.Until,
            now < e.Until ? calendar?.At(now) : null,
            calendar?.Occurrences.Select(o => (Occurrence?)o).FirstOrDefault(o => o!.Value.From > now),
            [.. e.Broken.Reverse()],
            e.AlertId,
            e.CreatedBy,
            e.CreatedAt,
            e.RemovedAt
        );
    }
}
