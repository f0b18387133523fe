using Denywatch.Testing;

namespace Denywatch.EndToEnd;

/// <summary>What a real rsyslog sends is counted, all of it and once.</summary>
[Trait("suite", "shippers")]
public sealed class ShipperTests(PostgresFixture postgres)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ten_thousand_lines_over_udp_are_counted() =>
        Assert.Equal(10_000, await SendAsync(10_000, app => RsyslogOutput.Udp(app.SyslogPort, pauseMicroseconds: 100)));

    [Fact]
    public async Task A_hundred_thousand_lines_over_tcp_with_line_ends_are_counted_exactly() =>
        Assert.Equal(100_000, await SendAsync(100_000, app => RsyslogOutput.Tcp(app.SyslogPort, octetCounting: false)));

    [Fact]
    public async Task Ten_thousand_lines_over_tcp_with_octet_counts_are_counted_exactly() =>
        Assert.Equal(10_000, await SendAsync(10_000, app => RsyslogOutput.Tcp(app.SyslogPort, octetCounting: true)));

    [Fact]
    public async Task Ten_thousand_raw_lines_wrapped_by_omelasticsearch_are_counted_exactly()
    {
        await using var app = await AppProcess.StartAsync(
            new() { ConnectionString = await postgres.CreateDatabaseAsync() },
            Stop
        );
        var token = await Senders.MakeTokenAsync(app.ConnectionString, "rsyslog", Stop);

        Assert.Equal(
            10_000,
            await SendAsync(app, 10_000, RsyslogOutput.Elasticsearch(new Uri(app.Url).Port, "rsyslog", token))
        );
        Assert.Equal(
            "fortinet_fortigate",
            await new Intake(app).AskAsync<string>("SELECT integration FROM data_sources", Stop)
        );
    }

    private async Task<long> SendAsync(int count, Func<AppProcess, RsyslogOutput> output)
    {
        await using var app = await AppProcess.StartAsync(
            new() { ConnectionString = await postgres.CreateDatabaseAsync() },
            Stop
        );
        return await SendAsync(app, count, output(app));
    }

    private static async Task<long> SendAsync(AppProcess app, int count, RsyslogOutput output)
    {
        using var folder = new TempFolder();
        var now = DateTimeOffset.UtcNow;
        var file = folder.Write(
            "denies.log",
            string.Concat(
                Enumerable
                    .Range(0, count)
                    .Select(i => Lines.FortiGate(i, now.AddSeconds(-300 * (i % 12)), $"fg-{i % 10}") + "\n")
            )
        );
        await using var rsyslog = await RsyslogProcess.StartAsync(RsyslogInput.File(file), output);
        return await new Intake(app).SettledAsync(count, TimeSpan.FromSeconds(30), Stop);
    }
}
