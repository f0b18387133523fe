using System.Text.Json.Serialization;
using Denywatch.Detection;
using Denywatch.Storage;
using Npgsql;

namespace Denywatch.Web.Features.Scoring;

/// <summary>What a model noticed, and where.</summary>
/// <param name="Series">As a person calls it, such as "destination port 445".</param>
public sealed record NoticedEvent(
    DateTimeOffset At,
    string JobId,
    string Series,
    [property: JsonConverter(typeof(JsonStringEnumConverter<ModelEventKind>))] ModelEventKind Kind,
    string Sentence
);

/// <summary>Reads the system's annotations.</summary>
public static class NoticedEvents
{
    private const string Newest = """
        SELECT e.at, s.job_id, s.partition, j.partition_field, e.kind, e.text
        FROM model_events e JOIN series s ON s.id = e.series_id JOIN jobs j ON j.id = s.job_id
        WHERE e.at >= @from AND e.at < @to AND (@job = '' OR s.job_id = @job)
        ORDER BY e.at DESC, s.partition, e.kind LIMIT @most
        """;

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
                ScoredSeries.TitleOf(row.GetString(2), row.TextOrNull(3)),
                (ModelEventKind)row.GetInt16(4),
                row.GetString(5)
            ),
            ct,
            ("job", jobId),
            ("from", from),
            ("to", to),
            ("most", most)
        );
}
