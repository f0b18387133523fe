using System.Net;
using System.Runtime.CompilerServices;
using Denywatch.Events;
using Denywatch.Storage;
using Npgsql;
using NpgsqlTypes;

namespace Denywatch.Web.Features.Explorer;

/// <summary>The flows behind a chart: a page of them, or all as a stream.</summary>
public sealed class FlowQueries(NpgsqlDataSource source)
{
    /// <summary>Rows that one export holds at most.</summary>
    public const int MostExported = 1_000_000;

    /// <summary>What pages and exports list at most.</summary>
    public static readonly TimeSpan LongestRange = TimeSpan.FromDays(7);

    private const string Columns = """
        SELECT f.first_at, f.last_at, f.source, f.destination, f.destination_port, f.transport, w.name, f.rule, f.direction,
               f.source_country, f.source_as, f.destination_country, f.destination_as, d.integration, f.count, f.packets,
               f.sources, f.source_role, f.destination_role
        FROM ({rows}) f
        JOIN firewalls w ON w.id = f.firewall_id JOIN data_sources d ON d.id = f.data_source_id
        ORDER BY {order}
        """;

    private const string Rows = """
        SELECT f.* FROM all_flows f WHERE f.slice >= @from AND f.slice < @to AND f.excepted_by IS NULL AND {condition}
        ORDER BY {order} LIMIT @limit OFFSET @offset
        """;

    private const string Totals = """
        SELECT count(*), coalesce(sum(f.count), 0)::bigint FROM all_flows f
        WHERE f.slice >= @from AND f.slice < @to AND f.excepted_by IS NULL AND {condition}
        """;

    private const string HasText = """
        (host(f.source) LIKE @like OR host(f.destination) LIKE @like OR f.destination_port::text = @text
         OR f.rule ILIKE @like OR f.firewall_id IN (SELECT coalesce(alias_of_id, id) FROM firewalls WHERE name ILIKE @like))
        """;

    public async Task<FlowPage> PageAsync(FlowQuestion question, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(question);
        var (condition, parameters) = ConditionOf(question);
        await using var connection = await source.OpenConnectionAsync(ct);
        var totals = await connection.RowsAsync(
            Totals.Replace("{condition}", condition, StringComparison.Ordinal),
            row => (Flows: row.GetInt64(0), Denies: row.GetInt64(1)),
            ct,
            parameters
        );
        var flows = await connection.RowsAsync(
            SqlOf(question, condition),
            LineOf,
            ct,
            [.. parameters, ("limit", Math.Clamp(question.Limit, 1, 500)), ("offset", Math.Max(0, question.Offset))]
        );
        return new(flows, totals[0].Flows, totals[0].Denies);
    }

    /// <summary>All flows that are asked for, in order, as they are read: nothing is gathered.</summary>
    public async IAsyncEnumerable<FlowLine> AllAsync(
        FlowQuestion question,
        [EnumeratorCancellation] CancellationToken ct
    )
    {
        ArgumentNullException.ThrowIfNull(question);
        var (condition, parameters) = ConditionOf(question);
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var command = connection.Command(
            SqlOf(question, condition),
            [.. parameters, ("limit", MostExported), ("offset", 0)]
        );
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
            yield return LineOf(reader);
    }

    private static string SqlOf(FlowQuestion question, string condition)
    {
        var order = question.Sort switch
        {
            FlowSort.Oldest => "f.first_at, f.source",
            FlowSort.Count => "f.count DESC, f.first_at DESC, f.source",
            FlowSort.Source => "f.source, f.first_at DESC",
            FlowSort.Destination => "f.destination, f.first_at DESC, f.source",
            FlowSort.Port => "f.destination_port, f.first_at DESC, f.source",
            _ => "f.first_at DESC, f.source",
        };
        // Whole to the last field, so that pages neither repeat a flow nor leave one out.
        order += ", f.destination, f.destination_port, f.firewall_id, f.rule";
        return Columns
            .Replace("{rows}", Rows, StringComparison.Ordinal)
            .Replace("{condition}", condition, StringComparison.Ordinal)
            .Replace("{order}", order, StringComparison.Ordinal);
    }

    private static (string Sql, (string, object?)[] Parameters) ConditionOf(FlowQuestion question)
    {
        var (sql, parameters) = FilterSql.Of(question.Filter);
        List<(string, object?)> all = [.. parameters, ("from", question.From), ("to", question.To)];
        if (string.IsNullOrWhiteSpace(question.Text))
            return (sql, [.. all]);

        var text = question.Text.Trim();
        all.Add(("text", text));
        all.Add(("like", Sql.Containing(text)));
        return ($"{sql} AND {HasText}", [.. all]);
    }

    private static FlowLine LineOf(NpgsqlDataReader row)
    {
        var from = row.IsDBNull(2) ? (NpgsqlInet?)null : row.GetFieldValue<NpgsqlInet>(2);
        return new(
            row.Time(0),
            row.Time(1),
            from?.ToString(),
            row.IsDBNull(3) ? null : row.GetFieldValue<IPAddress>(3).ToString(),
            row.OrNull<int>(4),
            row.TextOrNull(5),
            row.GetString(6),
            row.TextOrNull(7),
            ((Direction)row.GetInt16(8)).ToString().ToLowerInvariant(),
            row.TextOrNull(9),
            row.OrNull<long>(10),
            row.TextOrNull(11),
            row.OrNull<long>(12),
            row.GetString(13),
            row.GetInt64(14),
            row.OrNull<long>(15),
            row.GetInt32(16),
            row.TextOrNull(17),
            row.TextOrNull(18)
        );
    }
}
