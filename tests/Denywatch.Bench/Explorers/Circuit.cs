using System.Collections.Concurrent;
using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Denywatch.Bench.Explorers;

/// <summary>
/// A browser's side of a circuit without a browser: it starts the page's components, says that each picture was drawn and
/// answers each call as the scripts would, so that the server does all it does for a real window.
/// </summary>
internal sealed partial class Circuit : IAsyncDisposable
{
    // Message types of the hub protocol.
    private const int Invocation = 1;
    private const int Completion = 3;
    private const int Ping = 6;
    private const int Close = 7;

    private const byte RecordSeparator = 0x1e;

    private static readonly TimeSpan keepAlive = TimeSpan.FromSeconds(10);

    private readonly ClientWebSocket socket = new();
    private readonly SemaphoreSlim sending = new(1);
    private readonly CancellationTokenSource gone = new();
    private readonly ConcurrentDictionary<string, int> calls = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource drawn = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long objects;
    private long batches;
    private long bytes;
    private Task? listening;

    /// <summary>Pictures that the server sent.</summary>
    public long Batches => Interlocked.Read(ref batches);

    public long Bytes => Interlocked.Read(ref bytes);

    /// <summary>Pictures of the chart.</summary>
    public int Charts => calls.GetValueOrDefault("draw");

    /// <summary>What ended the circuit; null while it is open.</summary>
    public string? Problem { get; private set; }

    /// <summary>Opens a page as a signed-in browser does and waits until its chart is drawn.</summary>
    public static async Task<Circuit> OpenAsync(
        HttpClient http,
        CookieContainer cookies,
        Uri page,
        CancellationToken ct
    )
    {
        var html = await http.GetStringAsync(page, ct);
        var circuit = new Circuit();
        circuit.socket.Options.Cookies = cookies;
        var root = new Uri(page, "/");
        await circuit.socket.ConnectAsync(new UriBuilder(new Uri(root, "_blazor")) { Scheme = "ws" }.Uri, ct);
        await circuit.SendAsync(
            Encoding.UTF8.GetBytes("""{"protocol":"blazorpack","version":1}""").Append(RecordSeparator).ToArray()
        );
        circuit.listening = circuit.ListenAsync();
        _ = circuit.StayAsync();

        await circuit.CallAsync("0", "StartCircuit", root.AbsoluteUri, page.AbsoluteUri, "[]", "");
        var operations = new JsonArray([
            .. Markers()
                .Matches(html)
                .Select(
                    (marker, i) =>
                        new JsonObject
                        {
                            ["type"] = "add",
                            ["ssrComponentId"] = i + 1,
                            ["marker"] = JsonNode.Parse(marker.Groups["json"].Value),
                        }
                ),
        ]);
        var update = new JsonObject { ["batchId"] = 1, ["operations"] = operations };
        await circuit.CallAsync(null, "UpdateRootComponents", update.ToJsonString(), StateOf(html));
        try
        {
            await circuit.drawn.Task.WaitAsync(TimeSpan.FromMinutes(1), ct);
        }
        catch (TimeoutException late)
        {
            throw new InvalidOperationException(
                $"{page} drew no chart: {circuit.Problem ?? "no error"}; {string.Join(", ", circuit.calls)}",
                late
            );
        }
        return circuit;
    }

    public async ValueTask DisposeAsync()
    {
        await gone.CancelAsync();
        if (listening is not null)
            await listening;
        socket.Dispose();
        sending.Dispose();
        gone.Dispose();
    }

    private async Task ListenAsync()
    {
        var buffer = new byte[64 * 1024];
        var (filled, isOpened) = (0, false);
        try
        {
            while (true)
            {
                if (filled == buffer.Length)
                    Array.Resize(ref buffer, 2 * buffer.Length);
                var received = await socket.ReceiveAsync(buffer.AsMemory(filled), gone.Token);
                if (received.MessageType == WebSocketMessageType.Close)
                    break;
                filled += received.Count;
                Interlocked.Add(ref bytes, received.Count);
                var read = 0;
                if (!isOpened && Array.IndexOf(buffer, RecordSeparator, 0, filled) is >= 0 and var end)
                    (isOpened, read) = (true, end + 1);
                while (isOpened && Next(buffer.AsMemory(read, filled - read)) is var (message, whole))
                {
                    read += whole;
                    await TakeAsync(message);
                }
                buffer.AsSpan(read, filled - read).CopyTo(buffer);
                filled -= read;
            }
            Problem ??= socket.CloseStatusDescription ?? "The server closed the connection.";
        }
        catch (OperationCanceledException)
        {
            // The window is closed.
        }
        catch (WebSocketException broken)
        {
            Problem ??= broken.Message;
        }
    }

    private static (object?[] Message, int Bytes)? Next(ReadOnlyMemory<byte> buffer)
    {
        if (MessagePack.LengthOf(buffer.Span) is not var (length, prefix) || buffer.Length < prefix + length)
            return null;

        var span = buffer.Span.Slice(prefix, length);
        return ((object?[])MessagePack.Read(ref span)!, prefix + length);
    }

    private async Task TakeAsync(object?[] message)
    {
        switch (message)
        {
            case [(long)Invocation, _, _, "JS.RenderBatch", object?[] and [long batch, ..], ..]:
                Interlocked.Increment(ref batches);
                await CallAsync(null, "OnRenderCompleted", batch, null);
                break;
            case [
                (long)Invocation,
                _,
                _,
                "JS.BeginInvokeJS",
                object?[]
                and [long call, string name, var given, long type, ..],
                ..,
            ]:
                await AnswerAsync(call, name, (string?)given, returnsObject: type == 1);
                break;
            case [(long)Invocation, _, _, "JS.Error", object?[] and [string error, ..], ..]:
                Problem ??= error;
                break;
            case [(long)Completion, _, _, _, null or "" or "false"]:
                Problem ??= "The circuit did not start.";
                break;
            case [(long)Close, var reason, ..]:
                Problem ??= reason as string ?? "The server closed the circuit.";
                break;
        }
    }

    private async Task AnswerAsync(long call, string name, string? given, bool returnsObject)
    {
        calls.AddOrUpdate(name, 1, (_, before) => before + 1);
        var result =
            returnsObject ? $$"""{"__jsObjectId":{{Interlocked.Increment(ref objects)}}}"""
            : name == "read"
                ? """{"theme":"dark","density":"normal","rail":"open","zone":"local","browserZone":"Europe/Berlin"}"""
            : "null";
        if (call != 0)
            await CallAsync(null, "EndInvokeJSFromDotNet", call, true, $"[{call},true,{result}]");
        if (name == "draw")
            drawn.TrySetResult();
        // A table asks for its rows when the space for them comes into view.
        if (name.EndsWith("Virtualize.init", StringComparison.Ordinal))
        {
            var self = JsonNode.Parse(given!)![0]!["__dotNetObject"]!.GetValue<long>();
            await CallAsync(
                null,
                "BeginInvokeDotNetFromJS",
                $"{self}",
                null,
                "OnSpacerAfterVisible",
                self,
                "[0,0,400]"
            );
        }
    }

    /// <summary>A server forgets who says nothing for half a minute.</summary>
    private async Task StayAsync()
    {
        using var timer = new PeriodicTimer(keepAlive);
        try
        {
            while (await timer.WaitForNextTickAsync(gone.Token))
                await SendAsync(MessagePack.Framed([Ping]));
        }
        catch (Exception ended) when (ended is OperationCanceledException or WebSocketException)
        {
            // Whoever listens knows why.
        }
    }

    private ValueTask CallAsync(string? id, string method, params object?[] values) =>
        SendAsync(MessagePack.Framed([Invocation, Headers.None, id, method, values, Array.Empty<object?>()]));

    private async ValueTask SendAsync(ReadOnlyMemory<byte> message)
    {
        await sending.WaitAsync(gone.Token);
        try
        {
            await socket.SendAsync(message, WebSocketMessageType.Binary, endOfMessage: true, gone.Token);
        }
        finally
        {
            sending.Release();
        }
    }

    private static string StateOf(string html) => State().Match(html).Groups["state"].Value;

    [GeneratedRegex("<!--Blazor:(?<json>\\{.*?\\})-->", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Markers();

    [GeneratedRegex(
        "<!--Blazor-Server-Component-State:(?<state>.*?)-->",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex State();
}
