using Denywatch.Storage;
using Npgsql;

namespace Denywatch.Web.Features.Explorer;

/// <summary>Lanes of filtered traffic, counted from flows.</summary>
internal static class FilteredLanes
{
    // One pass: the buckets with an anomaly apart, all quiet ones together.
    private const string Values = """
        SELECT hot, val, count FROM (
            SELECT hot, val, sum(count)::float8 AS count,
                   row_number() OVER (PARTITION BY hot ORDER BY sum(count) DESC) AS place
            FROM (SELECT CASE WHEN q = ANY(@hot) THEN q END AS hot, val, count FROM (
                      SELECT date_bin('15 minutes', f.slice, 'epoch') AS q, {value} AS val, f.count FROM all_flows f
                      WHERE f.slice >= @from AND f.slice < @to AND f.excepted_by IS NULL AND {condition}) f) v
            GROUP BY hot, val) ranked
        WHERE place <= CASE WHEN hot IS NULL THEN 1000 ELSE 50 END
        ORDER BY hot NULLS FIRST, count DESC, val
        """;

    private const string QuietQuarters = """
        SELECT count(DISTINCT at)::int FROM counts WHERE span = 15 AND at >= @from AND at < @to AND at <> ALL(@hot)
        """;

    /// <summary>
    /// A value's usual count is its mean over the range's quiet buckets; its share is its excess over that of the bucket's
    /// record.
    /// </summary>
    public static async Task<LanePage> PageAsync(
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
            ("hot", anomalies.Select(anomaly => anomaly.At).ToArray()),
        ];
        var sql = Values
            .Replace("{condition}", line.Condition, StringComparison.Ordinal)
            .Replace("{value}", ValueOf(question.ViewBy), StringComparison.Ordinal);
        var rows = await connection.RowsAsync(
            sql,
            row =>
                (
                    At: row.OrNull<DateTimeOffset>(0),
                    Value: row.TextOrNull(1) ?? Alerting.Attribution.Absent,
                    Count: row.GetDouble(2)
                ),
            ct,
            [.. range, .. line.Parameters]
        );
        var quarters = Math.Max(1, await connection.ScalarAsync<int>(QuietQuarters, ct, range));
        var quiet = rows.Where(row => row.At is null).ToList();
        var typical = quiet.ToDictionary(row => row.Value, row => row.Count / quarters, StringComparer.Ordinal);
        var bucketOf = anomalies.ToDictionary(anomaly => anomaly.At);
        List<Contribution> parts = [];
        foreach (var (at, value, count) in rows)
        {
            if (at is not { } bucket)
                continue;

            var anomaly = bucketOf[bucket];
            var usual = typical.GetValueOrDefault(value);
            var share = anomaly.Excess > 0 ? Math.Clamp((count - usual) / anomaly.Excess, 0, 1) : 0;
            parts.Add(new(bucket, value, count, usual, share, anomaly.Score));
        }
        return ContributionLanes.Page(parts, [.. quiet.Take(100).Select(row => row.Value)], question, line.Step);
    }

    private static string ValueOf(ViewBy by) =>
        by switch
        {
            ViewBy.Source => "abbrev(f.source)",
            ViewBy.Destination => "abbrev(f.destination)",
            ViewBy.Port => "coalesce(f.destination_port::text, f.transport)",
            ViewBy.SourceCountry => "f.source_country",
            ViewBy.DestinationCountry => "f.destination_country",
            ViewBy.SourceAs => "'AS' || f.source_as",
            ViewBy.Rule => "f.rule",
            ViewBy.Integration => "(SELECT d.integration FROM data_sources d WHERE d.id = f.data_source_id)",
            _ => "(SELECT w.name FROM firewalls w WHERE w.id = f.firewall_id)",
        };
}
