using System.Collections.Concurrent;
using Denywatch.Storage;

namespace Denywatch.Web.Features.Ingestion;

/// <summary>
/// Writes down which batches' answers went out, many at a time. Answers that went out but are not written down yet are no
/// danger on this node: its own batches count as unanswered only when their sending is known to have failed.
/// </summary>
public sealed partial class Answers(BatchStore store, ILogger<Answers> logger) : BackgroundService
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(200);

    private readonly ConcurrentQueue<Guid> sent = new();

    public void Sent(Guid batchId) => sent.Enqueue(batchId);

    /// <summary>The sender will not have the answer and may send the batch again: written down at once.</summary>
    public async Task NotSentAsync(Guid batchId)
    {
        for (var attempt = 0; attempt < 100; attempt++)
        {
            try
            {
                await store.MarkAsync([batchId], Answer.NotSent, CancellationToken.None);
                return;
            }
            catch (Exception away) when (Committer.IsAway(away))
            {
                Waiting(away.Message);
                await Task.Delay(Pace);
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Pace);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await WriteAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            await WriteAsync(CancellationToken.None);
        }
    }

    private async Task WriteAsync(CancellationToken ct)
    {
        List<Guid> ids = [];
        while (sent.TryDequeue(out var id))
            ids.Add(id);
        if (ids.Count == 0)
            return;

        try
        {
            await store.MarkAsync([.. ids], Answer.Sent, ct);
        }
        catch (Exception away) when (Committer.IsAway(away))
        {
            ids.ForEach(sent.Enqueue);
            Waiting(away.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Answers not written down, trying again: {Problem}")]
    private partial void Waiting(string problem);
}
