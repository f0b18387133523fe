using Denywatch.Storage;
using Npgsql;

namespace Denywatch.Web.Features.Outcomes;

/// <summary>What verdicts are counted by.</summary>
public enum OutcomeBy
{
    Rule,
    Cause,
    Source,
    Severity,
}

/// <summary>What people found the alerts of a rule, cause, main source or severity to be.</summary>
/// <param name="Key">As a filter of the list of alerts takes it.</param>
/// <param name="Alerts">All that were raised; those that the system closed again, as re-scored, are not among them.</param>
/// <param name="Undecided">Of them, not closed yet.</param>
/// <param name="ToAcknowledge">Median from raised to acknowledged, or closed where nobody acknowledged; null where none is.</param>
/// <param name="ToClose">Median from raised to closed.</param>
public sealed record OutcomeRow(
    string Key,
    string Name,
    int Alerts,
    int Undecided,
    int TruePositives,
    int BenignPositives,
    int FalsePositives,
    int Others,
    TimeSpan? ToAcknowledge,
    TimeSpan? ToClose
)
{
    /// <summary>False and benign positives among those with a verdict, 0 to 1; null where there is no verdict.</summary>
    public double? NoiseShare =>
        TruePositives + BenignPositives + FalsePositives is > 0 and var decided
            ? (double)(BenignPositives + FalsePositives) / decided
            : null;
}

/// <summary>The verdicts of a stretch of time.</summary>
/// <param name="All">All together.</param>
/// <param name="Rows">Most alerts first, at most <see cref="OutcomeQueries.MostRows"/>.</param>
public sealed record OutcomeTable(OutcomeRow All, IReadOnlyList<OutcomeRow> Rows);

/// <summary>Counts verdicts: how often each rule, cause and source cried wolf, and how quickly people were there.</summary>
public sealed class OutcomeQueries(NpgsqlDataSource source)
{
    public const int MostRows = 100;

    // Grouping sets: the total comes with the rows, and its medians are those of all alerts, not of medians.
    private const string Table = """
        SELECT x.key, coalesce(max(x.name), x.key), count(*)::int, count(*) FILTER (WHERE x.status <> 'Closed')::int,
               count(*) FILTER (WHERE x.close_reason = 'TruePositive')::int,
               count(*) FILTER (WHERE x.close_reason = 'BenignPositive')::int,
               count(*) FILTER (WHERE x.close_reason = 'FalsePositive')::int,
               count(*) FILTER (WHERE x.close_reason IN ('Duplicate', 'Other'))::int,
               percentile_cont(0.5) WITHIN GROUP (ORDER BY x.acknowledged), percentile_cont(0.5) WITHIN GROUP (ORDER BY x.closed)
        FROM (SELECT {key} AS key, {name} AS name, a.status, a.close_reason,
                     coalesce(a.acknowledged_at, a.closed_at) - a.raised_at AS acknowledged, a.closed_at - a.raised_at AS closed
              FROM alerts a JOIN rules r ON r.id = a.rule_id
              WHERE a.raised_at >= @from AND a.raised_at < @to AND a.close_reason IS DISTINCT FROM 'Rescored'
                AND NOT a.is_storm) x
        GROUP BY GROUPING SETS ((x.key), ())
        ORDER BY grouping(x.key) DESC, count(*) DESC, x.key
        LIMIT @most
        """;

    public async Task<OutcomeTable> OfAsync(OutcomeBy by, DateTimeOffset from, DateTimeOffset to, CancellationToken ct)
    {
        var (key, name) = by switch
        {
            OutcomeBy.Rule => ("a.rule_id::text", "r.name"),
            OutcomeBy.Cause => ("a.cause", "a.cause"),
            OutcomeBy.Severity => ("a.severity", "a.severity"),
            _ => ("coalesce(a.main_source, '')", "coalesce(a.main_source, 'many sources')"),
        };
        await using var connection = await source.OpenConnectionAsync(ct);
        var rows = await connection.RowsAsync(
            Table.Replace("{key}", key, StringComparison.Ordinal).Replace("{name}", name, StringComparison.Ordinal),
            row => new OutcomeRow(
                row.TextOrNull(0) ?? "",
                row.TextOrNull(1) ?? "",
                row.GetInt32(2),
                row.GetInt32(3),
                row.GetInt32(4),
                row.GetInt32(5),
                row.GetInt32(6),
                row.GetInt32(7),
                row.OrNull<TimeSpan>(8),
                row.OrNull<TimeSpan>(9)
            ),
            ct,
            ("from", from),
            ("to", to),
            ("most", MostRows + 1)
        );
        return new(rows[0], rows[1..]);
    }
}
