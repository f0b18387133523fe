using Denywatch.Events.Exceptions;
using Denywatch.Events.Maintenance;
using Denywatch.Storage;
using Denywatch.Web.Features.Overview;
using Denywatch.Web.Features.Scoring;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Denywatch.Web.Features.Explorer;

/// <summary>What happened beside the counts: alerts, exceptions, notes, changes, rules first seen, gaps, late data, what models noticed.</summary>
public sealed class EventQueries(NpgsqlDataSource source, TimelineQueries timelines, IDbContextFactory<DenywatchDb> dbs)
{
    private const int Most = 200;

    private const string Alerts = """
        SELECT id, title, severity, peak_score, started_at, ended_at FROM alerts
        WHERE started_at < @to AND coalesce(ended_at, 'infinity') > @from AND NOT is_storm
        ORDER BY started_at DESC LIMIT @most
        """;

    private const string Annotations = """
        SELECT id, "from", "to", text, by FROM annotations
        WHERE "from" < @to AND coalesce("to", "from") >= @from ORDER BY "from" DESC LIMIT @most
        """;

    // Rules that a firewall had when it was first heard of are new to us, not to it.
    private const string Rules = """
        SELECT r.first_at, f.name, r.rule FROM rules_seen r JOIN firewalls f ON f.id = r.firewall_id
        WHERE r.first_at >= @from AND r.first_at < @to
          AND r.first_at >= (SELECT min(o.first_at) FROM rules_seen o WHERE o.firewall_id = r.firewall_id) + interval '1 day'
        ORDER BY r.first_at DESC LIMIT @most
        """;

    private const string Gaps = """
        SELECT "from", "to", reason FROM intake_gaps WHERE "from" < @to AND "to" > @from ORDER BY "from" DESC LIMIT @most
        """;

    private const string Late = """
        SELECT bucket, min(reason), count(DISTINCT series_id)::int FROM record_revisions
        WHERE bucket >= @from AND bucket < @to GROUP BY 1 ORDER BY 1 DESC LIMIT @most
        """;

    public async Task<ExplorerEvents> BetweenAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken ct)
    {
        (string, object?)[] range = [("from", from), ("to", to), ("most", Most)];
        await using var connection = await source.OpenConnectionAsync(ct);
        return new(
            await connection.RowsAsync(
                Alerts,
                row => new AlertBar(
                    row.GetInt64(0),
                    row.GetString(1),
                    row.GetString(2),
                    row.GetDouble(3),
                    row.Time(4),
                    row.OrNull<DateTimeOffset>(5)
                ),
                ct,
                range
            ),
            await ExceptionsAsync(from, to, ct),
            await WindowsAsync(from, to, ct),
            await connection.RowsAsync(
                Annotations,
                row => new AnnotationBar(
                    row.GetInt64(0),
                    row.Time(1),
                    row.OrNull<DateTimeOffset>(2),
                    row.GetString(3),
                    row.GetString(4)
                ),
                ct,
                range
            ),
            await timelines.ChangesAsync(firewallId: null, from, to, ct),
            await connection.RowsAsync(
                Rules,
                row => new FirstSeenRule(row.Time(0), row.GetString(1), row.GetString(2)),
                ct,
                range
            ),
            await connection.RowsAsync(Gaps, row => new GapBar(row.Time(0), row.Time(1), row.GetString(2)), ct, range),
            await connection.RowsAsync(
                Late,
                row => new LateMark(row.Time(0), row.GetString(1), row.GetInt32(2)),
                ct,
                range
            ),
            await NoticedEvents.BetweenAsync(connection, jobId: "", from, to, Most, ct)
        );
    }

    private async Task<IReadOnlyList<ExceptionBar>> ExceptionsAsync(
        DateTimeOffset from,
        DateTimeOffset to,
        CancellationToken ct
    )
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var rows = await db
            .Exceptions.AsNoTracking()
            .Where(e => e.Schedule == null && e.RemovedAt == null && e.From < to && e.Until > from)
            .OrderByDescending(e => e.From)
            .Take(Most)
            .ToListAsync(ct);
        return [.. rows.Select(e => new ExceptionBar(e.Id, e.Scope.ToString(), e.Reason, e.Owner, e.From, e.Until))];
    }

    private async Task<IReadOnlyList<WindowBar>> WindowsAsync(
        DateTimeOffset from,
        DateTimeOffset to,
        CancellationToken ct
    )
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var rows = await db
            .Exceptions.AsNoTracking()
            .Where(e => e.Schedule != null && e.RemovedAt == null && e.From < to && e.Until > from)
            .ToListAsync(ct);
        return
        [
            .. rows.SelectMany(e =>
                    e.CalendarIn(from, to)!
                        .Occurrences.Concat(e.Broken.Select(b => b.Occurrence).Where(new Occurrence(from, to).Overlaps))
                        .Select(o => new WindowBar(
                            e.Id,
                            e.Schedule!.Name,
                            e.Scope.ToString(),
                            o.From,
                            o.Until,
                            e.Broken.Any(b => b.Occurrence.Overlaps(o))
                        ))
                )
                .OrderByDescending(bar => bar.From)
                .Take(Most),
        ];
    }
}
