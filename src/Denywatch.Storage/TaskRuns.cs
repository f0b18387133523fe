using System.Globalization;
using Denywatch.Storage.Entities;
using Npgsql;

namespace Denywatch.Storage;

/// <summary>When tasks last came to their end, by the database's clock: what tells that no worker looks any more.</summary>
public static class TaskRuns
{
    private const string ClosePrefix = "close-";
    private const string DiscoverPrefix = "discover ";

    /// <summary>Counts and looks at open buckets.</summary>
    public const string Look = "look";

    /// <summary>Scores the closed buckets of one shard.</summary>
    public static string Close(int shard) => $"{ClosePrefix}{shard}";

    /// <summary>What a task does, in words.</summary>
    public static string Words(string task)
    {
        ArgumentNullException.ThrowIfNull(task);
        return task == Look ? "Last look"
            : task == Suspects ? "Last look for suspects"
            : task.StartsWith(DiscoverPrefix, StringComparison.Ordinal) ? "Last search for series"
            : task.StartsWith(ClosePrefix, StringComparison.Ordinal)
            && int.TryParse(task[ClosePrefix.Length..], CultureInfo.InvariantCulture, out var shard)
                ? $"Last scoring, {shard + 1} of {Series.Shards}"
            : task;
    }

    /// <summary>Looks for values of a job that have earned a series.</summary>
    public static string Discover(string jobId) => $"{DiscoverPrefix}{jobId}";

    /// <summary>Looks for slow suspects.</summary>
    public const string Suspects = "suspects";

    public static async Task NoteAsync(NpgsqlDataSource source, string task, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(source);
        await using var connection = await source.OpenConnectionAsync(ct);
        await connection.ExecuteAsync(
            """
            INSERT INTO task_runs (task, ended_at) VALUES (@task, now())
            ON CONFLICT (task) DO UPDATE SET ended_at = excluded.ended_at
            """,
            ct,
            ("task", task)
        );
    }
}
