namespace Denywatch.Storage.Embedded;

public sealed record EmbeddedPostgresOptions
{
    /// <summary>The folder with <c>initdb</c> and <c>postgres</c>; null: <c>Denywatch__PostgresBin</c>, else an installed version is looked for.</summary>
    public string? BinFolder { get; init; }

    /// <summary>The database that the connection string names; made on the first start.</summary>
    public string Database { get; init; } = "denywatch";

    /// <summary>False trades every promise about power cuts for speed: for throw-away clusters in tests only.</summary>
    public bool Durable { get; init; } = true;

    /// <summary>Server settings that overrule ours, such as <c>shared_buffers</c>.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } =
        new Dictionary<string, string>(StringComparer.Ordinal);

    public static EmbeddedPostgresOptions ForTests { get; } = new() { Durable = false };

    internal IEnumerable<KeyValuePair<string, string>> AllSettings(string clusterName)
    {
        var all = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            // The socket lies in the data folder, which only its owner can enter: no port, no password.
            ["listen_addresses"] = "",
            ["unix_socket_directories"] = ".",
            ["cluster_name"] = clusterName,
            ["timezone"] = "UTC",
            ["log_timezone"] = "UTC",
            ["max_connections"] = "300",
            // Hourly and daily partitions with their indexes are many relations in one statement.
            ["max_locks_per_transaction"] = "256",
            ["random_page_cost"] = "1.1",
            ["jit"] = "off",
            ["log_checkpoints"] = "off",
        };

        if (Durable)
        {
            all["shared_buffers"] = $"{SharedBuffersMegabytes()}MB";
            all["synchronous_commit"] = "on";
            all["max_wal_size"] = "2GB";
            all["checkpoint_timeout"] = "10min";
            all["wal_compression"] = "on";
            all["work_mem"] = "16MB";
            all["maintenance_work_mem"] = "128MB";
            // One file for each day of the week, overwritten a week later: bounded without a cron job.
            all["logging_collector"] = "on";
            all["log_directory"] = "log";
            all["log_filename"] = "postgresql-%a.log";
            all["log_rotation_size"] = "0";
            all["log_truncate_on_rotation"] = "on";
        }
        else
        {
            all["shared_buffers"] = "128MB";
            all["fsync"] = "off";
            all["full_page_writes"] = "off";
            all["synchronous_commit"] = "off";
            all["wal_level"] = "minimal";
            all["max_wal_senders"] = "0";
        }

        foreach (var (name, value) in Settings)
            all[name] = value;

        return all;
    }

    // A sixteenth of what the machine (or the container) has: the app and the page cache need the rest.
    private static long SharedBuffersMegabytes() =>
        Math.Clamp(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 16 / (1024 * 1024), 64, 512);
}
