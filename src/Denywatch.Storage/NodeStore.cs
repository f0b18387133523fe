using Npgsql;

namespace Denywatch.Storage;

/// <summary>One run of one process; a restart is another node.</summary>
public sealed class NodeIdentity
{
    /// <summary>First key of the advisory lock that a living node holds; the second is <see cref="LockKey"/>.</summary>
    public const int LockClass = 0x44454E;

    public Guid Id { get; } = Guid.CreateVersion7();
    public string Name { get; } = Environment.MachineName;

    /// <summary>The last four bytes of <see cref="Id"/>, as SQL reads them from its text.</summary>
    public int LockKey => unchecked((int)Convert.ToUInt32(Id.ToString("N")[^8..], 16));
}

/// <summary>What a node reports about itself every few seconds.</summary>
public readonly record struct NodeFigures(double LinesPerSecond, long LinesWaiting, long LinesDropped);

/// <summary>Which nodes live, and in which stretches none took events in.</summary>
public sealed class NodeStore(NpgsqlDataSource source, NodeIdentity node)
{
    /// <summary>A stretch shorter than this is a blink between two heartbeats.</summary>
    private static readonly TimeSpan ShortestGap = TimeSpan.FromSeconds(2);

    // A node lives while it beats and holds its lock: right after a kill the last beat is young, and after a lost machine
    // the lock is still held.
    private const string OtherAlive = """
        EXISTS (SELECT FROM nodes alive WHERE alive.id <> @id AND alive.roles LIKE @role
                AND alive.stopped_at IS NULL AND alive.seen_at > now() - interval '10 seconds'
                AND EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid = @class
                    AND objid = ('x' || right(alive.id::text, 8))::bit(32)::bigint::oid))
        """;

    // The last sign of life of any other intake node before us, and how it ended.
    private const string RecordGap = $"""
        INSERT INTO intake_gaps ("from", "to", reason, lines_at_risk)
        SELECT coalesce(stopped_at, seen_at), now(), CASE WHEN stopped_at IS NULL THEN 'killed' ELSE 'stopped' END,
               CASE WHEN stopped_at IS NULL THEN lines_waiting + ceil(lines_per_s * 6)::bigint END
        FROM nodes
        WHERE roles LIKE @role AND id <> @id
          AND coalesce(stopped_at, seen_at) < now() - @shortest
          AND NOT {OtherAlive}
        ORDER BY coalesce(stopped_at, seen_at) DESC LIMIT 1
        """;

    /// <summary>Enters the node; an intake node also writes down the gap since the last one was there.</summary>
    public async Task EnterAsync(string roles, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        if (roles.Contains("intake", StringComparison.Ordinal))
            await connection.ExecuteAsync(
                RecordGap,
                ct,
                ("id", node.Id),
                ("role", "%intake%"),
                ("shortest", ShortestGap),
                ("class", NodeIdentity.LockClass)
            );
        await connection.ExecuteAsync(
            """
            INSERT INTO nodes (id, name, roles, started_at, seen_at) VALUES (@id, @name, @roles, now(), now())
            ON CONFLICT (id) DO NOTHING
            """,
            ct,
            ("id", node.Id),
            ("name", node.Name),
            ("roles", roles)
        );
        await connection.ExecuteAsync("DELETE FROM nodes WHERE seen_at < now() - interval '7 days'", ct);
    }

    /// <summary>Whether no other node lives that runs tasks.</summary>
    public async Task<bool> IsOnlyWorkerAsync(CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        return await connection.ScalarAsync<bool>(
            $"SELECT NOT {OtherAlive}",
            ct,
            ("id", node.Id),
            ("role", "%worker%"),
            ("class", NodeIdentity.LockClass)
        );
    }

    /// <summary>Says that the node lives. A beat that comes late says that the database was away.</summary>
    public async Task BeatAsync(NodeFigures figures, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await connection.ExecuteAsync(
            """
            UPDATE nodes SET seen_at = now(), lines_per_s = @rate, lines_waiting = @waiting, lines_dropped = @dropped
            WHERE id = @id
            """,
            ct,
            ("id", node.Id),
            ("rate", figures.LinesPerSecond),
            ("waiting", figures.LinesWaiting),
            ("dropped", figures.LinesDropped)
        );
    }

    /// <summary>Says that the node stopped by itself and lost nothing.</summary>
    public async Task LeaveAsync(CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await connection.ExecuteAsync(
            "UPDATE nodes SET stopped_at = now(), seen_at = now() WHERE id = @id",
            ct,
            ("id", node.Id)
        );
    }
}
