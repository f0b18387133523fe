using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using MimeKit;

namespace Denywatch.Web.Tests.Connectors;

/// <summary>A mail server that takes what it is given: as much of RFC 5321 as one sender needs.</summary>
public sealed class MailServer : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly ConcurrentQueue<(IReadOnlyList<string> To, MimeMessage Mail)> all = new();
    private readonly Task accepting;

    public MailServer()
    {
        listener.Start();
        accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>Recipients and mails, in order.</summary>
    public IReadOnlyList<(IReadOnlyList<string> To, MimeMessage Mail)> All => [.. all];

    /// <summary>How it answers RCPT; null takes everybody.</summary>
    public string? Refusal { get; set; }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Stop();
        await accepting;
        stop.Dispose();
        listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                using var client = await listener.AcceptTcpClientAsync(stop.Token);
                await TalkAsync(client.GetStream());
            }
        }
        catch (Exception over) when (over is OperationCanceledException or SocketException or IOException)
        {
            // The test is over.
        }
    }

    private async Task TalkAsync(NetworkStream stream)
    {
        using var reader = new StreamReader(stream, Encoding.Latin1);
        await SayAsync(stream, "220 mail.example.org");
        List<string> to = [];
        while (await reader.ReadLineAsync(stop.Token) is { } line)
        {
            switch (line.Split(' ', ':')[0].ToUpperInvariant())
            {
                case "RCPT" when Refusal is { } refusal:
                    await SayAsync(stream, refusal);
                    break;
                case "RCPT":
                    to.Add(
                        line[
                            (line.IndexOf('<', StringComparison.Ordinal) + 1)..line.IndexOf(
                                '>',
                                StringComparison.Ordinal
                            )
                        ]
                    );
                    await SayAsync(stream, "250 ok");
                    break;
                case "DATA":
                    await SayAsync(stream, "354 go on");
                    all.Enqueue((to, await MailAsync(reader)));
                    to = [];
                    await SayAsync(stream, "250 queued as 1");
                    break;
                case "QUIT":
                    await SayAsync(stream, "221 bye");
                    return;
                default:
                    await SayAsync(stream, "250 ok");
                    break;
            }
        }
    }

    private async Task<MimeMessage> MailAsync(StreamReader reader)
    {
        using var text = new MemoryStream();
        while (await reader.ReadLineAsync(stop.Token) is { } line && line != ".")
            await text.WriteAsync(
                Encoding.Latin1.GetBytes((line.StartsWith("..", StringComparison.Ordinal) ? line[1..] : line) + "\r\n"),
                stop.Token
            );
        text.Position = 0;
        return await MimeMessage.LoadAsync(text, stop.Token);
    }

    private Task SayAsync(NetworkStream stream, string line) =>
        stream.WriteAsync(Encoding.Latin1.GetBytes(line + "\r\n"), stop.Token).AsTask();
}
