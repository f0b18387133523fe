using Denywatch.Storage;
using Denywatch.Web.Features.Ingestion;
using Denywatch.Web.Layout;
using Npgsql;

namespace Denywatch.Web.Features.Nodes;

/// <summary>How well Denywatch is, asked once for all pages of this node.</summary>
public sealed class HealthBoard(NpgsqlDataSource source) : BackgroundService
{
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(3);

    /// <summary>Scoring later than this is worth a look: the closing tasks run twice a minute.</summary>
    private static readonly TimeSpan LongLag = TimeSpan.FromMinutes(3);

    private const string Ask = """
        SELECT (SELECT coalesce(sum(lines_per_s), 0) FROM nodes WHERE seen_at > now() - interval '15 seconds'),
               (SELECT coalesce(sum(lines_dropped), 0)::bigint FROM nodes WHERE seen_at > now() - interval '15 seconds'),
               (SELECT max(now() - (s.next_bucket + j.bucket_span + @settling))
                FROM series s JOIN jobs j ON j.id = s.job_id WHERE j.is_open AND j.stopped_at IS NULL),
               (SELECT min(problem) FROM jobs WHERE problem IS NOT NULL),
               EXISTS (SELECT FROM nodes WHERE roles LIKE '%worker%' AND seen_at > now() - interval '15 seconds'),
               EXISTS (SELECT FROM nodes WHERE roles LIKE '%intake%' AND seen_at > now() - interval '15 seconds')
        """;

    private volatile HealthLine current = HealthLine.Unknown;

    public HealthLine Current => current;

    public event Action? Changed;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Pace);
        do
        {
            current = await AskAsync(stoppingToken);
            Changed?.Invoke();
        } while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task<HealthLine> AskAsync(CancellationToken ct)
    {
        try
        {
            await using var connection = await source.OpenConnectionAsync(ct);
            var rows = await connection.RowsAsync(
                Ask,
                row =>
                    Judge(
                        row.GetDouble(0),
                        row.GetInt64(1),
                        row.OrNull<TimeSpan>(2),
                        row.TextOrNull(3),
                        row.GetBoolean(4),
                        row.GetBoolean(5)
                    ),
                ct,
                ("settling", RecordStore.ShortestSettling)
            );
            return rows[0];
        }
        catch (Exception away) when (Committer.IsAway(away))
        {
            return new(null, null, Health.Down, $"The database does not answer: {away.Message}");
        }
    }

    private static HealthLine Judge(double rate, long dropped, TimeSpan? late, string? problem, bool works, bool takes)
    {
        TimeSpan? lag = late is { } behind ? (behind > TimeSpan.Zero ? behind : TimeSpan.Zero) : null;
        var reason =
            !works ? "No worker node runs: nothing is counted or scored."
            : !takes ? "No intake node runs: no events come in."
            : problem is not null ? problem
            : dropped > 0 ? $"{dropped:N0} lines were dropped since the start because buffers were full."
            : lag > LongLag ? $"Scoring is {lag.Value.TotalMinutes:0} minutes behind."
            : null;
        return new(
            rate,
            lag,
            reason is null ? Health.Ok : Health.Degraded,
            reason ?? "Intake, scoring and database work."
        );
    }
}
