using Denywatch.Detection;
using Npgsql;

namespace Denywatch.Storage;

/// <summary>The system's annotations: what models noticed as they learnt.</summary>
public static class ModelEvents
{
    private const string Forget = "DELETE FROM model_events WHERE series_id = @series AND at >= @from";

    private const string Insert = """
        INSERT INTO model_events (series_id, at, kind, text)
        SELECT @series, n.at, n.kind, n.text FROM unnest(@ats, @kinds, @texts) AS n (at, kind, text)
        ON CONFLICT DO NOTHING
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
}
