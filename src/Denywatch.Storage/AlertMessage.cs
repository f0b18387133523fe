using System.Text.Json;
using System.Text.Json.Serialization;
using Denywatch.Storage.Entities;

namespace Denywatch.Storage;

/// <summary>
/// What a receiver is told, in the shape of Standard Webhooks; <see cref="Data"/> is a document in the Elastic Common
/// Schema, with what that has no name for under <c>denywatch</c>.
/// </summary>
/// <param name="Type">Such as <c>alert.opened</c>.</param>
public sealed record AlertMessage(int Version, string Type, DateTimeOffset Timestamp, AlertDocument Data)
{
    /// <summary>Grows when a field changes its meaning or goes; new fields may come without.</summary>
    public const int NewestVersion = 1;

    private static readonly JsonSerializerOptions json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public string ToJson() => JsonSerializer.Serialize(this, json);

    public static AlertMessage Read(string text) =>
        JsonSerializer.Deserialize<AlertMessage>(text, json)
        ?? throw new JsonException("A message is an object, not null.");

    /// <param name="key">The same for all messages of the episode.</param>
    public static AlertMessage Of(
        Alert alert,
        Rule rule,
        AlertNews news,
        string key,
        Guid messageId,
        int sequence,
        DateTimeOffset at
    )
    {
        ArgumentNullException.ThrowIfNull(alert);
        ArgumentNullException.ThrowIfNull(rule);
        var action = Word(news);
        return new(
            NewestVersion,
            $"alert.{action}",
            at,
            new(
                at,
                alert.Sentence,
                new(
                    "alert",
                    ["network"],
                    ["denied"],
                    action,
                    messageId.ToString(),
                    sequence,
                    alert.SeverityRank,
                    rule.RiskScore,
                    alert.StartedAt,
                    alert.EndedAt
                ),
                new(rule.Id.ToString(), rule.Name),
                new(
                    key,
                    alert.Id,
                    alert.Title,
                    alert.Status.ToString().ToLowerInvariant(),
                    alert.Severity,
                    alert.SeverityReason,
                    alert.Cause,
                    Math.Round(alert.Actual),
                    Math.Round(alert.Typical, 1),
                    Math.Round(alert.Excess),
                    Math.Round(alert.PeakScore, 1),
                    alert.PeakAt,
                    alert.Matches,
                    alert.IsStorm,
                    alert.Assignee,
                    alert.CloseReason is { } reason
                        ? JsonNamingPolicy.SnakeCaseLower.ConvertName(reason.ToString())
                        : null,
                    alert.ClosedBy
                )
            )
        );
    }

    /// <summary>What is told of a source; its <see cref="SourceAlarm.DataSource"/> is read with its firewall.</summary>
    public static AlertMessage Of(
        SourceAlarm alarm,
        AlertNews news,
        string key,
        Guid messageId,
        int sequence,
        DateTimeOffset at
    )
    {
        ArgumentNullException.ThrowIfNull(alarm);
        var (firewall, action) = (alarm.DataSource.Firewall.Name, Word(news));
        var (title, over) = alarm.Kind switch
        {
            SourceAlarmKind.Duplicate => ("Duplicate feed", "is no duplicate any more"),
            SourceAlarmKind.LoggingChanged => ("Logging changed", "logs as is normal now"),
            var kind => ($"Source {kind.ToString().ToLowerInvariant()}", "sends as usual again"),
        };
        return new(
            NewestVersion,
            $"source_alarm.{action}",
            at,
            new(
                at,
                alarm.EndedAt is null
                    ? $"{title}: {firewall} ({alarm.DataSource.Integration}). {alarm.Reason}"
                    : $"{firewall} ({alarm.DataSource.Integration}) {over}.",
                new(
                    "alert",
                    ["host"],
                    [alarm.EndedAt is null ? "error" : "info"],
                    action,
                    messageId.ToString(),
                    sequence,
                    alarm.SeverityRank,
                    0,
                    alarm.Since,
                    alarm.EndedAt
                ),
                null,
                OfNoAlert(
                    key,
                    $"{title}: {firewall}",
                    alarm.EndedAt is null ? "open" : "closed",
                    alarm.SeverityRank == 1 ? "medium" : "low",
                    alarm.DataSourceId
                )
            )
        );
    }

    /// <summary>What somebody sends to try a connector.</summary>
    public static AlertMessage Trial(string key, Guid messageId, DateTimeOffset at) =>
        new(
            NewestVersion,
            "test",
            at,
            new(
                at,
                "A test from Denywatch: alerts will look like this, with their sentence here.",
                new("event", ["network"], ["info"], Word(AlertNews.Test), messageId.ToString(), 1, 0, 0, at, null),
                null,
                OfNoAlert(key, "Test", status: null, "low", dataSource: null)
            )
        );

    private static DenywatchFields OfNoAlert(
        string key,
        string title,
        string? status,
        string severity,
        int? dataSource
    ) =>
        new(
            key,
            AlertId: null,
            title,
            status,
            severity,
            SeverityReason: null,
            Cause: null,
            Actual: null,
            Typical: null,
            Excess: null,
            PeakScore: null,
            PeakAt: null,
            Matches: [],
            IsStorm: false,
            Assignee: null,
            CloseReason: null,
            ClosedBy: null,
            dataSource
        );

    private static string Word(AlertNews news) => news.ToString().ToLowerInvariant();
}

/// <param name="Message">The alert's sentence: how many, how many expected, who, what.</param>
public sealed record AlertDocument(
    [property: JsonPropertyName("@timestamp")] DateTimeOffset Timestamp,
    string Message,
    EventFields Event,
    RuleFields? Rule,
    DenywatchFields Denywatch
);

/// <summary>ECS <c>event.*</c>.</summary>
/// <param name="Id">Of the message; the same through all attempts.</param>
/// <param name="Sequence">1 for the first message of the episode to this receiver.</param>
/// <param name="Severity">0 low to 3 critical.</param>
/// <param name="RiskScore">The rule's, unchanged.</param>
/// <param name="Url">The alert's page, where the server knows its public address.</param>
public sealed record EventFields(
    string Kind,
    IReadOnlyList<string> Category,
    IReadOnlyList<string> Type,
    string Action,
    string Id,
    int Sequence,
    int Severity,
    int RiskScore,
    DateTimeOffset Start,
    DateTimeOffset? End,
    string? Url = null
);

/// <summary>ECS <c>rule.*</c>.</summary>
public sealed record RuleFields(string Id, string Name);

/// <summary>What ECS has no name for.</summary>
/// <param name="Key">Of the episode: the same in all its messages, also after it was opened again.</param>
/// <param name="Actual">Denies in the peak bucket.</param>
/// <param name="Typical">Expected denies in the peak bucket.</param>
/// <param name="Excess">Actual minus typical over the whole episode.</param>
/// <param name="SourceId">Of the source that the message is about; null for alerts.</param>
public sealed record DenywatchFields(
    string Key,
    long? AlertId,
    string Title,
    string? Status,
    string Severity,
    string? SeverityReason,
    string? Cause,
    double? Actual,
    double? Typical,
    double? Excess,
    double? PeakScore,
    DateTimeOffset? PeakAt,
    IReadOnlyList<string> Matches,
    bool IsStorm,
    string? Assignee,
    string? CloseReason,
    string? ClosedBy,
    int? SourceId = null
);
