using System.Diagnostics;
using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Denywatch.Web.Live;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Denywatch.Web.Features.Connectors;

/// <summary>
/// Every few seconds: sends what waits, each connector's messages in their order, connectors side by side. A message is
/// locked while it is sent, so that of several nodes one sends it; a node that dies in between leaves it waiting, and it
/// is sent again with the same id.
/// </summary>
public sealed partial class DeliveryTask(
    NpgsqlDataSource source,
    IEnumerable<IChannel> channels,
    TimeProvider clock,
    ILogger<DeliveryTask> logger
)
{
    /// <summary>Connectors that are told at the same time: as many may hang before another one waits for them.</summary>
    private const int SideBySide = 16;

    /// <summary>After this no further message is begun; the next run goes on.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(15);

    private const string Due = """
        SELECT c.id FROM connectors c
        JOIN LATERAL (SELECT next_at FROM deliveries d WHERE d.connector_id = c.id AND d.state = 'Waiting'
                      ORDER BY d.id LIMIT 1) head ON true
        WHERE c.is_enabled AND c.removed_at IS NULL AND (head.next_at IS NULL OR head.next_at <= @now)
        ORDER BY c.id
        """;

    public async Task RunAsync(CancellationToken ct)
    {
        var due = await DueAsync(ct);
        if (due.Count == 0)
            return;

        var started = Stopwatch.GetTimestamp();
        await Parallel.ForEachAsync(
            due,
            new ParallelOptions { MaxDegreeOfParallelism = SideBySide, CancellationToken = ct },
            async (connector, stop) =>
            {
                while (Stopwatch.GetElapsedTime(started) < Longest && await SendNextAsync(connector, stop)) { }
            }
        );
        await DatabaseEars.AnnounceAsync(source, Topic.Deliveries, ct);
    }

    private async Task<List<int>> DueAsync(CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        return await connection.RowsAsync(Due, row => row.GetInt32(0), ct, ("now", clock.GetUtcNow()));
    }

    /// <summary>Sends the connector's first message; false where the next one has to wait.</summary>
    private async Task<bool> SendNextAsync(int connectorId, CancellationToken ct)
    {
        try
        {
            await using var connection = await source.OpenConnectionAsync(ct);
            await using var transaction = await connection.BeginTransactionAsync(ct);
            await using var db = await Database.WithinAsync(transaction, ct);
            if (await ClaimAsync(db, connectorId, ct) is not { } delivery)
                return false;

            var connector = await db.Connectors.SingleAsync(c => c.Id == connectorId, ct);
            var answer = await channels.Single(c => c.Kind == connector.Kind).SendAsync(connector, delivery, ct);
            Note(connector, delivery, answer);
            await db.SaveChangesAsync(ct);
            await transaction.CommitAsync(ct);
            return delivery.State != DeliveryState.Waiting;
        }
        catch (Exception away)
            when (away
                    is NpgsqlException
                        or DbUpdateException
                        or InvalidOperationException { InnerException: NpgsqlException }
            )
        {
            // Not noted, so it waits as before; others' messages are none of its business.
            Unnoted(connectorId, away.Message);
            return false;
        }
    }

    /// <summary>The first that waits, locked; null where there is none, it is not due, or another node has it.</summary>
    private async Task<Delivery?> ClaimAsync(DenywatchDb db, int connectorId, CancellationToken ct)
    {
        // The first and no other: one that is locked is not passed over.
        var claimed = await db
            .Deliveries.FromSql(
                $"""
                SELECT *, xmin FROM deliveries
                WHERE id = (SELECT min(id) FROM deliveries WHERE connector_id = {connectorId} AND state = 'Waiting')
                  AND state = 'Waiting' AND (next_at IS NULL OR next_at <= {clock.GetUtcNow()})
                FOR UPDATE SKIP LOCKED
                """
            )
            .ToListAsync(ct);
        return claimed.SingleOrDefault();
    }

    private void Note(Connector connector, Delivery delivery, Answer answer)
    {
        var now = clock.GetUtcNow();
        if (answer.IsDelivered)
            delivery.Delivered(answer.Words, now);
        else if (DeliveryPatience.NextAt(delivery, answer, now, Random.Shared.NextDouble()) is { } nextAt)
            delivery.Failed(answer.Words, now, nextAt);
        else
        {
            delivery.GivenUp(answer.Words, now);
            GaveUp(delivery.MessageId, connector.Name, delivery.Attempts, answer.Words);
        }
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Message {Id} to {Connector} is given up after {Attempts} attempts: {Answer}"
    )]
    private partial void GaveUp(Guid id, string connector, int attempts, string answer);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "What became of a message to connector {Id} could not be noted: {Problem}"
    )]
    private partial void Unnoted(int id, string problem);
}
