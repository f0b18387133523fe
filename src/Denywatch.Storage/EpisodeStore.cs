using Denywatch.Alerting;
using Denywatch.Alerting.Replay;
using Npgsql;

namespace Denywatch.Storage;

/// <summary>The episode of one series and rule, and the alert that tells it.</summary>
public sealed record StoredEpisode(int SeriesId, Guid RuleId, long AlertId, Episode Episode);

/// <summary>Episodes: the key (series, rule, start) is what makes an alert come once.</summary>
public static class EpisodeStore
{
    private const long AlertLock = 0x44454E5D;

    private const string Columns =
        "series_id, rule_id, alert_id, started_at, last_bucket, peak_bucket, peak_score, peak_actual, peak_typical, ended_at";

    /// <summary>Until the transaction ends, nobody else raises, folds or ends alerts.</summary>
    public static Task LockAsync(NpgsqlConnection connection, CancellationToken ct) =>
        connection.ExecuteAsync("SELECT pg_advisory_xact_lock(@lock)", ct, ("lock", AlertLock));

    public static async Task<StoredEpisode?> OpenAsync(
        NpgsqlConnection connection,
        int seriesId,
        Guid ruleId,
        CancellationToken ct
    )
    {
        var open = await connection.RowsAsync(
            $"SELECT {Columns} FROM episodes WHERE series_id = @series AND rule_id = @rule AND ended_at IS NULL AND NOT vanished",
            Read,
            ct,
            ("series", seriesId),
            ("rule", ruleId)
        );
        return open.FirstOrDefault();
    }

    /// <summary>Episodes of other series that go on around <paramref name="bucket"/>, oldest first.</summary>
    public static Task<List<StoredEpisode>> OthersAsync(
        NpgsqlConnection connection,
        int seriesId,
        DateTimeOffset bucket,
        TimeSpan reach,
        CancellationToken ct
    ) =>
        connection.RowsAsync(
            $"""
            SELECT {Columns} FROM episodes
            WHERE series_id <> @series AND NOT vanished AND started_at <= @bucket + @reach AND last_bucket >= @bucket - @reach
            ORDER BY started_at, alert_id
            """,
            Read,
            ct,
            ("series", seriesId),
            ("bucket", bucket),
            ("reach", reach)
        );

    /// <summary>Episodes of a series and rule that end at <paramref name="from"/> or later, vanished ones too, oldest first.</summary>
    public static Task<List<KnownEpisode>> SinceAsync(
        NpgsqlConnection connection,
        int seriesId,
        Guid ruleId,
        DateTimeOffset from,
        CancellationToken ct
    ) =>
        connection.RowsAsync(
            $"""
            SELECT {Columns}, vanished FROM episodes
            WHERE series_id = @series AND rule_id = @rule AND last_bucket >= @from ORDER BY started_at
            """,
            ReadKnown,
            ct,
            ("series", seriesId),
            ("rule", ruleId),
            ("from", from)
        );

    /// <summary>An episode of the alert that still stands: the one of its owner if that does, null where none does.</summary>
    public static async Task<StoredEpisode?> StandingAsync(
        NpgsqlConnection connection,
        long alertId,
        int ownerSeriesId,
        CancellationToken ct
    ) => (await AllStandingAsync(connection, alertId, ownerSeriesId, ct)).FirstOrDefault();

    /// <summary>All of them, the owner's first.</summary>
    public static Task<List<StoredEpisode>> AllStandingAsync(
        NpgsqlConnection connection,
        long alertId,
        int ownerSeriesId,
        CancellationToken ct
    ) =>
        connection.RowsAsync(
            $"""
            SELECT {Columns} FROM episodes WHERE alert_id = @alert AND NOT vanished
            ORDER BY series_id <> @owner, series_id
            """,
            Read,
            ct,
            ("alert", alertId),
            ("owner", ownerSeriesId)
        );

    /// <summary>Whether an episode that is over holds <paramref name="bucket"/> already.</summary>
    public static Task<bool> CoversAsync(
        NpgsqlConnection connection,
        int seriesId,
        Guid ruleId,
        DateTimeOffset bucket,
        CancellationToken ct
    ) =>
        connection.ScalarAsync<bool>(
            """
            SELECT EXISTS (SELECT FROM episodes WHERE series_id = @series AND rule_id = @rule
                           AND started_at <= @bucket AND last_bucket >= @bucket)
            """,
            ct,
            ("series", seriesId),
            ("rule", ruleId),
            ("bucket", bucket)
        );

    public static Task<bool> AllEndedAsync(NpgsqlConnection connection, long alertId, CancellationToken ct) =>
        connection.ScalarAsync<bool>(
            "SELECT NOT EXISTS (SELECT FROM episodes WHERE alert_id = @alert AND ended_at IS NULL AND NOT vanished)",
            ct,
            ("alert", alertId)
        );

    /// <summary>Writes the episode as it stands now. Its start may have moved back: late data came before it.</summary>
    public static async Task WriteAsync(
        NpgsqlConnection connection,
        StoredEpisode stored,
        DateTimeOffset? startedBefore,
        CancellationToken ct,
        bool isVanished = false
    )
    {
        var episode = stored.Episode;
        if (startedBefore is { } before && before != episode.Started)
            await connection.ExecuteAsync(
                "UPDATE episodes SET started_at = @started WHERE series_id = @series AND rule_id = @rule AND started_at = @before",
                ct,
                ("series", stored.SeriesId),
                ("rule", stored.RuleId),
                ("started", episode.Started),
                ("before", before)
            );
        await connection.ExecuteAsync(
            """
            INSERT INTO episodes (series_id, rule_id, alert_id, started_at, last_bucket, ended_at, peak_bucket, peak_score,
                                  peak_actual, peak_typical, vanished)
            VALUES (@series, @rule, @alert, @started, @last, @ended, @peak, @score, @actual, @typical, @vanished)
            ON CONFLICT (series_id, rule_id, started_at) DO UPDATE SET last_bucket = excluded.last_bucket,
                ended_at = excluded.ended_at, peak_bucket = excluded.peak_bucket, peak_score = excluded.peak_score,
                peak_actual = excluded.peak_actual, peak_typical = excluded.peak_typical,
                vanished = excluded.vanished
            """,
            ct,
            ("series", stored.SeriesId),
            ("rule", stored.RuleId),
            ("alert", stored.AlertId),
            ("started", episode.Started),
            ("last", episode.LastAbove),
            ("ended", episode.Ended),
            ("peak", episode.PeakBucket),
            ("score", episode.PeakScore),
            ("actual", episode.PeakActual),
            ("typical", episode.PeakTypical),
            ("vanished", isVanished)
        );
    }

    /// <summary>Episodes of a series that stand, of alerts whose owner's episodes have all vanished.</summary>
    public static Task<List<StoredEpisode>> OrphansAsync(
        NpgsqlConnection connection,
        int seriesId,
        DateTimeOffset from,
        CancellationToken ct
    ) =>
        connection.RowsAsync(
            $"""
            SELECT {Columns} FROM episodes e
            WHERE series_id = @series AND last_bucket >= @from AND NOT vanished AND EXISTS (
                SELECT FROM alerts a WHERE a.id = e.alert_id AND a.series_id <> e.series_id AND NOT EXISTS (
                    SELECT FROM episodes o WHERE o.alert_id = a.id AND o.series_id = a.series_id AND NOT o.vanished))
            ORDER BY started_at
            """,
            Read,
            ct,
            ("series", seriesId),
            ("from", from)
        );

    /// <summary>Forgets a vanished episode that no alert tells of: it stands again.</summary>
    public static Task<int> ForgetAsync(
        NpgsqlConnection connection,
        int seriesId,
        Guid ruleId,
        DateTimeOffset started,
        CancellationToken ct
    ) =>
        connection.ExecuteAsync(
            "DELETE FROM episodes WHERE series_id = @series AND rule_id = @rule AND started_at = @started AND alert_id = @untold",
            ct,
            ("series", seriesId),
            ("rule", ruleId),
            ("started", started),
            ("untold", KnownEpisode.Untold)
        );

    private static StoredEpisode Read(NpgsqlDataReader row) =>
        new(
            row.GetInt32(0),
            row.GetGuid(1),
            row.GetInt64(2),
            new(
                row.Time(3),
                row.Time(4),
                row.Time(5),
                row.GetDouble(6),
                row.GetDouble(7),
                row.GetDouble(8),
                row.OrNull<DateTimeOffset>(9)
            )
        );

    private static KnownEpisode ReadKnown(NpgsqlDataReader row)
    {
        var stored = Read(row);
        return new(stored.AlertId, stored.Episode, row.GetBoolean(10));
    }
}
