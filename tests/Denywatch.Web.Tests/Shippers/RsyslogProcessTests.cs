using System.Net;
using System.Net.Sockets;
using System.Text;
using Denywatch.Testing;

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

        using var receiver = new HttpListener();
        receiver.Prefixes.Add($"http://127.0.0.1:{port}/");
        receiver.Start();

        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (seen.Count < 3000)
        {
            var context = await receiver.GetContextAsync().WaitAsync(Ct);
            using var reader = new StreamReader(context.Request.InputStream);
            var lines = (await reader.ReadToEndAsync(Ct)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            var documents = lines.Where((_, at) => at % 2 == 1).ToList();
            seen.UnionWith(documents);

            var items = string.Join(',', documents.Select(_ => """{"index":{"status":201}}"""));
            var answer = Encoding.UTF8.GetBytes($$"""{"took":1,"errors":false,"items":[{{items}}]}""");
            context.Response.ContentType = "application/json";
            await context.Response.OutputStream.WriteAsync(answer, Ct);
            context.Response.Close();
        }

        Assert.Contains("{\"n\":2999}", seen);
    }
}
