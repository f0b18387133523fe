using Denywatch.Storage;
using Npgsql;

namespace Denywatch.Web.Features.Ingestion;

/// <summary>Gets a batch into the database though the database goes away in between.</summary>
public sealed partial class Committer(BatchStore store, ILogger<Committer> logger)
{
    /// <summary>Stores the batch, trying again until it is stored or <paramref name="ct"/> ends.</summary>
    /// <returns>False when it was stored before.</returns>
    public async Task<bool> CommitAsync(IntakeBatch batch, Repeats? repeats, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                // After a commit whose end is not known the first insert finds the batch's id and adds nothing.
                return await store.AppendAsync(batch, repeats, ct) || attempt > 1;
            }
            catch (Exception away) when (IsAway(away) && !ct.IsCancellationRequested)
            {
                Waiting(attempt, away.Message);
                await Task.Delay(TimeSpan.FromMilliseconds(Math.Min(100 * attempt, 1_000)), ct);
            }
        }
    }

    /// <summary>The database is away or coming back; anything else is a bug and must be seen.</summary>
    public static bool IsAway(Exception exception) =>
        exception switch
        {
            // 57P0x: shutting down or starting; 08xxx: connection; 53xxx: out of connections or disk; 40xxx: try again
            PostgresException postgres => postgres.SqlState[..2] is "08" or "53" or "40"
                || postgres.SqlState.StartsWith("57P", StringComparison.Ordinal),
            NpgsqlException or IOException or TimeoutException => true,
            _ => exception.InnerException is { } inner && IsAway(inner),
        };

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Batch not stored at attempt {Attempt}, trying again: {Problem}"
    )]
    private partial void Waiting(int attempt, string problem);
}
