using System.Text.Json.Serialization;
using Npgsql;

namespace Denywatch.Storage;

/// <summary>How far the filling of a gap has come.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FillState>))]
public enum FillState
{
    Waiting,
    Running,
    Done,
    Cancelled,
    Failed,
}

/// <summary>A stretch that somebody has a rule judge after all.</summary>
/// <param name="Series">Series to judge; 0 before it is known.</param>
/// <param name="Done">Those of them that are judged.</param>
/// <param name="LastSeries">Series up to this id are judged.</param>
/// <param name="Raised">Alerts found.</param>
/// <param name="Problem">Why it failed; null where it did not.</param>
public sealed record RuleFill(
    long Id,
    Guid RuleId,
    DateTimeOffset From,
    DateTimeOffset To,
    FillState State,
    string AskedBy,
    string Why,
    DateTimeOffset AskedAt,
    int Series,
    int Done,
    int LastSeries,
    int Raised,
    string? Problem
)
{
    public bool IsAtWork => State is FillState.Waiting or FillState.Running;
}

/// <summary>Fillings of gaps: asked for by people, worked on series by series by whichever worker comes first.</summary>
public static class RuleFillStore
{
    private const string Columns =
        "id, rule_id, \"from\", \"to\", state, asked_by, why, asked_at, series, done, last_series, raised, problem";

    /// <summary>False where one of the same rule is at work.</summary>
    public static async Task<bool> AskAsync(
        NpgsqlConnection connection,
        Guid ruleId,
        (DateTimeOffset From, DateTimeOffset To) stretch,
        (string By, string Why) asked,
        CancellationToken ct
    ) =>
        await connection.ExecuteAsync(
            """
            INSERT INTO rule_fills (rule_id, "from", "to", asked_by, why) VALUES (@rule, @from, @to, @by, @why)
            ON CONFLICT (rule_id) WHERE state IN ('Waiting', 'Running') DO NOTHING
            """,
            ct,
            ("rule", ruleId),
            ("from", stretch.From),
            ("to", stretch.To),
            ("by", asked.By),
            ("why", asked.Why)
        ) == 1;

    /// <summary>Takes the oldest that is not over, also one that a killed worker had begun; null where there is none.</summary>
    public static async Task<RuleFill?> TakeAsync(NpgsqlConnection connection, CancellationToken ct) =>
        (
            await connection.RowsAsync(
                $"""
                UPDATE rule_fills SET state = 'Running' WHERE id = (
                    SELECT id FROM rule_fills WHERE state IN ('Waiting', 'Running') ORDER BY id LIMIT 1)
                    AND state IN ('Waiting', 'Running')
                RETURNING {Columns}
                """,
                Read,
                ct
            )
        ).FirstOrDefault();

    /// <summary>How it stands, locked until the transaction ends: two workers that meet go on one after the other.</summary>
    public static async Task<RuleFill> LockAsync(NpgsqlConnection connection, long id, CancellationToken ct) =>
        (
            await connection.RowsAsync(
                $"SELECT {Columns} FROM rule_fills WHERE id = @id FOR UPDATE",
                Read,
                ct,
                ("id", id)
            )
        )[0];

    /// <summary>One more series is judged; belongs in the transaction that writes what was found.</summary>
    public static Task AdvanceAsync(
        NpgsqlConnection connection,
        long id,
        (int Series, int Total, int Raised) step,
        CancellationToken ct
    ) =>
        connection.ExecuteAsync(
            """
            UPDATE rule_fills SET last_series = @last, series = @total, done = done + 1, raised = raised + @raised
            WHERE id = @id
            """,
            ct,
            ("id", id),
            ("last", step.Series),
            ("total", step.Total),
            ("raised", step.Raised)
        );

    /// <summary>Ends it; false where it is over already.</summary>
    public static async Task<bool> EndAsync(
        NpgsqlConnection connection,
        long id,
        FillState state,
        string? problem,
        CancellationToken ct
    ) =>
        await connection.ExecuteAsync(
            """
            UPDATE rule_fills SET state = @state, problem = @problem, ended_at = now()
            WHERE id = @id AND state IN ('Waiting', 'Running')
            """,
            ct,
            ("id", id),
            ("state", state.ToString()),
            ("problem", problem)
        ) == 1;

    /// <summary>Those of a rule that reach past <paramref name="since"/>, newest first.</summary>
    public static Task<List<RuleFill>> OfAsync(
        NpgsqlConnection connection,
        Guid ruleId,
        DateTimeOffset since,
        CancellationToken ct
    ) =>
        connection.RowsAsync(
            $"""SELECT {Columns} FROM rule_fills WHERE rule_id = @rule AND "to" > @since ORDER BY id DESC LIMIT 100""",
            Read,
            ct,
            ("rule", ruleId),
            ("since", since)
        );

    private static RuleFill Read(NpgsqlDataReader row) =>
        new(
            row.GetInt64(0),
            row.GetGuid(1),
            row.Time(2),
            row.Time(3),
            Enum.Parse<FillState>(row.GetString(4)),
            row.GetString(5),
            row.GetString(6),
            row.Time(7),
            row.GetInt32(8),
            row.GetInt32(9),
            row.GetInt32(10),
            row.GetInt32(11),
            row.TextOrNull(12)
        );
}
