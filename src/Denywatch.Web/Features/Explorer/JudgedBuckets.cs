using System.Globalization;
using Denywatch.Alerting;
using Denywatch.Detection;
using Denywatch.Storage;
using Denywatch.Web.Features.Rules;
using Denywatch.Web.Features.Scoring;
using Npgsql;

namespace Denywatch.Web.Features.Explorer;

/// <summary>A bucket as it was judged.</summary>
/// <param name="CountFor">The smallest count that reaches a score; null where no model can say.</param>
public sealed record JudgedBucket(string JobId, WhyNotBucket Facts, Func<double, long?> CountFor);

/// <summary>Reads a bucket with all that had a part in its score: record or open count, model, exceptions, silence.</summary>
public sealed class JudgedBuckets(PastBuckets past, RecordStore records, NpgsqlDataSource source, TimeProvider clock)
{
    private const string Watched = $"""
        SELECT s.job_id, s.partition, s.firewall_id, s.state, s.next_bucket, j.bucket_span, {SeriesZones.Zone},
               CASE WHEN j.is_open THEN j.problem ELSE 'its job is closed' END,
               (SELECT min(bucket) FROM records WHERE series_id = s.id)
        FROM series s
        JOIN jobs j ON j.id = s.job_id
        {SeriesZones.Join}
        WHERE s.id = @series
        """;

    private const string Subtractions = """
        SELECT f.excepted_by, coalesce(e.reason, ''), sum(f.count)::bigint
        FROM all_flows f LEFT JOIN exceptions e ON e.id = f.excepted_by
        WHERE f.slice >= @from AND f.slice < @to AND f.excepted_by IS NOT NULL
          AND (@firewall::int IS NULL OR f.firewall_id = @firewall) AND {own}
        GROUP BY 1, 2 ORDER BY 3 DESC
        """;

    // Of whatever verdict: what came under another name of the firewall is its own too.
    private const string Lines = """
        SELECT max(l.slice) FILTER (WHERE l.slice < @from), min(l.slice) FILTER (WHERE l.slice >= @to)
        FROM source_slices l JOIN data_sources d ON d.id = l.data_source_id JOIN firewalls f ON f.id = d.firewall_id
        WHERE l.denied + l.allowed + l.unanswered + l.none > 0
          AND (@firewall::int IS NULL OR @firewall IN (f.id, f.alias_of_id))
        """;

    /// <summary>Null where there is no such series.</summary>
    public async Task<JudgedBucket?> OfAsync(int seriesId, DateTimeOffset bucket, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        if (await WatchedAsync(connection, seriesId, ct) is not [var series])
            return null;

        var end = bucket + series.Span;
        var own = (await SeriesCounts.JobAsync(connection, series.JobId, ct)).FlowsOf(series.Partition);
        var facts = new WhyNotBucket(bucket, series.Span, null)
        {
            JudgedAt = end + RecordStore.ShortestSettling,
            Subtracted = await SubtractedAsync(connection, series.FirewallId, own, bucket, end, ct),
        };
        if (await past.OfAsync(seriesId, bucket, ct) is { } found)
        {
            var silence = found.Record.Actual is null ? await SilenceAsync(connection, series, bucket, end, ct) : null;
            return Closed(series.JobId, facts with { Silence = silence }, found);
        }

        var open = await OpenBucketStore.ListAsync(connection, ct);
        return open.Find(o => o.SeriesId == seriesId && o.Bucket == bucket) is { } growing
            ? Open(series, facts, growing)
            : new(series.JobId, facts with { Unscored = UnscoredText(series, bucket) }, _ => null);
    }

    private static JudgedBucket Closed(string jobId, WhyNotBucket facts, PastBucket found)
    {
        var (bucket, record, model) = (facts.Bucket, found.Record, found.Model);
        var left = facts.Subtracted.Sum(part => part.Denies);
        return new(
            jobId,
            facts with
            {
                Record = record,
                Comparable = model.Explain(bucket, record.Actual, found.Rate).ComparableBuckets,
                ScoredAt = found.ScoredAt,
                Revision = found.Revision,
                Earlier = found.Earlier,
                WithSubtracted = left == 0 ? null : model.Score(bucket, (record.Actual ?? 0) + left, found.Rate),
            },
            line => model.Explain(bucket, record.Actual, found.Rate, line).CrossingCount
        );
    }

    /// <summary>Judged by the frozen forecast, as the live look does.</summary>
    private JudgedBucket Open(WatchedSeries series, WhyNotBucket facts, OpenBucket growing)
    {
        var left = facts.Subtracted.Sum(part => part.Denies);
        var reached = FrozenScore.RecordOf(growing, growing.Actual);
        return new(
            series.JobId,
            facts with
            {
                Record = reached,
                IsOpen = true,
                JudgedAt = clock.GetUtcNow(),
                Comparable = RuleQueries.Comparable(series.State, series.Zone, facts.Bucket),
                WithSubtracted = left == 0 ? null : FrozenScore.RecordOf(growing, growing.Actual + left),
            },
            line => FrozenScore.CountFor(growing.Crossings, line)
        );
    }

    private string UnscoredText(WatchedSeries series, DateTimeOffset bucket)
    {
        var now = clock.GetUtcNow();
        return bucket > now ? "It is still to come."
            : bucket < series.NextBucket
                ? series.First is { } first
                        ? $"Nothing was counted yet: the first scored bucket is that of {Time(first)}."
                    : "Nothing was counted yet."
            : series.Problem is { } problem ? $"It is not scored: {problem.TrimEnd('.')}."
            : bucket + series.Span > now ? "It is still open, and no line is drawn for it yet."
            : $"It waits to be scored: what comes before {Time(series.NextBucket)} is.";
    }

    private static async Task<List<Subtracted>> SubtractedAsync(
        NpgsqlConnection connection,
        int? firewallId,
        CountedFlows? own,
        DateTimeOffset from,
        DateTimeOffset to,
        CancellationToken ct
    )
    {
        var all = await CountStore.ExceptedAsync(connection, firewallId, own, from, to, ct);
        if (all == 0)
            return [];

        var parts = await connection.RowsAsync(
            Subtractions.Replace("{own}", own?.Sql ?? "true", StringComparison.Ordinal),
            row => new Subtracted(
                string.Create(CultureInfo.InvariantCulture, $"exception {row.GetInt32(0)} ({row.GetString(1)})"),
                row.GetInt64(2)
            ),
            ct,
            [("from", from), ("to", to), ("firewall", firewallId), .. own?.Parameters ?? []]
        );
        // Counts are kept for longer than the flows that say by which exception.
        if (all - parts.Sum(part => part.Denies) is > 0 and var unnamed)
            parts.Add(new("exceptions", unnamed));
        return parts;
    }

    private async Task<Silence> SilenceAsync(
        NpgsqlConnection connection,
        WatchedSeries series,
        DateTimeOffset from,
        DateTimeOffset to,
        CancellationToken ct
    )
    {
        var lines = await connection.RowsAsync(
            Lines,
            row => (Last: row.OrNull<DateTimeOffset>(0), Next: row.OrNull<DateTimeOffset>(1)),
            ct,
            ("from", from),
            ("to", to),
            ("firewall", series.FirewallId)
        );
        return new(
            series.Partition.Length == 0 ? "any firewall" : series.Partition,
            await records.GapsAsync(from, to, ct),
            lines[0].Last + Events.DenyFlow.SliceSpan,
            lines[0].Next
        );
    }

    private static Task<List<WatchedSeries>> WatchedAsync(
        NpgsqlConnection connection,
        int seriesId,
        CancellationToken ct
    ) =>
        connection.RowsAsync(
            Watched,
            row => new WatchedSeries(
                row.GetString(0),
                row.GetString(1),
                row.OrNull<int>(2),
                row.IsDBNull(3) ? null : row.GetFieldValue<byte[]>(3),
                row.Time(4),
                row.GetFieldValue<TimeSpan>(5),
                row.GetString(6),
                row.TextOrNull(7),
                row.OrNull<DateTimeOffset>(8)
            ),
            ct,
            ("series", seriesId)
        );

    private static string Time(DateTimeOffset at) =>
        $"{at.UtcDateTime.ToString("d MMM HH:mm", CultureInfo.InvariantCulture)} UTC";

    /// <param name="Problem">Why it is not scored; null where it is.</param>
    /// <param name="First">Its first record.</param>
    private sealed record WatchedSeries(
        string JobId,
        string Partition,
        int? FirewallId,
        byte[]? State,
        DateTimeOffset NextBucket,
        TimeSpan Span,
        string Zone,
        string? Problem,
        DateTimeOffset? First
    );
}
