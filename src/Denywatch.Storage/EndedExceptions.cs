using System.Globalization;
using Denywatch.Storage.Entities;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Denywatch.Storage;

/// <summary>An exception that holds no more.</summary>
/// <param name="EndedAt">When it stopped to take traffic away: its expiry, or when somebody removed it.</param>
/// <param name="AlertId">The alert it was made from.</param>
public sealed record EndedException(int Id, string Reason, string Owner, DateTimeOffset EndedAt, long? AlertId);

/// <summary>Finds which exception an excess has come back from.</summary>
public static class EndedExceptions
{
    /// <summary>Ended longer ago, it is nobody's surprise any more.</summary>
    private static readonly TimeSpan Remembered = TimeSpan.FromDays(30);

    /// <summary>The latest to end are asked.</summary>
    private const int MostAsked = 20;

    /// <summary>
    /// The exception that would have taken away most of a bucket's excess, at least half of it, had it not ended before; null
    /// where there is none.
    /// </summary>
    /// <param name="until">End of the bucket; an exception may have ended within it.</param>
    /// <param name="excess">In denies.</param>
    public static async Task<EndedException?> BehindAsync(
        NpgsqlConnection connection,
        DenywatchDb db,
        int? firewallId,
        DateTimeOffset from,
        DateTimeOffset until,
        double excess,
        CancellationToken ct
    )
    {
        ArgumentNullException.ThrowIfNull(db);
        var since = from - Remembered;
        var ended = await db
            .Exceptions.AsNoTracking()
            .Where(e => e.RemovedAt != null ? e.RemovedAt >= since : e.Until >= since && e.Until < until)
            .OrderByDescending(e => e.RemovedAt ?? e.Until)
            .Take(MostAsked)
            .ToListAsync(ct);
        if (ended.Count == 0)
            return null;

        var sql = new ScopeSql("e");
        var sums = ended.Select(e => $"coalesce(sum(f.count) FILTER (WHERE {sql.Matches(e.Scope)}), 0)::bigint");
        var taken = await connection.RowsAsync(
            $"""
            SELECT {string.Join(", ", sums)} FROM all_flows f
            WHERE f.slice >= @from AND f.slice < @until AND f.excepted_by IS NULL
              AND (@firewall::int IS NULL OR f.firewall_id = @firewall)
            """,
            row => ended.Index().Select(e => (Exception: e.Item, Denies: row.GetInt64(e.Index))).ToList(),
            ct,
            [("from", from), ("until", until), ("firewall", firewallId), .. sql.Parameters]
        );
        var (most, denies) = taken[0].MaxBy(e => e.Denies);
        return denies > 0 && denies >= excess / 2
            ? new(most.Id, most.Reason, most.Owner, most.RemovedAt ?? most.Until, most.AlertId)
            : null;
    }

    /// <summary>Such as "Exception 3 (own scanner; ana answers for it) ended on 4 Nov 14:00 UTC: until then this traffic did not count."</summary>
    public static string Sentence(this EndedException ended)
    {
        ArgumentNullException.ThrowIfNull(ended);
        var when = ended.EndedAt.UtcDateTime.ToString("d MMM HH:mm", CultureInfo.InvariantCulture);
        var from = ended.AlertId is { } alert ? $" It was made from alert #{alert}." : "";
        return $"Exception {ended.Id} ({ended.Reason.TrimEnd('.')}; {ended.Owner} answers for it) ended on {when} UTC: until then this traffic did not count.{from}";
    }
}
