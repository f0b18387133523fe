using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Denywatch.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Denywatch.Web.Tests.Shippers;

/// <summary>That the harness itself brings every line, before anything of ours is tested with it.</summary>
[Trait("suite", "shippers")]
public sealed class RsyslogProcessTests : IDisposable
{
    private readonly TempFolder folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Lines_of_a_file_go_out_as_datagrams()
    {
        using var receiver = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        var port = ((IPEndPoint)receiver.Client.LocalEndPoint!).Port;
        var file = folder.Write("fw.log", "<134>first %ASA-4-106023: Deny\n<134>second\n");

        await using var rsyslog = await RsyslogProcess.StartAsync(RsyslogInput.File(file), RsyslogOutput.Udp(port));

        Assert.Equal(
            "<134>first %ASA-4-106023: Deny",
            Encoding.UTF8.GetString((await receiver.ReceiveAsync(Ct)).Buffer)
        );
        Assert.Equal("<134>second", Encoding.UTF8.GetString((await receiver.ReceiveAsync(Ct)).Buffer));
    }

    [Theory]
    [InlineData(false, "<134>one\n<134>two\n")]
    [InlineData(true, "8 <134>one8 <134>two")]
    public async Task Lines_of_a_file_go_out_over_tcp_in_both_framings(bool octetCounting, string expected)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var file = folder.Write("fw.log", "one\ntwo\n");

        await using var rsyslog = await RsyslogProcess.StartAsync(
            RsyslogInput.File(file),
            RsyslogOutput.Tcp(port, octetCounting, header: "<134>")
        );

        using var client = await listener.AcceptTcpClientAsync(Ct);
        var buffer = new byte[expected.Length];
        await client.GetStream().ReadExactlyAsync(buffer, Ct);
        Assert.Equal(expected, Encoding.UTF8.GetString(buffer));
    }

    [Fact]
    public async Task Documents_reach_a_receiver_that_was_down_at_first()
    {
        var port = FreePort.Tcp();
        var file = folder.Write("fw.ndjson", string.Concat(Enumerable.Range(0, 3000).Select(n => $"{{\"n\":{n}}}\n")));
        await using var rsyslog = await RsyslogProcess.StartAsync(
            RsyslogInput.File(file),
            RsyslogOutput.Elasticsearch(port, "agent", "secret", linesAreDocuments: true)
        );
        await Task.Delay(500, Ct);

        // The batch that failed comes again as a thousand requests of one document each: that is how rsyslog retries.
        var seen = new ConcurrentDictionary<string, bool>(StringComparer.Ordinal);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        await using var receiver = builder.Build();
        receiver.Urls.Add($"http://127.0.0.1:{port}");
        receiver.MapGet("/{**path}", () => Results.Json(new { }));
        receiver.MapPost(
            "/_bulk",
            async (HttpRequest request) =>
            {
                using var reader = new StreamReader(request.Body);
                var lines = (await reader.ReadToEndAsync(Ct)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
                var documents = lines.Where((_, at) => at % 2 == 1).ToList();
                foreach (var document in documents)
                    seen[document] = true;

                var items = string.Join(',', documents.Select(_ => """{"index":{"status":201}}"""));
                return Results.Text($$"""{"took":1,"errors":false,"items":[{{items}}]}""", "application/json");
            }
        );
        await receiver.StartAsync(Ct);

        while (seen.Count < 3000)
            await Task.Delay(50, Ct);

        Assert.True(seen.ContainsKey("{\"n\":2999}"));
    }
}
