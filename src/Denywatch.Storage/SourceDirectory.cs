using System.Collections.Concurrent;
using Npgsql;

namespace Denywatch.Storage;

/// <summary>Ids of a source's row and of its firewall.</summary>
public readonly record struct SourceIds(int DataSource, int Firewall);

/// <summary>Finds or makes the rows of data sources and firewalls, and remembers their ids.</summary>
public sealed class SourceDirectory(NpgsqlDataSource source)
{
    /// <summary>Past this many, new firewalls of a sender are counted as one: names in lines are not to be trusted.</summary>
    public const int MaxSources = 5_000;

    public const string Overflow = "(others)";

    private readonly ConcurrentDictionary<SourceKey, SourceIds> ids = new();

    /// <summary>Asks the database again from now on: a firewall got another name, or lost one.</summary>
    public void Forget() => ids.Clear();

    public async Task<SourceIds> IdsOfAsync(SourceKey key, CancellationToken ct)
    {
        if (ids.TryGetValue(key, out var found))
            return found;

        if (ids.Count >= MaxSources)
            key = key with { Firewall = Overflow };
        if (ids.TryGetValue(key, out found))
            return found;

        await using var connection = await source.OpenConnectionAsync(ct);
        // DO UPDATE and not DO NOTHING: a row that another node makes at the same moment is returned too.
        var firewall = await connection.ScalarAsync<int>(
            """
            INSERT INTO firewalls (name, first_seen_at) VALUES (@name, now())
            ON CONFLICT (name) DO UPDATE SET name = excluded.name
            RETURNING coalesce(alias_of_id, id)
            """,
            ct,
            ("name", key.Firewall)
        );
        var dataSource = await connection.ScalarAsync<int>(
            """
            INSERT INTO data_sources (sender, integration, firewall_id, time_zone, pinned_integration, counts_unanswered, mapping,
                first_seen_at, last_received_at, lag_seconds)
            SELECT @sender, @integration, @firewall, coalesce(s.time_zone, 'Etc/UTC'), s.pinned_integration,
                coalesce(s.counts_unanswered, false), s.mapping, now(), now(), 0
            FROM (SELECT) one LEFT JOIN (SELECT * FROM data_sources WHERE sender = @sender LIMIT 1) s ON true
            ON CONFLICT (sender, integration, firewall_id) DO UPDATE SET sender = excluded.sender
            RETURNING id
            """,
            ct,
            ("sender", key.Sender),
            ("integration", key.Integration),
            ("firewall", firewall)
        );
        return ids[key] = new(dataSource, firewall);
    }
}
