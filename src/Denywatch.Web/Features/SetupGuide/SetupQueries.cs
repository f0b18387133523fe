using System.Text.Json;
using Denywatch.Detection;
using Denywatch.Storage;
using Denywatch.Web.Features.Rules;
using Denywatch.Web.Ui;
using Npgsql;

namespace Denywatch.Web.Features.SetupGuide;

/// <summary>The last event that was understood, field by field.</summary>
public sealed record ParsedEvent(
    string Firewall,
    string Integration,
    DateTimeOffset ReceivedAt,
    IReadOnlyList<(string Field, string Value)> Fields
);

/// <summary>What has arrived so far, and what the model makes of it.</summary>
/// <param name="Lines">Events and rejected lines of the last 24 hours.</param>
/// <param name="Comparable">Learnt buckets like the current one, of <see cref="SeriesModel.ComparableNeeded"/>.</param>
public sealed record SetupState(
    int Sources,
    DateTimeOffset? LastReceivedAt,
    long Lines,
    long Denied,
    long Rejected,
    string? RejectReason,
    ParsedEvent? Last,
    int Series,
    bool IsLearning,
    int Comparable,
    string? JobProblem
)
{
    private static readonly TimeSpan quietAfter = TimeSpan.FromMinutes(10);

    public bool HasLines => Lines > 0 || LastReceivedAt is not null;
    public bool HasDenies => Denied > 0 || Series > 0;
    public bool IsScoring => Series > 0 && !IsLearning && JobProblem is null;

    /// <summary>First lamp: are denies arriving?</summary>
    public (LampState Lamp, string Reason) Arriving(DateTimeOffset now)
    {
        if (LastReceivedAt is not { } last)
            return (LampState.Never, "No line has arrived yet.");
        if (now - last > quietAfter)
            return (
                LampState.Quiet,
                $"Nothing for {Times.Length(now - last)}; {Numbers.Exact(Denied)} denies in the last 24 h."
            );
        if (Denied == 0 && Rejected > 0)
            return (LampState.Late, $"Lines arrive, but none is understood: {RejectReason}.");
        if (Denied == 0)
            return (
                LampState.Late,
                "Lines arrive and are understood, but none says that something was denied. Is the logging of denies on, of the default rule too?"
            );

        var from = Sources == 1 ? "one source" : $"{Numbers.Exact(Sources)} sources";
        return (
            LampState.Ok,
            $"{Numbers.Exact(Denied)} denies in the last 24 h from {from}, the newest line {Times.Length(now - last)} ago."
        );
    }

    /// <summary>Second lamp: does the model learn, or score already?</summary>
    public (LampState Lamp, string Reason) Model()
    {
        if (JobProblem is { } problem)
            return (LampState.Quiet, $"The job has stopped: {problem}");
        if (Series == 0)
            return (LampState.Never, "It starts with the first deny.");
        if (IsLearning)
            return (
                LampState.Late,
                $"Learning: {Comparable} of {SeriesModel.ComparableNeeded} comparable buckets. Importing older logs makes this quicker."
            );

        return (LampState.Ok, Series == 1 ? "Scoring every bucket." : $"Scoring {Numbers.Exact(Series)} series.");
    }
}

/// <summary>What the set-up guide checks, live.</summary>
public sealed class SetupQueries(NpgsqlDataSource source, RuleQueries rules)
{
    private const string Arrivals = """
        SELECT (SELECT count(*) FROM data_sources)::int,
               (SELECT max(last_received_at) FROM data_sources),
               coalesce(sum(denied + allowed + unanswered + none + rejected), 0)::bigint,
               coalesce(sum(denied), 0)::bigint,
               coalesce(sum(rejected), 0)::bigint,
               (SELECT reason FROM rejects ORDER BY last_at DESC LIMIT 1)
        FROM source_slices WHERE slice >= now() - interval '24 hours'
        """;

    private const string LastEvent = """
        SELECT f.name, d.integration, d.last_received_at, d.last_event::text
        FROM data_sources d JOIN firewalls f ON f.id = d.firewall_id
        WHERE d.last_event IS NOT NULL ORDER BY d.last_received_at DESC LIMIT 1
        """;

    public async Task<SetupState> StateAsync(CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        var last = await connection.RowsAsync(
            LastEvent,
            row => new ParsedEvent(row.GetString(0), row.GetString(1), row.Time(2), FieldsOf(row.GetString(3))),
            ct
        );
        var arrivals = await connection.RowsAsync(
            Arrivals,
            row =>
                (
                    Sources: row.GetInt32(0),
                    Last: row.OrNull<DateTimeOffset>(1),
                    Lines: row.GetInt64(2),
                    Denied: row.GetInt64(3),
                    Rejected: row.GetInt64(4),
                    Reason: row.TextOrNull(5)
                ),
            ct
        );
        var series = await rules.SeriesAsync([BuiltInJobs.Total, BuiltInJobs.ByFirewall], ct);
        var total = series.FirstOrDefault(row => row.JobId == BuiltInJobs.Total);
        var states = await rules.JobStatesAsync(ct);
        var seen = arrivals[0];
        return new(
            seen.Sources,
            seen.Last,
            seen.Lines,
            seen.Denied,
            seen.Rejected,
            seen.Reason,
            last is [var newest] ? newest : null,
            series.Count,
            total?.IsLearning ?? true,
            total?.Comparable ?? 0,
            states.Select(state => state.Problem).FirstOrDefault(problem => problem is not null)
        );
    }

    // The database keeps fields by the length of their names; people read them in this order.
    private static readonly string[] order =
    [
        "verdict",
        "reason",
        "@timestamp",
        "event.action",
        "source.ip",
        "source.port",
        "destination.ip",
        "destination.port",
        "network.transport",
        "network.direction",
        "observer.name",
        "rule.name",
        "count",
    ];

    /// <summary>Fields of a stored event, those that matter most first; what is not JSON gives none.</summary>
    public static IReadOnlyList<(string Field, string Value)> FieldsOf(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind != JsonValueKind.Object
                ? []
                :
                [
                    .. document
                        .RootElement.EnumerateObject()
                        .Select(field => (field.Name, field.Value.ToString()))
                        .OrderBy(field =>
                            Array.IndexOf(order, field.Name) is >= 0 and var place ? place : order.Length
                        ),
                ];
        }
        catch (JsonException)
        {
            return [];
        }
    }
}
