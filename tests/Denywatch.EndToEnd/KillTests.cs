using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Denywatch.Testing;
using Microsoft.Playwright;

namespace Denywatch.EndToEnd;

/// <summary>Nothing acknowledged is lost, and nothing is counted twice, whatever is killed.</summary>
[Trait("suite", "kill")]
public sealed class KillTests(PostgresFixture postgres, Browser browser)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Through_kills_of_app_and_postgresql_every_document_of_omelasticsearch_is_counted_once()
    {
        const int Count = 100_000;
        await using var app = await AppProcess.StartAsync(new(), Stop);
        var intake = new Intake(app);
        var token = await Senders.MakeTokenAsync(app.ConnectionString, "rsyslog", Stop);
        using var folder = new TempFolder();
        var now = DateTimeOffset.UtcNow;
        var file = folder.Write(
            "denies.ndjson",
            string.Concat(
                Enumerable
                    .Range(0, Count)
                    .Select(i => Lines.Ecs(i, now.AddSeconds(-300 * (i % 12)), $"fw-{i % 10}") + "\n")
            )
        );

        await using var rsyslog = await RsyslogProcess.StartAsync(
            RsyslogInput.File(file),
            RsyslogOutput.Elasticsearch(new Uri(app.Url).Port, "rsyslog", token, linesAreDocuments: true),
            diskQueue: true
        );
        foreach (var (share, isApp) in new[] { (0.1, true), (0.3, false), (0.5, true), (0.7, false), (0.85, true) })
        {
            await intake.SettledAsync((long)(share * Count), TimeSpan.FromSeconds(60), Stop);
            if (isApp)
            {
                await app.KillAsync();
                await app.RestartAsync(Stop);
            }
            else
            {
                KillPostgres(app);
            }
        }
        var counted = await intake.SettledAsync(Count, TimeSpan.FromSeconds(75), Stop);
        await Task.Delay(TimeSpan.FromSeconds(5), Stop); // what would still come twice

        Assert.Equal(Count, counted);
        Assert.Equal(Count, await intake.DeniesAsync(Stop));
        Assert.Equal(0, await intake.AskAsync<long>("SELECT count(*) FROM all_flows WHERE count > 1", Stop));
    }

    [Fact]
    public async Task When_the_worker_is_killed_an_open_page_of_the_jobs_says_late_within_two_minutes()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var web = await AppProcess.StartAsync(Node(database, "web,intake"), Stop);
        await using var worker = await AppProcess.StartAsync(Node(database, "worker"), Stop);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var sender = Task.Run(() => SendSteadilyAsync(web.SyslogPort, () => 0, end.Token), Stop);
        await using var window = await browser.OpenAsync(web.Url);
        await window.SetUpAsync((web.SetupLink ?? worker.SetupLink)!, "ada", "seven quiet firewalls");
        await window.Page.GotoAsync("/rules/jobs");
        var states = window.Page.GetByText("opened, feed started");
        await Assertions.Expect(states).ToHaveCountAsync(2, new() { Timeout = 60_000 });

        await worker.KillAsync();

        await Assertions
            .Expect(window.Page.GetByText("opened, feed late"))
            .ToHaveCountAsync(2, new() { Timeout = 120_000 });
        await Assertions.Expect(window.Page.GetByText("No worker has looked since").First).ToBeVisibleAsync();
        await worker.RestartAsync(Stop);
        await Assertions.Expect(states).ToHaveCountAsync(2, new() { Timeout = 60_000 });
        await end.CancelAsync();
        await sender;
    }

    private static AppOptions Node(string database, string roles) =>
        new()
        {
            ConnectionString = database,
            Settings = new Dictionary<string, string> { ["Denywatch__Roles"] = roles },
        };

    [Fact]
    public async Task What_plain_syslog_loses_with_a_killed_app_is_bounded_and_shown_as_a_gap()
    {
        await using var app = await AppProcess.StartAsync(
            new() { ConnectionString = await postgres.CreateDatabaseAsync() },
            Stop
        );
        var intake = new Intake(app);
        var sent = 0;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var sender = Task.Run(() => SendSteadilyAsync(app.SyslogPort, () => sent++, end.Token), Stop);

        await Task.Delay(TimeSpan.FromSeconds(10), Stop);
        await app.KillAsync();
        await Task.Delay(TimeSpan.FromSeconds(3), Stop);
        await app.RestartAsync(Stop);
        await Task.Delay(TimeSpan.FromSeconds(5), Stop);
        await end.CancelAsync();
        await sender;
        var counted = await intake.SettledAsync(sent, TimeSpan.FromSeconds(5), Stop);

        var lost = sent - counted;
        var atRisk = await intake.AskAsync<long>("SELECT lines_at_risk FROM intake_gaps WHERE reason = 'killed'", Stop);
        TestContext.Current.SendDiagnosticMessage(
            $"sent {sent}, counted {counted}, lost {lost}, shown as at risk {atRisk}"
        );
        Assert.InRange(lost, 0, atRisk);
    }

    [Fact]
    public async Task Of_two_nodes_one_is_killed_with_work_in_its_hands_and_the_alert_comes_once()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var first = await AppProcess.StartAsync(new() { ConnectionString = database }, Stop);
        await using var second = await AppProcess.StartAsync(new() { ConnectionString = database }, Stop);
        var intake = new Intake(second);
        var token = await Senders.MakeTokenAsync(database, "history", Stop);
        await intake.ImportAsync(token, Lines.History(DateTimeOffset.UtcNow, "fw-1", "fw-2"), Stop);
        await intake.UntilAsync(
            "SELECT count(*) = 3 FROM open_buckets WHERE NOT is_learning",
            TimeSpan.FromSeconds(150),
            Stop
        );

        var now = DateTimeOffset.UtcNow;
        await Senders.SendAsync(
            first.SyslogPort,
            Enumerable.Range(0, 3_000).Select(i => Lines.FortiGate(i, now, "fw-1", port: 445)),
            Stop
        );
        await intake.UntilAsync(
            "SELECT coalesce(sum(count), 0) >= 3000 FROM recent_flows WHERE destination_port = 445",
            TimeSpan.FromSeconds(20),
            Stop
        );
        await first.KillAsync();

        await intake.UntilAsync("SELECT count(*) > 0 FROM alerts", TimeSpan.FromSeconds(90), Stop);
        await Task.Delay(TimeSpan.FromSeconds(20), Stop);
        Assert.Equal(1, await intake.AskAsync<long>("SELECT count(*) FROM alerts", Stop));
        Assert.Equal(0, await intake.AskAsync<long>("SELECT count(*) FROM record_revisions", Stop));
    }

    private static void KillPostgres(AppProcess app)
    {
        var folder = app.ConnectionString.Split(';')[0]["Host=".Length..];
        var pid = int.Parse(
            File.ReadLines(Path.Combine(folder, "postmaster.pid")).First(),
            CultureInfo.InvariantCulture
        );
        using var postgres = Process.GetProcessById(pid);
        postgres.Kill();
    }

    /// <summary>Some 2,000 lines a second over TCP; connects again when the connection breaks, and repeats nothing.</summary>
    private static async Task SendSteadilyAsync(int port, Func<int> next, CancellationToken ct)
    {
        TcpClient? connection = null;
        while (!ct.IsCancellationRequested)
        {
            try
            {
                if (connection is null)
                {
                    connection = new TcpClient();
                    await connection.ConnectAsync("127.0.0.1", port, CancellationToken.None);
                }
                var text = new StringBuilder();
                for (var i = 0; i < 40; i++)
                    text.Append(Lines.FortiGate(next(), DateTimeOffset.UtcNow)).Append('\n');
                await connection
                    .GetStream()
                    .WriteAsync(Encoding.UTF8.GetBytes(text.ToString()), CancellationToken.None);
            }
            catch (Exception broken) when (broken is SocketException or IOException)
            {
                connection?.Dispose();
                connection = null;
                await Task.Delay(100, CancellationToken.None);
            }
            await Task.Delay(20, CancellationToken.None);
        }
        connection?.Dispose();
    }
}
