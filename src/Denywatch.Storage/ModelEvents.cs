using System.Text.Json.Serialization;
using Denywatch.Detection;
using Npgsql;

namespace Denywatch.Storage;

/// <summary>What a model noticed, and where.</summary>
/// <param name="Series">Name of the firewall, or whatever the job splits by; "All firewalls" for the total.</param>
public sealed record NoticedEvent(
    DateTimeOffset At,
    string JobId,
    string Series,
    [property: JsonConverter(typeof(JsonStringEnumConverter<ModelEventKind>))] ModelEventKind Kind,
    string Sentence
);

/// <summary>The system's annotations: what models noticed as they learnt.</summary>
public static class ModelEvents
{
    private const string Forget = "DELETE FROM model_events WHERE series_id = @series AND at >= @from";

    private const string Insert = """
        INSERT INTO model_events (series_id, at, kind, text)
        SELECT @series, n.at, n.kind, n.text FROM unnest(@ats, @kinds, @texts) AS n (at, kind, text)
        ON CONFLICT DO NOTHING
        """;

    private const string Newest = """
        SELECT e.at, s.job_id, CASE WHEN s.partition = '' THEN 'All firewalls' ELSE s.partition END, e.kind, e.text
        FROM model_events e JOIN series s ON s.id = e.series_id
        WHERE e.at >= @from AND e.at < @to AND (@job = '' OR s.job_id = @job)
        ORDER BY e.at DESC, s.partition, e.kind LIMIT @most
        """;

    /// <summary>
    /// Takes the place of all that was noticed from a time on: what is learnt again is noticed again, or is no more. Belongs
    /// in the transaction that writes the records.
    /// </summary>
    /// <param name="events">Those before <paramref name="from"/> stand as they were written.</param>
    public static async Task WriteAsync(
        NpgsqlConnection connection,
        int seriesId,
        DateTimeOffset from,
        IReadOnlyList<ModelEvent> events,
        CancellationToken ct
    )
    {
        await connection.ExecuteAsync(Forget, ct, ("series", seriesId), ("from", from));
        var written = events.Where(one => one.At >= from).ToList();
        if (written.Count == 0)
            return;

        await connection.ExecuteAsync(
            Insert,
            ct,
            ("series", seriesId),
            ("ats", written.Select(one => one.At).ToArray()),
            ("kinds", written.Select(one => (short)one.Kind).ToArray()),
            ("texts", written.Select(one => one.Sentence).ToArray())
        );
    }

    /// <summary>The newest in [from, to).</summary>
    /// <param name="jobId">Of its series alone; empty for those of all jobs.</param>
    public static Task<List<NoticedEvent>> BetweenAsync(
        NpgsqlConnection connection,
        string jobId,
        DateTimeOffset from,
        DateTimeOffset to,
        int most,
        CancellationToken ct
    ) =>
        connection.RowsAsync(
            Newest,
            row => new NoticedEvent(
                row.Time(0),
                row.GetString(1),
                row.GetString(2),
                (ModelEventKind)row.GetInt16(3),
                row.GetString(4)
            ),
            ct,
            ("job", jobId),
            ("from", from),
            ("to", to),
            ("most", most)
        );
}
