using Npgsql;

namespace Denywatch.Storage;

/// <summary>
/// The zone by which each series learns its days: its firewall's site's, or the only site's. A model that learnt by another
/// one would expect everything some hours off.
/// </summary>
public static class SeriesZones
{
    /// <summary>Brings the site to a row <c>s</c> of series, for <see cref="Zone"/>.</summary>
    public const string Join = """
        LEFT JOIN firewalls f ON f.id = s.firewall_id
        LEFT JOIN sites z ON z.id = coalesce(f.site_id, (SELECT min(id) FROM sites HAVING count(*) = 1))
        """;

    /// <summary>IANA name of the zone, where <see cref="Join"/> was joined.</summary>
    public const string Zone = "coalesce(z.time_zone, 'Etc/UTC')";

    private const string Read = $"""
        SELECT s.id, {Zone} FROM series s
        {Join}
        """;

    /// <summary>Lets all series of a job learn anew from their counts.</summary>
    public static async Task LearnAnewAsync(
        NpgsqlConnection connection,
        string jobId,
        string reason,
        CancellationToken ct
    )
    {
        var ids = await connection.RowsAsync(
            "SELECT id FROM series WHERE job_id = @job ORDER BY id",
            row => row.GetInt32(0),
            ct,
            ("job", jobId)
        );
        await connection.ExecuteAsync(Forget, ct, ("ids", ids.ToArray()), ("reason", reason));
    }

    // Without a model and a snapshot it is learnt from counts, at once because a bucket is to be scored again.
    private const string Forget = """
        WITH gone AS (DELETE FROM model_snapshots WHERE series_id = ANY(@ids))
        UPDATE series s SET state = NULL, version = version + 1, rescore_reason = @reason,
            rescore_from = least(s.rescore_from, s.next_bucket - j.bucket_span)
        FROM jobs j WHERE j.id = s.job_id AND s.id = ANY(@ids) AND s.state IS NOT NULL
        """;

    public static async Task<IReadOnlyDictionary<int, string>> AllAsync(
        NpgsqlConnection connection,
        CancellationToken ct
    )
    {
        var zones = await connection.RowsAsync(Read, row => KeyValuePair.Create(row.GetInt32(0), row.GetString(1)), ct);
        return new Dictionary<int, string>(zones);
    }

    /// <summary>Lets series whose zone is another one than it was learn anew from their counts.</summary>
    /// <param name="before">As they were before the change that the caller's transaction made.</param>
    public static async Task LearnAnewAsync(
        NpgsqlConnection connection,
        IReadOnlyDictionary<int, string> before,
        string reason,
        CancellationToken ct
    )
    {
        ArgumentNullException.ThrowIfNull(before);
        var now = await AllAsync(connection, ct);
        var changed = now.Where(zone => before.GetValueOrDefault(zone.Key, zone.Value) != zone.Value)
            .Select(zone => zone.Key)
            .ToArray();
        if (changed.Length > 0)
            await connection.ExecuteAsync(Forget, ct, ("ids", changed), ("reason", reason));
    }
}
