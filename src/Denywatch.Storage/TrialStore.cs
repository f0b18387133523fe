using System.Globalization;
using Denywatch.Events.Exceptions;
using Npgsql;

namespace Denywatch.Storage;

/// <summary>What a trial adds to the count of a firewall's bucket.</summary>
/// <param name="Delta">Below zero where traffic would be taken away.</param>
/// <param name="Unsure">Denies in folded rows of which only a part is meant: up to so many more.</param>
public readonly record struct CountDelta(DateTimeOffset Bucket, int FirewallId, long Delta, long Unsure);

/// <summary>What a trial adds to the count of a series' bucket.</summary>
public readonly record struct SeriesDelta(DateTimeOffset Bucket, string Partition, long Delta);

/// <summary>Counts what a change of exceptions would do, without doing it.</summary>
public sealed class TrialStore(NpgsqlDataSource source)
{
    // Days are read beside each other: so each is a small step of the progress, and can be stopped.
    private const string OneProcessADay = "SET LOCAL max_parallel_workers_per_gather = 0";

    /// <summary>
    /// By firewall and bucket, what counts would gain or lose. The same conditions decide as when flows are marked: a row
    /// that no exception has marked is taken away by <paramref name="added"/>, one that <paramref name="removed"/> has marked
    /// comes back unless another one means it too.
    /// </summary>
    /// <param name="days">Stretches of time from <paramref name="from"/> on, which are read one by one.</param>
    /// <param name="bin">Bucket span to sum by.</param>
    /// <param name="read">Called after each of <paramref name="days"/>, by several threads.</param>
    public Task<List<CountDelta>> DeltasAsync(
        ActiveException? added,
        ActiveException? removed,
        IReadOnlyList<ActiveException> others,
        IReadOnlyList<(DateTimeOffset From, DateTimeOffset Until)> days,
        TimeSpan bin,
        Action? read,
        CancellationToken ct
    ) =>
        DeltasAsync(
            added,
            removed,
            others,
            days,
            new("f.firewall_id", "", "true", []),
            row => new CountDelta(row.Time(0), row.GetInt32(1), row.GetInt64(2), row.GetInt64(3)),
            bin,
            read,
            ct
        );

    /// <summary>The same by the series of a job with counts of its own that counts events, and not their values.</summary>
    public Task<List<SeriesDelta>> DeltasAsync(
        JobCounting job,
        ActiveException? added,
        ActiveException? removed,
        IReadOnlyList<ActiveException> others,
        IReadOnlyList<(DateTimeOffset From, DateTimeOffset Until)> days,
        CancellationToken ct
    )
    {
        ArgumentNullException.ThrowIfNull(job);
        var only = job.AllFlows;
        var value = JobField.Find(job.PartitionField)?.Value ?? "''::text";
        return DeltasAsync(
            added,
            removed,
            others,
            days,
            new(value, JobField.Joins, $"{value} IS NOT NULL AND {only.Sql}", only.Parameters),
            row => new SeriesDelta(row.Time(0), row.GetString(1), row.GetInt64(2)),
            job.BucketSpan,
            read: null,
            ct
        );
    }

    /// <param name="Key">What is summed by.</param>
    private sealed record Grouping(
        string Key,
        string Joins,
        string Filter,
        IReadOnlyList<(string Name, object? Value)> Parameters
    );

    private async Task<List<T>> DeltasAsync<T>(
        ActiveException? added,
        ActiveException? removed,
        IReadOnlyList<ActiveException> others,
        IReadOnlyList<(DateTimeOffset From, DateTimeOffset Until)> days,
        Grouping by,
        Func<NpgsqlDataReader, T> delta,
        TimeSpan bin,
        Action? read,
        CancellationToken ct
    )
    {
        ArgumentNullException.ThrowIfNull(days);
        if (added is null && removed is null)
            return [];

        var sql = new ScopeSql("t");
        var (takes, back) = (Takes(sql, added), Back(sql, added, removed, others));
        var unsure = added is null
            ? "false"
            : $"(f.excepted_by IS NULL AND {sql.MayBeInForce(added)} AND NOT {sql.InForce(added)})";
        List<string> near = [];
        if (added is not null)
            near.Add(sql.Near(added.Scope));
        if (removed is not null) // what it has marked stays marked when a firewall gets another name
            near.Add(removed.Scope.Sources.Count > 0 ? sql.Near(removed.Scope) : Marked(removed));
        var isNear = string.Join(" OR ", near);
        var statement = $"""
            SELECT date_bin(@bin, f.slice, 'epoch'), {by.Key},
                   sum(CASE WHEN {takes} THEN -f.count WHEN {back} THEN f.count ELSE 0 END)::bigint,
                   sum(CASE WHEN {unsure} THEN f.count ELSE 0 END)::bigint
            FROM all_flows f {by.Joins}
            WHERE f.slice >= @from AND f.slice < @until AND {by.Filter} AND ({isNear}) AND ({takes} OR {back} OR {unsure})
            GROUP BY 1, 2
            """;

        var found = new List<T>[days.Count];
        await Parallel.ForAsync(
            0,
            days.Count,
            new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = ct },
            async (day, stop) =>
            {
                await using var connection = await source.OpenConnectionAsync(stop);
                await using var transaction = await connection.BeginTransactionAsync(stop);
                await connection.ExecuteAsync(OneProcessADay, stop);
                found[day] = await connection.RowsAsync(
                    statement,
                    delta,
                    stop,
                    [
                        ("bin", bin),
                        ("from", days[day].From),
                        ("until", days[day].Until),
                        .. sql.Parameters,
                        .. by.Parameters,
                    ]
                );
                read?.Invoke();
            }
        );
        return [.. found.SelectMany(deltas => deltas)];
    }

    /// <summary>The flows that would count.</summary>
    public static CountedFlows Counted(
        ActiveException? added,
        ActiveException? removed,
        IReadOnlyList<ActiveException> others
    )
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
        ActiveException? removed,
        IReadOnlyList<ActiveException> others
    )
    {
        if (removed is null)
            return "false";
        var mark = sql.Excepting(added is null ? others : [.. others, added]);
        return $"({Marked(removed)} AND {mark} IS NULL)";
    }

    private static string Marked(ActiveException removed) =>
        string.Create(CultureInfo.InvariantCulture, $"f.excepted_by = {removed.Id}");
}
