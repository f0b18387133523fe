using Denywatch.Detection;
using Denywatch.Events.Maintenance;
using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Denywatch.Web.Features.Accounts;
using Denywatch.Web.Features.Exceptions;
using Denywatch.Web.Features.Rules;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Caching.Memory;
using Npgsql;

namespace Denywatch.Web.Features.Windows;

/// <summary>
/// Looks at what windows take away while they are in force: far more than a window's norm is not its maintenance any more,
/// so that occurrence is broken and all of its traffic counts, and alerts, like any other.
/// </summary>
/// <remarks>
/// The norm is what the window took away in the busiest quarter of an hour of each earlier occurrence, the median of those in
/// which it took away anything. Without such an occurrence it is what is usual for a quarter of an hour in all traffic.
/// </remarks>
public sealed class WindowWatch(
    ExceptionLedger ledger,
    Partitions partitions,
    IMemoryCache norms,
    IDbContextFactory<DenywatchDb> dbs,
    NpgsqlDataSource source,
    TimeProvider clock
)
{
    /// <summary>A window may take away so many times its norm.</summary>
    public const double MostTimes = 10;

    /// <summary>A norm below is as good as this: a handful of denies more is no reason to look.</summary>
    private const double LeastNorm = 10;

    /// <summary>Earlier occurrences that the norm is made of: the latest.</summary>
    private const int MostEarlier = 20;

    /// <summary>Broken occurrences that a window keeps: the latest.</summary>
    private const int MostBroken = 500;

    private static readonly TimeSpan Quarter = TimeSpan.FromMinutes(15);

    /// <summary>An occurrence that is over for longer is the past, which a preview has shown as it is.</summary>
    private static readonly TimeSpan late = TimeSpan.FromHours(1);

    private const string Busiest = """
        SELECT date_bin('15 minutes', slice, 'epoch'), sum(count)::bigint FROM all_flows
        WHERE excepted_by = @window AND slice >= @from AND slice < @until GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 1
        """;

    private const string Norm = """
        SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY busiest) FROM (
            SELECT max(b.denies) AS busiest
            FROM unnest(@starts, @ends) AS o (starts, ends)
            CROSS JOIN LATERAL (
                SELECT sum(f.count)::float8 AS denies FROM all_flows f
                WHERE f.excepted_by = @window AND f.slice >= o.starts AND f.slice < o.ends
                GROUP BY date_bin('15 minutes', f.slice, 'epoch')) b
            GROUP BY o.starts) earlier
        """;

    private const string Usual = $"""
        SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY r.typical)
        FROM records r JOIN series s ON s.id = r.series_id
        WHERE s.job_id = '{BuiltInJobs.Total}' AND r.bucket >= @from - interval '7 days' AND r.bucket < @from
        """;

    /// <summary>Breaks occurrences that took away too much in slices that were just counted; true where any was.</summary>
    public async Task<bool> LookAsync(IReadOnlyList<Recounted> counted, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(counted);
        if (counted.Count == 0)
            return false;

        var now = clock.GetUtcNow();
        await using var db = await dbs.CreateDbContextAsync(ct);
        var windows = await db
            .Exceptions.AsNoTracking()
            .Where(e => e.Schedule != null && e.RemovedAt == null && e.From <= now && e.Until > now - late)
            .ToListAsync(ct);
        var slices = counted.Select(recounted => recounted.Slice).ToHashSet();
        var hasBroken = false;
        foreach (var window in windows)
        {
            // Only what lies about now: a year of occurrences is not laid out every few seconds.
            foreach (var occurrence in window.CalendarIn(now - late, now)!.Occurrences)
            {
                var touched = slices.Where(occurrence.Holds).ToList();
                if (touched.Count > 0 && await TooMuchAsync(window, occurrence, touched.Min(), now, ct) is { } broken)
                    hasBroken |= await BreakAsync(window.Id, broken, ct);
            }
        }
        return hasBroken;
    }

    private async Task<BrokenOccurrence?> TooMuchAsync(
        TrafficException window,
        Occurrence occurrence,
        DateTimeOffset since,
        DateTimeOffset now,
        CancellationToken ct
    )
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        var busiest = await connection.RowsAsync(
            Busiest,
            row => (Bucket: row.Time(0), Denies: row.GetInt64(1)),
            ct,
            ("window", window.Id),
            ("from", Max(occurrence.From, CountedSpan.StartOf(since, Quarter))),
            ("until", occurrence.Until)
        );
        if (busiest is not [var (bucket, denies)] || denies <= MostTimes * LeastNorm)
            return null;

        var norm = await norms.GetOrCreateAsync(
            (window.Id, window.Change, occurrence),
            entry =>
            {
                entry.AbsoluteExpirationRelativeToNow = TimeSpan.FromHours(1);
                return NormAsync(connection, window, occurrence, ct);
            }
        );
        return denies > MostTimes * norm ? new(occurrence, bucket, denies, norm!.Value, now) : null;
    }

    /// <summary>Null where nothing is known: then nothing alerts either.</summary>
    private async Task<double?> NormAsync(
        NpgsqlConnection connection,
        TrafficException window,
        Occurrence occurrence,
        CancellationToken ct
    )
    {
        var days = await partitions.FlowDaysAsync(ct);
        var earlier = window
            .CalendarIn(days.Count > 0 ? days[0] : occurrence.From, occurrence.From)!
            .Occurrences.Where(other => other.Until <= occurrence.From)
            .TakeLast(MostEarlier)
            .ToList();
        var norm =
            await connection.ScalarAsync<double?>(
                Norm,
                ct,
                ("window", window.Id),
                ("starts", earlier.Select(other => other.From).ToArray()),
                ("ends", earlier.Select(other => other.Until).ToArray())
            ) ?? await connection.ScalarAsync<double?>(Usual, ct, ("from", occurrence.From));
        return norm is { } known ? Math.Max(known, LeastNorm) : null;
    }

    private async Task<bool> BreakAsync(int id, BrokenOccurrence broken, CancellationToken ct)
    {
        var changed = await ledger.ChangeAsync(
            async (db, next) =>
            {
                var window = await db.Exceptions.FindAsync([id], ct);
                if (window is not { RemovedAt: null, Schedule: { } schedule })
                    return [];
                if (window.Broken.Any(other => other.Occurrence.Overlaps(broken.Occurrence)))
                    return []; // another node was faster
                var (before, sentence) = (ExceptionStanding.Of(window), broken.Sentence(schedule.Name));
                window.Broken = [.. window.Broken.TakeLast(MostBroken - 1), broken];
                window.Change = await next();
                ExceptionLedger.Note(db, Actor.System, "break", window, before, sentence, broken.At);
                await NoteAsync(db, broken, sentence, ct);
                return [window];
            },
            changed => $"{changed[0].Title} broken at {broken.Bucket:u}",
            ct,
            broken.Occurrence
        );
        return changed.Count > 0;
    }

    /// <summary>An alert that goes on already may now grow by the window's traffic.</summary>
    private static async Task NoteAsync(DenywatchDb db, BrokenOccurrence broken, string sentence, CancellationToken ct)
    {
        var going = await db
            .Alerts.Where(alert =>
                alert.EndedAt == null && !alert.IsStorm && alert.LastBucket >= broken.Occurrence.From
            )
            .Select(alert => alert.Id)
            .ToListAsync(ct);
        foreach (var id in going)
            db.AlertNotes.Add(
                new()
                {
                    AlertId = id,
                    At = broken.At,
                    By = Actor.System.Name,
                    Kind = "window",
                    Text = sentence,
                }
            );
    }

    private static DateTimeOffset Max(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;
}
