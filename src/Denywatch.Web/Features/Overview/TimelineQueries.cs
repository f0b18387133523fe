using Denywatch.Storage;
using Denywatch.Web.Ui.Charts;
using Npgsql;

namespace Denywatch.Web.Features.Overview;

/// <summary>Reads records, open buckets and counts into what the timeline draws.</summary>
public sealed class TimelineQueries(NpgsqlDataSource source)
{
    /// <summary>Lanes drawn; the others are counted in words.</summary>
    public const int MostLanes = 12;

    private const int MostChanges = 200;

    /// <summary>Past this many buckets a lane holds its anomalies alone.</summary>
    private const int MostQuietCells = 200;

    // Records first; then what is counted and not yet scored, up to the open bucket.
    private const string Points = """
        SELECT r.bucket, r.actual, r.typical, r.lower, r.upper, r.score,
               CASE WHEN r.actual IS NULL THEN 'missing' WHEN r.is_learning THEN 'learning' ELSE 'final' END
        FROM records r WHERE r.series_id = @series AND r.bucket >= @from AND r.bucket < @to
        UNION ALL
        SELECT o.bucket, o.actual, o.typical, o.lower, o.upper, o.score, CASE WHEN o.is_learning THEN 'learning' ELSE 'open' END
        FROM open_buckets o WHERE o.series_id = @series AND o.bucket >= @from AND o.bucket < @to
          AND NOT EXISTS (SELECT FROM records r WHERE r.series_id = o.series_id AND r.bucket = o.bucket)
        UNION ALL
        SELECT c.at, sum(c.count), NULL, NULL, NULL, NULL, 'open'
        FROM series s
        JOIN jobs j ON j.id = s.job_id
        CROSS JOIN LATERAL (
            SELECT at, count FROM counts
            WHERE NOT s.own_counts AND span = 15 AND at >= greatest(@from, s.next_bucket) AND at < @to
              AND (s.firewall_id IS NULL OR firewall_id = s.firewall_id)
            UNION ALL
            SELECT date_bin(j.bucket_span, at, 'epoch'), count FROM series_counts
            WHERE s.own_counts AND series_id = s.id AND at >= greatest(@from, s.next_bucket) AND at < @to) c
        WHERE s.id = @series AND NOT EXISTS (SELECT FROM open_buckets o WHERE o.series_id = s.id AND o.bucket = c.at)
        GROUP BY c.at
        ORDER BY 1
        """;

    private const string LaneCells = """
        SELECT s.partition, r.bucket, CASE WHEN r.actual IS NULL THEN NULL ELSE r.score END, r.actual, r.typical
        FROM series s JOIN records r ON r.series_id = s.id
        WHERE s.job_id = @job AND r.bucket >= @from AND r.bucket < @to AND (r.score >= 3 OR @quiet)
        UNION ALL
        SELECT s.partition, o.bucket, o.score, o.actual, o.typical
        FROM series s JOIN open_buckets o ON o.series_id = s.id
        WHERE s.job_id = @job AND o.bucket >= @from AND o.bucket < @to
        """;

    /// <summary>One series from <paramref name="from"/> to <paramref name="to"/>, with its open bucket where that lies within.</summary>
    public async Task<IReadOnlyList<TimelinePoint>> PointsAsync(
        int seriesId,
        DateTimeOffset from,
        DateTimeOffset to,
        CancellationToken ct
    )
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        return await connection.RowsAsync(
            Points,
            row =>
            {
                var state = row.GetString(6) switch
                {
                    "missing" => PointState.Missing,
                    "learning" => PointState.Learning,
                    "open" => PointState.Open,
                    _ => PointState.Final,
                };
                var hasScore = state is PointState.Final or PointState.Open;
                return new TimelinePoint(
                    row.Time(0),
                    row.OrNull<double>(1),
                    row.OrNull<double>(2),
                    row.OrNull<double>(3),
                    row.OrNull<double>(4),
                    hasScore ? row.OrNull<double>(5) : null,
                    state
                );
            },
            ct,
            ("series", seriesId),
            ("from", from),
            ("to", to)
        );
    }

    /// <summary>The lanes of a split job, those with the highest score first.</summary>
    /// <returns>At most <see cref="MostLanes"/> lanes, and how many more there are.</returns>
    public async Task<(IReadOnlyList<TimelineLane> Lanes, int More)> LanesAsync(
        string jobId,
        DateTimeOffset from,
        DateTimeOffset to,
        TimeSpan span,
        CancellationToken ct
    )
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        var cells = await connection.RowsAsync(
            LaneCells,
            row =>
                (
                    Lane: row.GetString(0),
                    Cell: new TimelineCell(
                        row.Time(1),
                        row.OrNull<double>(2),
                        row.OrNull<double>(3),
                        row.OrNull<double>(4)
                    )
                ),
            ct,
            ("job", jobId),
            ("from", from),
            ("to", to),
            ("quiet", (to - from) / span <= MostQuietCells)
        );
        var lanes = cells
            .GroupBy(cell => cell.Lane, cell => cell.Cell, StringComparer.Ordinal)
            .Select(group => new TimelineLane(group.Key, group.Key, [.. group]))
            .OrderByDescending(lane => Math.Floor(lane.Cells.Max(cell => cell.Score) ?? 0))
            .ThenByDescending(lane => lane.Cells.Sum(cell => cell.Actual))
            .ToList();
        return (lanes.Take(MostLanes).ToList(), Math.Max(0, lanes.Count - MostLanes));
    }

    /// <summary>The newest changes of configurations that devices told of, of one firewall or all.</summary>
    public async Task<IReadOnlyList<TimelineChange>> ChangesAsync(
        int? firewallId,
        DateTimeOffset from,
        DateTimeOffset to,
        CancellationToken ct
    )
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        return await connection.RowsAsync(
            """
            SELECT c.at, f.name || coalesce(', by ' || nullif(c.who, ''), '') || ': ' || c.what
            FROM change_markers c JOIN firewalls f ON f.id = c.firewall_id
            WHERE c.at >= @from AND c.at < @to AND (@firewall::int IS NULL OR c.firewall_id = @firewall)
            ORDER BY c.at DESC LIMIT @most
            """,
            row => new TimelineChange(row.Time(0), row.GetString(1)),
            ct,
            ("from", from),
            ("to", to),
            ("firewall", firewallId),
            ("most", MostChanges)
        );
    }

    /// <summary>Id and bucket span of the one series of a job without partitions; null before its first count.</summary>
    public async Task<(int Id, TimeSpan Span)?> SeriesOfAsync(string jobId, string partition, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        var found = await connection.RowsAsync(
            """
            SELECT s.id, j.bucket_span FROM series s JOIN jobs j ON j.id = s.job_id
            WHERE s.job_id = @job AND s.partition = @partition
            """,
            row => (row.GetInt32(0), row.GetFieldValue<TimeSpan>(1)),
            ct,
            ("job", jobId),
            ("partition", partition)
        );
        return found.Count == 0 ? null : found[0];
    }
}
