using System.Net.Sockets;
using System.Text;
using Denywatch.Testing;

namespace Denywatch.EndToEnd;

/// <summary>Garbage at every intake is rejected with a reason and a sample, and the good lines beside it are counted.</summary>
public sealed class GarbageTests(PostgresFixture postgres) : IAsyncLifetime
{
    private const int Good = 50;
    private AppProcess app = null!;
    private Intake intake = null!;
    private string token = "";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        app = await AppProcess.StartAsync(new() { ConnectionString = await postgres.CreateDatabaseAsync() }, Stop);
        intake = new(app);
        token = await Senders.MakeTokenAsync(app.ConnectionString, "garbage", Stop);
    }

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    [Fact]
    public async Task Over_udp()
    {
        using var socket = new UdpClient();
        foreach (var line in Mixed(longest: 60_000))
            await socket.SendAsync(line, "127.0.0.1", app.SyslogPort, Stop);

        await CountedAsync();
    }

    [Fact]
    public async Task Over_tcp()
    {
        using var connection = new TcpClient();
        await connection.ConnectAsync("127.0.0.1", app.SyslogPort, Stop);
        foreach (var line in Mixed(longest: 10_000_000))
        {
            await connection.GetStream().WriteAsync(line, Stop);
            await connection.GetStream().WriteAsync("\n"u8.ToArray(), Stop);
        }
        connection.Client.Shutdown(SocketShutdown.Send);

        await CountedAsync();
    }

    [Fact]
    public async Task In_a_bulk()
    {
        using var body = new MemoryStream();
        foreach (var line in Mixed(longest: 10_000_000))
        {
            body.Write("{\"create\":{}}\n"u8);
            body.Write(line);
            body.Write("\n"u8);
        }
        using var answer = await intake.BulkAsync(token, body.ToArray(), Stop);

        Assert.Equal(System.Net.HttpStatusCode.OK, answer.StatusCode);
        await CountedAsync();
    }

    [Fact]
    public async Task In_a_bulk_whose_very_frame_is_broken_nothing_is_taken_and_the_line_is_named()
    {
        using var answer = await intake.BulkAsync(token, "{\"create\":{}}\n{}\nnonsense\n{}\n"u8.ToArray(), Stop);

        Assert.Equal(System.Net.HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("Line 3", await answer.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
    }

    [Fact]
    public async Task In_an_import()
    {
        var text = string.Join('\n', Mixed(longest: 10_000_000).Select(Encoding.Latin1.GetString));
        var answer = await intake.ImportAsync(token, text, Stop);

        Assert.Contains("\"denied\":50", answer, StringComparison.Ordinal);
        await CountedAsync();
    }

    [Fact]
    public async Task Without_a_token_nothing_is_taken()
    {
        using var answer = await intake.BulkAsync("dwi_guess", "{\"create\":{}}\n{}\n"u8.ToArray(), Stop);

        Assert.Equal(System.Net.HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    private async Task CountedAsync()
    {
        Assert.Equal(Good, await intake.SettledAsync(Good, TimeSpan.FromSeconds(15), Stop));
        await intake.UntilAsync("SELECT coalesce(sum(count), 0) >= 4 FROM rejects", TimeSpan.FromSeconds(15), Stop);
        Assert.Equal(
            0,
            await intake.AskAsync<long>(
                "SELECT count(*) FROM rejects WHERE cardinality(samples) = 0 OR reason = ''",
                Stop
            )
        );
        Assert.DoesNotContain("could not be stored", app.Log, StringComparison.Ordinal);
    }

    /// <summary>Random bytes, a very long line, broken JSON, UTF-16 and a date far ahead, among good lines.</summary>
    private static IEnumerable<byte[]> Mixed(int longest)
    {
        var random = new Random(7);
        var now = DateTimeOffset.UtcNow;
        for (var i = 0; i < Good; i++)
        {
            yield return Encoding.UTF8.GetBytes(Lines.FortiGate(i, now));
            switch (i)
            {
                case 5:
                    var bytes = new byte[300];
                    random.NextBytes(bytes);
                    yield return [.. bytes.Where(b => b is not ((byte)'\n' or 0))];
                    break;
                case 10:
                    yield return Encoding.ASCII.GetBytes(new string('x', longest));
                    break;
                case 15:
                    yield return """{"event":{"type":["denied"""u8.ToArray();
                    break;
                case 20:
                    yield return [.. Encoding.Unicode.GetBytes("Größe verboten").Where(b => b != (byte)'\n')];
                    break;
                case 25:
                    yield return Encoding.UTF8.GetBytes(Lines.FortiGate(9_999, now.AddDays(40)));
                    break;
                case 30:
                    yield return Encoding.Latin1.GetBytes("Zugriff verweigert für Müller");
                    break;
            }
        }
    }
}
