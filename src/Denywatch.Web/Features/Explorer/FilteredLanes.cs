using Denywatch.Storage;
using Npgsql;

namespace Denywatch.Web.Features.Explorer;

/// <summary>Lanes of filtered traffic, counted from flows.</summary>
internal static class FilteredLanes
{
    // One pass for line and lanes: the buckets with an anomaly apart, all quiet ones together. Grouped by the columns as
    // they are stored, and named then: naming every flow took longer than reading them.
    private const string Values = """
        WITH summed AS (
            SELECT step, hot, {value} AS val, grouping(step) = 0 AS is_step, sum(f.count)::float8 AS count
            FROM (SELECT date_bin(@step, f.slice, 'epoch') AS step, CASE WHEN f.quarter = ANY(@hot) THEN f.quarter END AS hot, f.*
                  FROM (SELECT f.*, date_bin('15 minutes', f.slice, 'epoch') AS quarter FROM all_flows f
                        WHERE f.slice >= @from AND f.slice < @to AND f.excepted_by IS NULL AND {condition}) f) f
            GROUP BY GROUPING SETS ((step), (hot, {columns}))),
        ranked AS (
            SELECT hot, val, sum(count) AS count, row_number() OVER (PARTITION BY hot ORDER BY sum(count) DESC) AS place
            FROM summed WHERE NOT is_step GROUP BY hot, val)
        SELECT step, NULL AS hot, NULL AS val, count FROM summed WHERE is_step
        UNION ALL
        SELECT NULL, hot, val, count FROM ranked WHERE place <= CASE WHEN hot IS NULL THEN 1000 ELSE 50 END
        ORDER BY hot NULLS FIRST, count DESC, val
        """;

    private const string QuietQuarters = """
        SELECT count(DISTINCT at)::int FROM counts WHERE span = 15 AND at >= @from AND at < @to AND at <> ALL(@hot)
        """;

    /// <summary>
    /// The line's counts by step, and its lanes. A value's usual count is its mean over the range's quiet buckets; its share
    /// is its excess over that of the bucket's record.
    /// </summary>
    public static async Task<(Dictionary<DateTimeOffset, double> Line, LanePage Lanes)> ReadAsync(
        NpgsqlConnection connection,
        FilteredLine line,
        IReadOnlyList<AnomalousBucket> anomalies,
        CancellationToken ct
    )
    {
        var question = line.Question;
        (string, object?)[] range =
        [
            ("from", question.From),
            ("to", question.To),
            ("step", line.Step),
            ("hot", anomalies.Select(anomaly => anomaly.At).ToArray()),
        ];
        var (columns, value) = ValueOf(question.ViewBy);
        var sql = Values
            .Replace("{condition}", line.Condition, StringComparison.Ordinal)
            .Replace("{columns}", columns, StringComparison.Ordinal)
            .Replace("{value}", value, StringComparison.Ordinal);
        var rows = await connection.RowsAsync(
            sql,
            row =>
                (
                    Step: row.OrNull<DateTimeOffset>(0),
                    At: row.OrNull<DateTimeOffset>(1),
                    Value: row.TextOrNull(2) ?? Alerting.Attribution.Absent,
                    Count: row.GetDouble(3)
                ),
            ct,
            [.. range, .. line.Parameters]
        );
        var quarters = Math.Max(1, await connection.ScalarAsync<int>(QuietQuarters, ct, range));
        var quiet = rows.Where(row => row is { Step: null, At: null }).ToList();
        var typical = quiet.ToDictionary(row => row.Value, row => row.Count / quarters, StringComparer.Ordinal);
        var bucketOf = anomalies.ToDictionary(anomaly => anomaly.At);
        List<Contribution> parts = [];
        foreach (var (_, at, name, count) in rows)
        {
            if (at is not { } bucket)
                continue;

            var anomaly = bucketOf[bucket];
            var usual = typical.GetValueOrDefault(name);
            var share = anomaly.Excess > 0 ? Math.Clamp((count - usual) / anomaly.Excess, 0, 1) : 0;
            parts.Add(new(bucket, name, count, usual, share, anomaly.Score));
        }
        return (
            rows.Where(row => row.Step is not null).ToDictionary(row => row.Step!.Value, row => row.Count),
            ContributionLanes.Page(parts, [.. quiet.Take(100).Select(row => row.Value)], question, line.Step)
        );
    }

    /// <summary>What is grouped by, and its name.</summary>
    private static (string Columns, string Value) ValueOf(ViewBy by) =>
        by switch
        {
            ViewBy.Source => ("f.source", "abbrev(f.source)"),
            ViewBy.Destination => ("f.destination", "abbrev(f.destination)"),
            ViewBy.Port => ("f.destination_port, f.transport", "coalesce(f.destination_port::text, f.transport)"),
            ViewBy.SourceCountry => ("f.source_country", "f.source_country"),
            ViewBy.DestinationCountry => ("f.destination_country", "f.destination_country"),
            ViewBy.SourceAs => ("f.source_as", "'AS' || f.source_as"),
            ViewBy.Rule => ("f.rule", "f.rule"),
            ViewBy.Integration => (
                "f.data_source_id",
                "(SELECT d.integration FROM data_sources d WHERE d.id = f.data_source_id)"
            ),
            _ => ("f.firewall_id", "(SELECT w.name FROM firewalls w WHERE w.id = f.firewall_id)"),
        };
}
