using Npgsql;

namespace Denywatch.Storage;

/// <summary>Flows: folding closed hours, and reading for drill-down.</summary>
public sealed class FlowStore(NpgsqlDataSource source, Partitions partitions)
{
    /// <summary>An hour is closed once no batch that was received in it can still be in its transaction.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(5);

    // Sorted by slice, so that BRIN finds a bucket in a handful of pages.
    private const string Fold = """
        INSERT INTO flows
        SELECT slice, data_source_id, firewall_id, source, destination, destination_port, transport, rule, direction,
               min(source_country), min(source_as), min(destination_country), min(destination_as), min(site),
               sum(count), sum(packets), max(sources), min(first_at), max(last_at),
               (array_cat_agg(offsets ORDER BY first_at))[1:32], excepted_by, source_role, destination_role
        FROM closed_hour
        GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, excepted_by, source_role, destination_role
        ORDER BY 1, 3
        """;

    /// <summary>Folds closed hours of recent flows into their days and drops them, each hour in one transaction.</summary>
    /// <returns>How many hours were folded.</returns>
    public async Task<int> CompactAsync(DateTimeOffset now, CancellationToken ct)
    {
        var hours = await partitions.ClosedHoursAsync(now - Grace, ct);
        foreach (var hour in hours)
        {
            await using var connection = await source.OpenConnectionAsync(ct);
            await using var transaction = await connection.BeginTransactionAsync(ct);
            if (await connection.ScalarAsync<string>("SELECT to_regclass(@name)::text", ct, ("name", hour)) is null)
                continue; // another node was here

            await connection.ExecuteAsync($"LOCK TABLE {hour} IN ACCESS EXCLUSIVE MODE", ct);
            await connection.ExecuteAsync(Fold.Replace("closed_hour", hour, StringComparison.Ordinal), ct);
            await connection.ExecuteAsync($"DROP TABLE {hour}", ct);
            await transaction.CommitAsync(ct);
            partitions.Forget(hour);
        }
        return hours.Count;
    }
}
