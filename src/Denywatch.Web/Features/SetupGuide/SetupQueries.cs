using System.Text.Json;
using Denywatch.Detection;
using Denywatch.Storage;
using Denywatch.Web.Features.Jobs;
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

/// <summary>What has arrived so far, of one integration or of all, and what the model makes of it.</summary>
/// <param name="Lines">Events and rejected lines of the last 24 hours.</param>
/// <param name="Denied">Those that count: denied ones, and unanswered ones of sources that are opted in.</param>
/// <param name="Unanswered">Those without an answer that do not count.</param>
/// <param name="DeniedByOthers">Those that count, of all other integrations; 0 where the state is of all.</param>
/// <param name="Unrecognised">Lines of the last 24 hours that no integration took.</param>
/// <param name="Comparable">Learnt buckets like the current one, of <see cref="SeriesModel.ComparableNeeded"/>.</param>
public sealed record SetupState(
    int Sources,
    DateTimeOffset? LastReceivedAt,
    long Lines,
    long Denied,
    long Unanswered,
    long Rejected,
    long DeniedByOthers,
    long Unrecognised,
    string? RejectReason,
    ParsedEvent? Last,
    int Series,
    bool IsLearning,
    int Comparable,
    string? JobProblem
)
{
    private static readonly TimeSpan quietAfter = TimeSpan.FromMinutes(10);

    public static SetupState Nothing { get; } = new(0, null, 0, 0, 0, 0, 0, 0, null, null, 0, true, 0, null);

    private long Events => Lines - Rejected;

    public bool HasLines => Lines > 0 || LastReceivedAt is not null;
    public bool IsScoring => Series > 0 && !IsLearning && JobProblem is null;

    /// <summary>First lamp: do events arrive?</summary>
    public (LampState Lamp, string Reason) Arriving(DateTimeOffset now)
    {
        if (LastReceivedAt is not { } last)
            return (
                LampState.Never,
                Unrecognised == 0
                    ? "No line has arrived yet."
                    : $"None so far, but {Lined(Unrecognised)} of the last 24 h fit no integration: Sources shows them."
            );
        if (now - last > quietAfter)
            return (
                LampState.Quiet,
                $"Nothing for {Times.Length(now - last)}; {Numbers.Exact(Events)} events in the last 24 h."
            );
        if (Events == 0 && Rejected > 0)
            return (LampState.Late, $"Lines arrive, but none is understood: {RejectReason}.");

        var from = Sources == 1 ? "one source" : $"{Numbers.Exact(Sources)} sources";
        var rejected = Rejected == 0 ? "" : $" {Lined(Rejected)} were not understood: {RejectReason}.";
        return (
            LampState.Ok,
            $"{Numbers.Exact(Events)} events in the last 24 h from {from}, the newest {Times.Length(now - last)} ago.{rejected}"
        );
    }

    /// <summary>Second lamp: are denies among them?</summary>
    /// <param name="noVerdict">Why the product never says so; null where it can.</param>
    public (LampState Lamp, string Reason) Denying(string? noVerdict = null)
    {
        if (Denied > 0)
            return (LampState.Ok, $"{Numbers.Exact(Denied)} of {Numbers.Exact(Events)} events in the last 24 h.");
        if (!HasLines)
            return (
                LampState.Never,
                noVerdict is null ? "It waits for the first event." : $"It will stay amber. {noVerdict}"
            );
        if (Events == 0)
            return (LampState.Quiet, "No event that was understood in the last 24 h.");
        if (noVerdict is not null && DeniedByOthers > 0)
            return (
                LampState.Ok,
                $"{Numbers.Exact(DeniedByOthers)} in the last 24 h, from what was added beside it: its own events tell of none."
            );

        var unanswered =
            Unanswered == 0
                ? ""
                : $" {Numbers.Exact(Unanswered)} got no answer: they count once their source is opted in.";
        return (
            LampState.Late,
            $"None of {Numbers.Exact(Events)} events in the last 24 h says that something was denied.{unanswered} "
                + (noVerdict ?? "Is the logging of denies on, of the default rule too?")
        );
    }

    private static string Lined(long lines) => lines == 1 ? "1 line" : $"{Numbers.Exact(lines)} lines";

    /// <summary>Does the model learn, or score already?</summary>
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
public sealed class SetupQueries(NpgsqlDataSource source, RuleQueries rules, JobQueries jobs)
{
    private const string Arrivals = """
        WITH chosen AS (SELECT * FROM data_sources WHERE @integration = '' OR integration = @integration)
        SELECT (SELECT count(*) FROM chosen)::int,
               (SELECT max(last_received_at) FROM chosen),
               coalesce(sum(denied + allowed + unanswered + none + rejected), 0)::bigint,
               coalesce(sum(denied) + sum(unanswered) FILTER (WHERE counts_unanswered), sum(denied), 0)::bigint,
               coalesce(sum(unanswered) FILTER (WHERE NOT counts_unanswered), 0)::bigint,
               coalesce(sum(rejected), 0)::bigint,
               (SELECT coalesce(sum(rejected), 0) FROM source_slices JOIN data_sources ON id = data_source_id
                WHERE integration = 'unknown' AND slice >= now() - interval '24 hours')::bigint,
               (SELECT coalesce(sum(denied), 0) + coalesce(sum(unanswered) FILTER (WHERE counts_unanswered), 0)
                FROM source_slices JOIN data_sources ON id = data_source_id
                WHERE @integration <> '' AND integration <> @integration AND slice >= now() - interval '24 hours')::bigint,
               (SELECT reason FROM rejects JOIN chosen ON id = data_source_id ORDER BY last_at DESC LIMIT 1)
        FROM source_slices JOIN chosen ON id = data_source_id
        WHERE slice >= now() - interval '24 hours'
        """;

    private const string LastEvent = """
        SELECT f.name, d.integration, d.last_received_at, d.last_event::text
        FROM data_sources d JOIN firewalls f ON f.id = d.firewall_id
        WHERE d.last_event IS NOT NULL AND (@integration = '' OR d.integration = @integration)
        ORDER BY d.last_received_at DESC LIMIT 1
        """;

    /// <param name="integration">Name of the only one to look at; null for all.</param>
    public async Task<SetupState> StateAsync(string? integration, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        (string, object?) chosen = ("integration", integration ?? "");
        var last = await connection.RowsAsync(
            LastEvent,
            row => new ParsedEvent(row.GetString(0), row.GetString(1), row.Time(2), FieldsOf(row.GetString(3))),
            ct,
            chosen
        );
        var arrivals = await connection.RowsAsync(
            Arrivals,
            row =>
                SetupState.Nothing with
                {
                    Sources = row.GetInt32(0),
                    LastReceivedAt = row.OrNull<DateTimeOffset>(1),
                    Lines = row.GetInt64(2),
                    Denied = row.GetInt64(3),
                    Unanswered = row.GetInt64(4),
                    Rejected = row.GetInt64(5),
                    Unrecognised = row.GetInt64(6),
                    DeniedByOthers = row.GetInt64(7),
                    RejectReason = row.TextOrNull(8),
                },
            ct,
            chosen
        );
        var series = await rules.SeriesAsync([BuiltInJobs.Total, BuiltInJobs.ByFirewall], ct);
        var total = series.FirstOrDefault(row => row.JobId == BuiltInJobs.Total);
        var states = await jobs.FactsAsync(ct);
        return arrivals[0] with
        {
            Last = last is [var newest] ? newest : null,
            Series = series.Count,
            IsLearning = total?.IsLearning ?? true,
            Comparable = total?.Comparable ?? 0,
            JobProblem = states.Select(state => state.Problem).FirstOrDefault(problem => problem is not null),
        };
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
