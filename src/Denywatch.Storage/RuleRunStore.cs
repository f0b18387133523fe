using System.Text.Json.Serialization;
using Npgsql;

namespace Denywatch.Storage;

/// <summary>What made a rule judge records.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RunKind>))]
public enum RunKind
{
    /// <summary>A look at buckets that are open.</summary>
    Look,

    /// <summary>Buckets of one shard have closed.</summary>
    Close,

    /// <summary>The past was scored again.</summary>
    Rescore,

    /// <summary>A gap was filled.</summary>
    Fill,
}

/// <summary>What a run of a rule read, found and raised.</summary>
/// <param name="Series">Series read.</param>
/// <param name="Buckets">Their buckets.</param>
/// <param name="Above">Buckets above the rule's line.</param>
/// <param name="Extended">Alerts that got longer, higher or other numbers.</param>
/// <param name="Ended">Alerts that ended or vanished.</param>
/// <param name="Took">Time that judging and writing took, with the scoring that came with it.</param>
public readonly record struct RunCounts(
    int Series,
    int Buckets,
    int Above,
    int Raised,
    int Extended,
    int Ended,
    TimeSpan Took = default
)
{
    public static RunCounts operator +(RunCounts a, RunCounts b) =>
        new(
            a.Series + b.Series,
            a.Buckets + b.Buckets,
            a.Above + b.Above,
            a.Raised + b.Raised,
            a.Extended + b.Extended,
            a.Ended + b.Ended,
            a.Took + b.Took
        );
}

/// <summary>One line of a rule's execution log.</summary>
/// <param name="At">When it came to its end, by the database's clock.</param>
/// <param name="Problem">Why it failed; null where it did not.</param>
public sealed record RuleRun(long Id, RunKind Kind, DateTimeOffset At, RunCounts Counts, string? Problem);

/// <summary>One round of scoring: what it made of each rule, until it is written down.</summary>
public sealed class RuleRound
{
    private readonly Dictionary<(Guid Rule, RunKind Kind), RunCounts> counts = [];

    internal IReadOnlyDictionary<(Guid Rule, RunKind Kind), RunCounts> Counts => counts;

    /// <summary>Jobs of which something could not be scored, and why.</summary>
    internal Dictionary<string, string> Problems { get; } = new(StringComparer.Ordinal);

    public void Add(Guid rule, RunKind kind, RunCounts more) =>
        counts[(rule, kind)] = counts.GetValueOrDefault((rule, kind)) + more;

    /// <summary>Takes in what one series made, once its transaction has ended.</summary>
    public void Add(RuleRound part, TimeSpan took)
    {
        ArgumentNullException.ThrowIfNull(part);
        foreach (var (key, more) in part.counts)
            Add(key.Rule, key.Kind, more with { Took = took });
    }

    public void Fail(string jobId, string problem) => Problems[jobId] = problem;
}

/// <summary>The execution log of rules.</summary>
public static class RuleRunStore
{
    /// <summary>How long it is kept.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    // What fails in each round is said once an hour.
    private const string Append = """
        INSERT INTO rule_runs (rule_id, kind, series, buckets, above, raised, extended, ended, took_ms, problem)
        SELECT r.id, n.kind, n.series, n.buckets, n.above, n.raised, n.extended, n.ended, n.took, n.problem
        FROM unnest(@rules, @jobs, @kinds, @series, @buckets, @above, @raised, @extended, @ended, @took, @problems)
            AS n (rule, job, kind, series, buckets, above, raised, extended, ended, took, problem)
        JOIN rules r ON r.id = n.rule OR n.job = ANY(r.job_ids)
        WHERE n.problem IS NULL OR NOT EXISTS (
            SELECT FROM rule_runs o WHERE o.rule_id = r.id AND o.problem = n.problem AND o.at > now() - interval '1 hour')
        ORDER BY r.id
        """;

    /// <summary>Writes a round down, in one statement.</summary>
    public static async Task AppendAsync(NpgsqlConnection connection, RuleRound round, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(round);
        (Guid? Rule, string? Job, RunKind Kind, RunCounts Counts, string? Problem)[] rows =
        [
            .. round.Counts.Select(entry =>
                ((Guid?)entry.Key.Rule, (string?)null, entry.Key.Kind, entry.Value, (string?)null)
            ),
            .. round.Problems.Select(entry =>
                ((Guid?)null, (string?)entry.Key, RunKind.Close, default(RunCounts), (string?)entry.Value)
            ),
        ];
        if (rows.Length == 0)
            return;

        await connection.ExecuteAsync(
            Append,
            ct,
            ("rules", rows.Select(row => row.Rule).ToArray()),
            ("jobs", rows.Select(row => row.Job).ToArray()),
            ("kinds", rows.Select(row => row.Kind.ToString()).ToArray()),
            ("series", rows.Select(row => row.Counts.Series).ToArray()),
            ("buckets", rows.Select(row => row.Counts.Buckets).ToArray()),
            ("above", rows.Select(row => row.Counts.Above).ToArray()),
            ("raised", rows.Select(row => row.Counts.Raised).ToArray()),
            ("extended", rows.Select(row => row.Counts.Extended).ToArray()),
            ("ended", rows.Select(row => row.Counts.Ended).ToArray()),
            ("took", rows.Select(row => row.Counts.Took.TotalMilliseconds).ToArray()),
            ("problems", rows.Select(row => row.Problem).ToArray())
        );
    }

    /// <summary>The newest runs of a rule, newest first.</summary>
    public static Task<List<RuleRun>> NewestAsync(
        NpgsqlConnection connection,
        Guid ruleId,
        int most,
        CancellationToken ct
    ) =>
        connection.RowsAsync(
            """
            SELECT id, kind, at, series, buckets, above, raised, extended, ended, took_ms, problem FROM rule_runs
            WHERE rule_id = @rule ORDER BY at DESC, id DESC LIMIT @most
            """,
            row => new RuleRun(
                row.GetInt64(0),
                Enum.Parse<RunKind>(row.GetString(1)),
                row.Time(2),
                new(
                    row.GetInt32(3),
                    row.GetInt32(4),
                    row.GetInt32(5),
                    row.GetInt32(6),
                    row.GetInt32(7),
                    row.GetInt32(8),
                    TimeSpan.FromMilliseconds(row.GetDouble(9))
                ),
                row.TextOrNull(10)
            ),
            ct,
            ("rule", ruleId),
            ("most", most)
        );

    /// <summary>All runs of a rule in the last day together.</summary>
    public static async Task<(int Runs, int Failed, RunCounts Counts)> DayAsync(
        NpgsqlConnection connection,
        Guid ruleId,
        CancellationToken ct
    ) =>
        (
            await connection.RowsAsync(
                """
                SELECT count(*)::int, count(problem)::int, coalesce(max(series), 0), coalesce(sum(buckets), 0)::int,
                       coalesce(sum(above), 0)::int, coalesce(sum(raised), 0)::int, coalesce(sum(extended), 0)::int,
                       coalesce(sum(ended), 0)::int, coalesce(sum(took_ms), 0)
                FROM rule_runs WHERE rule_id = @rule AND at > now() - interval '1 day'
                """,
                row =>
                    (
                        row.GetInt32(0),
                        row.GetInt32(1),
                        new RunCounts(
                            row.GetInt32(2),
                            row.GetInt32(3),
                            row.GetInt32(4),
                            row.GetInt32(5),
                            row.GetInt32(6),
                            row.GetInt32(7),
                            TimeSpan.FromMilliseconds(row.GetDouble(8))
                        )
                    ),
                ct,
                ("rule", ruleId)
            )
        )[0];
}
