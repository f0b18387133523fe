using System.Buffers;
using System.Text.Json;
using Denywatch.Storage;

namespace Denywatch.Web.Features.Ingestion;

/// <summary>Takes bulks and single documents of shippers: stored first, answered then.</summary>
public sealed class BulkIntake(
    Senders senders,
    Committer committer,
    BatchStore store,
    Answers answers,
    IntakeGauge gauge
)
{
    /// <summary>Longer than this the database may not be away before a sender is told to come again.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary><c>POST /_bulk</c>: 200 with one item per action once all of it is stored.</summary>
    public async Task BulkAsync(HttpContext http)
    {
        if (await BodyAsync(http) is not { } body)
            return;

        List<BulkItem> items = [];
        if (BulkBody.Read(body.Span, items) is { } problem)
        {
            await RefuseAsync(http, StatusCodes.Status400BadRequest, "illegal_argument_exception", problem);
            return;
        }
        var documents = items
            .Where(item => item.Operation is "create" or "index")
            .Select(item => item.Document)
            .ToArray();
        await TakeAsync(http, body, documents, response => WriteItems(response, http, items));
    }

    /// <summary><c>POST /{index}/_doc</c>: 201 once the document is stored.</summary>
    public async Task DocumentAsync(HttpContext http)
    {
        if (await BodyAsync(http) is not { } body)
            return;

        await TakeAsync(
            http,
            body,
            [new Range(0, body.Length)],
            response =>
            {
                http.Response.StatusCode = StatusCodes.Status201Created;
                using var json = new Utf8JsonWriter(response);
                WriteItem(
                    json,
                    http.Request.RouteValues["index"] as string,
                    http.Request.RouteValues["id"] as string,
                    201
                );
            }
        );
    }

    private async Task TakeAsync(
        HttpContext http,
        ReadOnlyMemory<byte> body,
        Range[] documents,
        Action<IBufferWriter<byte>> write
    )
    {
        var sender = await senders.FindAsync(SenderFilter.SenderOf(http), http.RequestAborted);
        Guid batchId;
        using (var patience = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted))
        {
            patience.CancelAfter(Patience);
            try
            {
                batchId = await StoreAsync(sender, body, documents, patience.Token);
            }
            catch (OperationCanceledException) when (!http.RequestAborted.IsCancellationRequested)
            {
                await new SenderFilter.ComeAgain().ExecuteAsync(http);
                return;
            }
        }
        gauge.Stored(documents.Length, fromBuffer: false);

        try
        {
            http.Response.ContentType = "application/json";
            write(http.Response.BodyWriter);
            await http.Response.CompleteAsync();
            http.RequestAborted.ThrowIfCancellationRequested();
            answers.Sent(batchId);
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException)
        {
            await answers.NotSentAsync(batchId);
        }
    }

    private async Task<Guid> StoreAsync(
        Sender sender,
        ReadOnlyMemory<byte> body,
        Range[] documents,
        CancellationToken ct
    )
    {
        var hashes = Array.ConvertAll(documents, document => LineHash.Of(body.Span[document]));
        // One at a time while lines are repeats: two requests must not both take the same stored line for theirs.
        using var turn = await sender.TurnAsync(ct);
        var repeats = await RetryAsync(() => store.FindRepeatsAsync(sender.Name, hashes, ct), ct);
        if (repeats.Positions.Count == 0)
            turn.Dispose();

        var builder = sender.NewBatch();
        for (var i = 0; i < documents.Length; i++)
        {
            if (!repeats.Positions.Contains(i))
                builder.Add(body.Span[documents[i]]);
        }
        var batch = builder.Build() with { LineHashes = hashes };
        await committer.CommitAsync(batch, repeats, ct);
        return batch.Id;
    }

    private static async Task<T> RetryAsync<T>(Func<Task<T>> ask, CancellationToken ct)
    {
        while (true)
        {
            try
            {
                return await ask();
            }
            catch (Exception away) when (Committer.IsAway(away) && !ct.IsCancellationRequested)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(200), ct);
            }
        }
    }

    private static async Task<ReadOnlyMemory<byte>?> BodyAsync(HttpContext http)
    {
        try
        {
            if (await BulkBody.ReadAsync(http.Request, http.RequestAborted) is { } body)
                return body;
            await RefuseAsync(
                http,
                StatusCodes.Status413PayloadTooLarge,
                "illegal_argument_exception",
                $"The body is longer than {BulkBody.MaxBytes} bytes: send fewer documents at once."
            );
        }
        catch (InvalidDataException)
        {
            await RefuseAsync(
                http,
                StatusCodes.Status400BadRequest,
                "illegal_argument_exception",
                "The body says it is gzip and is not."
            );
        }
        return null;
    }

    private static Task RefuseAsync(HttpContext http, int status, string type, string reason)
    {
        http.Response.StatusCode = status;
        return http.Response.WriteAsJsonAsync(new { error = new { type, reason }, status }, SenderFilter.Json);
    }

    // Key order and compactness matter: Fluent Bit looks for the literal {"took":..,"errors":false,"items":[ .
    private static void WriteItems(IBufferWriter<byte> response, HttpContext http, List<BulkItem> items)
    {
        using var json = new Utf8JsonWriter(response);
        json.WriteStartObject();
        json.WriteNumber("took", 1);
        json.WriteBoolean("errors", items.Exists(item => item.Operation is "update" or "delete"));
        json.WriteStartArray("items");
        foreach (var item in items)
        {
            json.WriteStartObject();
            json.WritePropertyName(item.Operation);
            var index = item.Index ?? http.Request.RouteValues["index"] as string;
            WriteItem(json, index, item.Id, item.Operation is "create" or "index" ? 201 : 400);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteItem(Utf8JsonWriter json, string? index, string? id, int status)
    {
        json.WriteStartObject();
        json.WriteString("_index", index ?? "denywatch");
        json.WriteString("_id", id ?? Guid.CreateVersion7().ToString("N"));
        json.WriteNumber("status", status);
        if (status == 201)
        {
            json.WriteString("result", "created");
        }
        else
        {
            json.WriteStartObject("error");
            json.WriteString("type", "illegal_argument_exception");
            json.WriteString("reason", "Denywatch stores events and changes none: use create or index.");
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }
}
