using System.Globalization;
using Denywatch.Events.Exceptions;
using Npgsql;

namespace Denywatch.Storage;

/// <summary>What a trial adds to the count of a firewall's bucket.</summary>
/// <param name="Delta">Below zero where traffic would be taken away.</param>
/// <param name="Unsure">Denies in folded rows of which only a part is meant: up to so many more.</param>
public readonly record struct CountDelta(DateTimeOffset Bucket, int FirewallId, long Delta, long Unsure);

/// <summary>Counts what a change of exceptions would do, without doing it.</summary>
public sealed class TrialStore(NpgsqlDataSource source)
{
    // As many processes as there are cores: the scan is all that a wide exception waits for.
    private const string Parallel = "SET LOCAL max_parallel_workers_per_gather = 4";

    /// <summary>
    /// By firewall and bucket, what counts would gain or lose. The same conditions decide as when flows are marked: a row
    /// that no exception has marked is taken away by <paramref name="added"/>, one that <paramref name="removed"/> has marked
    /// comes back unless another one means it too.
    /// </summary>
    /// <param name="bin">Bucket span to sum by.</param>
    public async Task<List<CountDelta>> DeltasAsync(
        ActiveException? added,
        int? removed,
        IReadOnlyList<ActiveException> others,
        DateTimeOffset from,
        TimeSpan bin,
        CancellationToken ct
    )
    {
        var sql = new ScopeSql("t");
        var (takes, back) = (Takes(sql, added), Back(sql, added, removed, others));
        var unsure = added is null
            ? "false"
            : $"(f.excepted_by IS NULL AND NOT {sql.InForce(added)} AND {sql.MayBeInForce(added)})";

        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await connection.ExecuteAsync(Parallel, ct);
        return await connection.RowsAsync(
            $"""
            SELECT date_bin(@bin, f.slice, 'epoch'), f.firewall_id,
                   sum(CASE WHEN {takes} THEN -f.count WHEN {back} THEN f.count ELSE 0 END)::bigint,
                   sum(CASE WHEN {unsure} THEN f.count ELSE 0 END)::bigint
            FROM all_flows f WHERE f.slice >= @from AND ({takes} OR {back} OR {unsure})
            GROUP BY 1, 2
            """,
            row => new CountDelta(row.Time(0), row.GetInt32(1), row.GetInt64(2), row.GetInt64(3)),
            ct,
            [("bin", bin), ("from", from), .. sql.Parameters]
        );
    }

    /// <summary>The flows that would count.</summary>
    public static CountedFlows Counted(ActiveException? added, int? removed, IReadOnlyList<ActiveException> others)
    {
        var sql = new ScopeSql("w");
        return new(
            $"(f.excepted_by IS NULL AND NOT {Takes(sql, added)} OR {Back(sql, added, removed, others)})",
            sql.Parameters
        );
    }

    private static string Takes(ScopeSql sql, ActiveException? added) =>
        added is null ? "false" : $"(f.excepted_by IS NULL AND {sql.InForce(added)})";

    private static string Back(
        ScopeSql sql,
        ActiveException? added,
        int? removed,
        IReadOnlyList<ActiveException> others
    )
    {
        if (removed is not { } id)
            return "false";
        var mark = sql.Excepting(added is null ? others : [.. others, added]);
        return string.Create(CultureInfo.InvariantCulture, $"(f.excepted_by = {id} AND {mark} IS NULL)");
    }
}
