using Denywatch.Detection;
using Denywatch.Events.Exceptions;
using Denywatch.Storage;
using Denywatch.Web.Features.Explorer;
using Npgsql;

namespace Denywatch.Web.Features.Jobs;

/// <summary>What a job that is not made yet would count.</summary>
/// <param name="From">Start of the days that were looked at.</param>
/// <param name="Denies">That its filter lets through since then.</param>
/// <param name="AllDenies">Of all since then.</param>
/// <param name="Values">Distinct values of its partition field since then; 1 without one.</param>
/// <param name="Largest">Values with most denies, and how many.</param>
/// <param name="Span">The bucket span that fits what comes; null where too little does.</param>
/// <param name="Sample">Newest flows that match.</param>
public sealed record JobTrialResult(
    DateTimeOffset From,
    long Denies,
    long AllDenies,
    long Values,
    IReadOnlyList<(string Value, long Denies)> Largest,
    (TimeSpan Span, double Median, double Empty)? Span,
    IReadOnlyList<FlowLine> Sample
);

/// <summary>Tries a job's filter and split on what is stored, before anybody makes it.</summary>
public sealed class JobTrial(NpgsqlDataSource source, FlowQueries flows, TimeProvider clock)
{
    private const int MostSamples = 8;
    private const int MostValues = 8;

    private const string BySlice = """
        SELECT coalesce(sum(f.count) FILTER (WHERE {filter}), 0)::bigint, coalesce(sum(f.count), 0)::bigint
        FROM generate_series(@from, @to - interval '5 minutes', interval '5 minutes') AS s (slice)
        LEFT JOIN all_flows f ON f.slice = s.slice AND f.slice >= @from AND f.slice < @to AND f.excepted_by IS NULL
        GROUP BY s.slice ORDER BY s.slice
        """;

    private const string ByValue = """
        SELECT value, denies, count(*) OVER () FROM (
            SELECT {value} AS value, sum(f.count)::bigint AS denies FROM all_flows f {joins}
            WHERE f.slice >= @from AND f.slice < @to AND f.excepted_by IS NULL AND {filter} GROUP BY 1) v
        WHERE value IS NOT NULL ORDER BY denies DESC, value LIMIT @most
        """;

    /// <summary>Looked at: long enough for a day and a night.</summary>
    public static readonly TimeSpan Reach = TimeSpan.FromDays(1);

    /// <param name="draft">Without a <see cref="JobDraft.CountingProblem"/>.</param>
    public async Task<JobTrialResult> OfAsync(JobDraft draft, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(draft);
        var to = Events.DenyFlow.SliceOf(clock.GetUtcNow());
        var from = to - Reach;
        var only = draft.Counting.AllFlows;
        (string, object?)[] range = [("from", from), ("to", to), .. only.Parameters];
        await using var connection = await source.OpenConnectionAsync(ct);
        var slices = await connection.RowsAsync(
            BySlice.Replace("{filter}", only.Sql, StringComparison.Ordinal),
            row => (Matching: row.GetInt64(0), All: row.GetInt64(1)),
            ct,
            range
        );
        var values = JobField.Find(draft.PartitionField) is { } field
            ? await connection.RowsAsync(
                ByValue
                    .Replace("{value}", field.Value, StringComparison.Ordinal)
                    .Replace("{joins}", JobField.Joins, StringComparison.Ordinal)
                    .Replace("{filter}", only.Sql, StringComparison.Ordinal),
                row => (Value: row.GetString(0), Denies: row.GetInt64(1), Count: row.GetInt64(2)),
                ct,
                [.. range, ("most", MostValues)]
            )
            : [];
        var sample = await flows.PageAsync(
            new(from, to) { Filter = draft.Filter ?? TrafficFilter.None, Limit = MostSamples },
            ct
        );
        return new(
            from,
            slices.Sum(slice => slice.Matching),
            slices.Sum(slice => slice.All),
            draft.PartitionField is null ? 1 : values.Select(value => value.Count).FirstOrDefault(),
            values.ConvertAll(value => (value.Value, value.Denies)),
            slices.Exists(slice => slice.Matching > 0)
                ? BucketSpans.Estimate(slices.ConvertAll(s => s.Matching))
                : null,
            sample.Flows
        );
    }
}
