using System.Globalization;
using Denywatch.Alerting;
using Npgsql;

namespace Denywatch.Storage;

/// <summary>An alert that was confirmed as a true positive: whose traffic, when and where.</summary>
/// <param name="Firewalls">Ids; null for all.</param>
/// <param name="StaleBecause">Why its excess is to be attributed anew; null where it is up to date.</param>
public sealed record ConfirmedIncident(
    long AlertId,
    DateTimeOffset Starts,
    DateTimeOffset Ends,
    TimeSpan Span,
    int[]? Firewalls,
    Carriers Carriers,
    string? StaleBecause
);

/// <summary>What confirming an alert did to the baseline.</summary>
/// <param name="Excess">Denies that are not learnt any more.</param>
/// <param name="UnadjustedBefore">What was counted before is learnt as it was: its flows are no longer kept.</param>
public sealed record Unlearnt(long AlertId, double Excess, DateTimeOffset? UnadjustedBefore);

/// <summary>
/// Keeps the excess of confirmed incidents out of what models learn. The incidents say whose flows; their excess is made anew
/// from flows whenever an incident or its flows change. Where two claim a flow, it is the one's with the smaller alert id.
/// Callers hold counting's lock.
/// </summary>
public sealed class ConfirmedStore(NpgsqlDataSource source)
{
    // An incident is a dozen small reads: so many are settled in a second or two.
    private const int MostSettled = 50;

    private const string Moving = "a confirmed incident";

    // All series that tell it, as long as a re-score has left any.
    private const string Reach = """
        SELECT a.id, min(coalesce(e.started_at, a.started_at)) AS starts,
               max(coalesce(e.last_bucket, a.last_bucket) + j.bucket_span) AS ends, max(j.bucket_span) AS span,
               CASE WHEN bool_and(s.firewall_id IS NOT NULL)
                    THEN array_agg(DISTINCT s.firewall_id ORDER BY s.firewall_id) END AS firewalls
        FROM alerts a
        LEFT JOIN episodes e ON e.alert_id = a.id AND NOT e.vanished
        JOIN series s ON s.id = coalesce(e.series_id, a.series_id)
        JOIN jobs j ON j.id = s.job_id
        WHERE a.id = ANY(@alerts)
        GROUP BY a.id
        """;

    private const string Confirm = $"""
        INSERT INTO confirmed_incidents (alert_id, starts, ends, span, firewalls, dimension, vals, stale_because)
        SELECT r.id, r.starts, r.ends, r.span, r.firewalls, @dimension, @values, @reason FROM ({Reach}) r
        ON CONFLICT (alert_id) DO UPDATE SET starts = excluded.starts, ends = excluded.ends, firewalls = excluded.firewalls,
            dimension = excluded.dimension, vals = excluded.vals, stale_because = excluded.stale_because
        """;

    private const string Moved = $"""
        SELECT i.alert_id FROM confirmed_incidents i JOIN ({Reach}) r ON r.id = i.alert_id
        WHERE (i.starts, i.ends, i.firewalls) IS DISTINCT FROM (r.starts, r.ends, r.firewalls)
        """;

    private const string Move = $"""
        UPDATE confirmed_incidents i SET starts = r.starts, ends = r.ends, firewalls = r.firewalls,
            stale_because = coalesce(i.stale_because, 'confirmed incident #' || i.alert_id)
        FROM ({Reach}) r WHERE r.id = i.alert_id
        """;

    private const string Touch = """
        UPDATE confirmed_incidents i SET stale_because = coalesce(i.stale_because, d.reason)
        FROM (SELECT c.alert_id, min(dirty.reason) AS reason
              FROM confirmed_incidents c
              JOIN unnest(@slices, @firewalls, @reasons) AS dirty (slice, firewall_id, reason)
                  ON dirty.slice >= c.starts AND dirty.slice < c.ends
                     AND (c.firewalls IS NULL OR dirty.firewall_id = ANY(c.firewalls))
              GROUP BY 1) d
        WHERE d.alert_id = i.alert_id
        """;

    // What this one claims, those after it do not: they look again when it comes, goes or moves.
    private const string TouchLater = """
        UPDATE confirmed_incidents o SET stale_because = coalesce(o.stale_because, @reason)
        FROM confirmed_incidents i
        WHERE i.alert_id = ANY(@alerts) AND o.alert_id > i.alert_id AND o.starts < i.ends AND o.ends > i.starts
        """;

    private const string Replace = """
        WITH fresh AS (SELECT * FROM unnest(@slices, @firewalls, @excesses) AS f (slice, firewall_id, excess)),
        gone AS (
            DELETE FROM confirmed_excess c WHERE c.alert_id = @alert
              AND NOT EXISTS (SELECT FROM fresh f WHERE f.slice = c.slice AND f.firewall_id = c.firewall_id)
            RETURNING c.slice, c.firewall_id),
        written AS (
            INSERT INTO confirmed_excess AS c (slice, firewall_id, alert_id, excess)
            SELECT slice, firewall_id, @alert, excess FROM fresh ORDER BY 1, 2
            ON CONFLICT (slice, firewall_id, alert_id) DO UPDATE SET excess = excluded.excess
                WHERE abs(c.excess - excluded.excess) > 1e-6
            RETURNING c.slice, c.firewall_id)
        SELECT slice, firewall_id FROM gone UNION ALL SELECT slice, firewall_id FROM written
        """;

    // Series with counts of their own do not learn from the whole episode: whose part of a count it is, is asked of firewalls.
    private const string MarkOwn = """
        UPDATE series s SET rescore_from = least(s.rescore_from, e.starts), version = s.version + 1,
            rescore_reason = left(coalesce(s.rescore_reason || ', ', '') || @reason, 400)
        FROM (SELECT series_id, min(started_at) AS starts FROM episodes WHERE alert_id = @alert AND NOT vanished GROUP BY 1) e
        WHERE s.id = e.series_id AND s.own_counts AND s.state IS NOT NULL
        """;

    private const string Kept = """
        SELECT i.alert_id, (SELECT coalesce(sum(x.excess), 0) FROM confirmed_excess x WHERE x.alert_id = i.alert_id),
               CASE WHEN c.first < f.first THEN f.first END
        FROM confirmed_incidents i
        CROSS JOIN LATERAL (SELECT min(at) AS first FROM counts WHERE span = 5 AND at >= i.starts AND at < i.ends AND count > 0
            AND (i.firewalls IS NULL OR firewall_id = ANY(i.firewalls))) c
        CROSS JOIN LATERAL (SELECT coalesce(min(slice), i.ends) AS first FROM all_flows WHERE slice >= i.starts AND slice < i.ends
            AND (i.firewalls IS NULL OR firewall_id = ANY(i.firewalls))) f
        WHERE i.alert_id = ANY(@alerts) AND i.stale_because IS NULL
        """;

    /// <summary>Takes the excess of an alert's carriers out of what is learnt; <see cref="SettleAsync"/> does it.</summary>
    public static async Task ConfirmAsync(
        NpgsqlConnection connection,
        long alertId,
        Carriers carriers,
        CancellationToken ct
    )
    {
        ArgumentNullException.ThrowIfNull(carriers);
        var reason = Reason(alertId);
        await connection.ExecuteAsync(
            Confirm,
            ct,
            ("alerts", new[] { alertId }),
            ("dimension", carriers.Dimension.ToString()),
            ("values", carriers.Values.ToArray()),
            ("reason", reason)
        );
        await connection.ExecuteAsync(MarkOwn, ct, ("alert", alertId), ("reason", reason));
        await TouchLaterAsync(connection, [alertId], reason, ct);
    }

    /// <summary>Lets it be learnt again, as if it had never been confirmed.</summary>
    public static async Task RevokeAsync(NpgsqlConnection connection, long alertId, CancellationToken ct)
    {
        var reason = $"{Reason(alertId)} taken back";
        await TouchLaterAsync(connection, [alertId], reason, ct);
        await ReplaceAsync(connection, alertId, [], reason, ct);
        await connection.ExecuteAsync(MarkOwn, ct, ("alert", alertId), ("reason", reason));
        await connection.ExecuteAsync(
            "DELETE FROM confirmed_incidents WHERE alert_id = @alert",
            ct,
            ("alert", alertId)
        );
    }

    /// <summary>Notes that slices were counted anew: incidents that hold them are to be settled.</summary>
    public static Task<int> TouchAsync(
        NpgsqlConnection connection,
        (string Name, object? Value)[] dirty,
        CancellationToken ct
    ) => connection.ExecuteAsync(Touch, ct, dirty);

    /// <summary>
    /// Attributes anew what is stale, and marks the series whose past that changes to be scored again. What is more than
    /// <see cref="MostSettled"/> waits for the next call: nothing is counted meanwhile.
    /// </summary>
    public static async Task SettleAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        var all = await IncidentsAsync(connection, ct);
        var stale = all.Where(incident => incident.StaleBecause is not null).Take(MostSettled).ToList();
        foreach (var incident in stale)
        {
            var excess = await IncidentExcess.OfAsync(connection, incident, all, CountedFlows.Stored, ct);
            await ReplaceAsync(connection, incident.AlertId, excess, incident.StaleBecause!, ct);
        }
        if (stale.Count > 0)
            await connection.ExecuteAsync(
                "UPDATE confirmed_incidents SET stale_because = NULL WHERE alert_id = ANY(@alerts)",
                ct,
                ("alerts", stale.Select(incident => incident.AlertId).ToArray())
            );
    }

    /// <summary>What is kept out for each of the alerts; those that are still to be settled are left out.</summary>
    public static Task<List<Unlearnt>> UnlearntAsync(
        NpgsqlConnection connection,
        long[] alerts,
        CancellationToken ct
    ) =>
        connection.RowsAsync(
            Kept,
            row => new Unlearnt(row.GetInt64(0), row.GetDouble(1), row.OrNull<DateTimeOffset>(2)),
            ct,
            ("alerts", alerts)
        );

    /// <summary>
    /// Follows what machines do to confirmed alerts: an episode goes on, is moved by a re-score, or the alert was opened again.
    /// </summary>
    public async Task FollowAsync(CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        if (!await connection.ScalarAsync<bool>("SELECT EXISTS (SELECT FROM confirmed_incidents)", ct))
            return;

        await using var transaction = await connection.BeginTransactionAsync(ct);
        await CountStore.LockAsync(connection, ct);
        var revoked = await connection.RowsAsync(
            """
            SELECT i.alert_id FROM confirmed_incidents i LEFT JOIN alerts a ON a.id = i.alert_id
            WHERE a.close_reason IS DISTINCT FROM 'TruePositive'
            """,
            row => row.GetInt64(0),
            ct
        );
        foreach (var alert in revoked)
            await RevokeAsync(connection, alert, ct);

        var all = (await IncidentsAsync(connection, ct)).Select(incident => incident.AlertId).ToArray();
        var moved = (await connection.RowsAsync(Moved, row => row.GetInt64(0), ct, ("alerts", all))).ToArray();
        await TouchLaterAsync(connection, moved, Moving, ct);
        await connection.ExecuteAsync(Move, ct, ("alerts", moved));
        await TouchLaterAsync(connection, moved, Moving, ct);
        await SettleAsync(connection, ct);
        await transaction.CommitAsync(ct);
    }

    /// <summary>By how much a trial changes what is kept out: of incidents whose counts it changes.</summary>
    public async Task<List<SliceExcess>> TriedAsync(
        IReadOnlyList<CountDelta> deltas,
        CountedFlows counted,
        CancellationToken ct
    )
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        List<SliceExcess> changes = [];
        var all = await IncidentsAsync(connection, ct);
        foreach (var incident in all.Where(incident => deltas.Any(delta => delta.Delta != 0 && Holds(incident, delta))))
        {
            changes.AddRange(await IncidentExcess.OfAsync(connection, incident, all, counted, ct));
            changes.AddRange(
                await connection.RowsAsync(
                    "SELECT slice, firewall_id, -excess FROM confirmed_excess WHERE alert_id = @alert",
                    row => new SliceExcess(row.Time(0), row.GetInt32(1), row.GetDouble(2)),
                    ct,
                    ("alert", incident.AlertId)
                )
            );
        }
        // What stays as it is changes nothing, and must not have anything scored again.
        return
        [
            .. changes
                .GroupBy(change => (change.Slice, change.FirewallId))
                .Select(slice => new SliceExcess(slice.Key.Slice, slice.Key.FirewallId, slice.Sum(s => s.Excess)))
                .Where(slice => Math.Abs(slice.Excess) > 1e-6),
        ];
    }

    private static bool Holds(ConfirmedIncident incident, CountDelta delta) =>
        delta.Bucket >= incident.Starts
        && delta.Bucket < incident.Ends
        && (incident.Firewalls is null || incident.Firewalls.Contains(delta.FirewallId));

    /// <summary>All incidents, in the order in which they claim flows.</summary>
    public static Task<List<ConfirmedIncident>> IncidentsAsync(NpgsqlConnection connection, CancellationToken ct) =>
        connection.RowsAsync(
            "SELECT alert_id, starts, ends, span, firewalls, dimension, vals, stale_because FROM confirmed_incidents ORDER BY alert_id",
            row => new ConfirmedIncident(
                row.GetInt64(0),
                row.Time(1),
                row.Time(2),
                row.GetFieldValue<TimeSpan>(3),
                row.IsDBNull(4) ? null : row.GetFieldValue<int[]>(4),
                new(Enum.Parse<Dimension>(row.GetString(5)), row.GetFieldValue<string[]>(6)),
                row.TextOrNull(7)
            ),
            ct
        );

    private static Task<int> TouchLaterAsync(
        NpgsqlConnection connection,
        long[] alerts,
        string reason,
        CancellationToken ct
    ) => connection.ExecuteAsync(TouchLater, ct, ("alerts", alerts), ("reason", reason));

    private static async Task ReplaceAsync(
        NpgsqlConnection connection,
        long alertId,
        IReadOnlyList<SliceExcess> excess,
        string reason,
        CancellationToken ct
    )
    {
        var changed = await connection.RowsAsync(
            Replace,
            row => new Recounted(row.Time(0), row.GetInt32(1), reason),
            ct,
            ("alert", alertId),
            ("slices", excess.Select(e => e.Slice).ToArray()),
            ("firewalls", excess.Select(e => e.FirewallId).ToArray()),
            ("excesses", excess.Select(e => e.Excess).ToArray())
        );
        if (changed.Count > 0)
            await CountStore.MarkForRescoreAsync(connection, changed, ct);
    }

    private static string Reason(long alertId) =>
        string.Create(CultureInfo.InvariantCulture, $"confirmed incident #{alertId}");
}
