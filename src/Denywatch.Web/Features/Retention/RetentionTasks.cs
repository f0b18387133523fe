using Denywatch.Storage;
using Npgsql;

namespace Denywatch.Web.Features.Retention;

/// <summary>Makes partitions ahead of need and folds closed hours of recent flows into their days.</summary>
public sealed class CompactionTask(Partitions partitions, FlowStore flows, TimeProvider clock)
{
    public async Task RunAsync(CancellationToken ct)
    {
        await partitions.EnsureAsync(clock.GetUtcNow(), ct);
        await flows.CompactAsync(clock.GetUtcNow(), ct);
    }
}

/// <summary>Drops what is past its retention.</summary>
public sealed partial class RetentionTask(
    Partitions partitions,
    NpgsqlDataSource source,
    Settings settings,
    TimeProvider clock,
    ILogger<RetentionTask> logger
)
{
    // Counts of imports from before the horizon go with the rest: their flows are gone by then.
    private static readonly string[] OldRows =
    [
        "DELETE FROM counts WHERE at < @counts",
        "DELETE FROM rollups WHERE at < @counts",
        "DELETE FROM records WHERE bucket < @counts",
        "DELETE FROM model_events WHERE at < @counts",
        "DELETE FROM record_revisions WHERE bucket < @counts",
        "DELETE FROM confirmed_excess WHERE slice < @counts",
        "DELETE FROM confirmed_incidents WHERE ends < @counts",
        "DELETE FROM source_slices WHERE slice < @counts",
        "DELETE FROM country_slices WHERE slice < @counts",
        "DELETE FROM series_counts WHERE at < @counts",
        "DELETE FROM series_values WHERE at < @counts",
        "DELETE FROM change_markers WHERE at < @counts",
        """DELETE FROM intake_gaps WHERE "to" < @counts""",
        "DELETE FROM deliveries WHERE done_at < @counts",
        "DELETE FROM source_silences WHERE ended_at < @batches - interval '8 days'",
        "DELETE FROM source_alarms a WHERE ended_at < @counts AND NOT EXISTS (SELECT FROM deliveries d WHERE d.source_alarm_id = a.id)",
        "DELETE FROM rule_runs WHERE at < @runs",
        """DELETE FROM rule_fills WHERE "to" < @counts""",
        "DELETE FROM batches WHERE received_at < @batches",
        """
            WITH old AS (DELETE FROM rejected_lines WHERE received_at < @lines RETURNING data_source_id, reason)
            UPDATE rejects r SET kept = r.kept - o.lines
            FROM (SELECT data_source_id, reason, count(*) AS lines FROM old GROUP BY 1, 2) o
            WHERE r.data_source_id = o.data_source_id AND r.reason = o.reason
            """,
    ];

    public async Task RunAsync(CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var dropped = await partitions.DropOldAsync(
            now,
            TimeSpan.FromDays(settings.KeepFlowsDays),
            TimeSpan.FromDays(settings.KeepLinesDays),
            ct
        );
        foreach (var partition in dropped)
            Dropped(partition);

        await using var connection = await source.OpenConnectionAsync(ct);
        foreach (var sql in OldRows)
            await connection.ExecuteAsync(
                sql,
                ct,
                ("counts", now - TimeSpan.FromDays(settings.KeepCountsDays)),
                ("lines", now - TimeSpan.FromDays(settings.KeepLinesDays)),
                ("runs", now - RuleRunStore.Kept),
                ("batches", now - TimeSpan.FromDays(7))
            );
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Past their retention, dropped: {Partition}")]
    private partial void Dropped(string partition);
}
