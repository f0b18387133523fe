using System.Diagnostics;
using Denywatch.Storage.Embedded;
using Denywatch.Testing;
using Npgsql;

namespace Denywatch.Storage.Tests.Embedded;

public sealed class EmbeddedPostgresTests : IDisposable
{
    private readonly TempFolder folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Data_outlives_a_stop_and_a_start()
    {
        await using (var first = Server())
        {
            var connection = await first.StartAsync(Ct);
            await ExecuteAsync(connection, "CREATE TABLE kept AS SELECT 42 AS answer");
        }

        await using var second = Server();
        Assert.Equal(42, await ScalarAsync<int>(await second.StartAsync(Ct), "SELECT answer FROM kept"));
    }

    [Fact]
    public async Task A_killed_server_is_back_within_seconds_with_everything_committed()
    {
        await using var server = Server(durable: true);
        var connection = await server.StartAsync(Ct);
        await ExecuteAsync(connection, "CREATE TABLE kept AS SELECT 42 AS answer");
        var killed = server.ServerPid;

        using (var process = Process.GetProcessById(killed))
            process.Kill();

        var outage = Stopwatch.StartNew();
        await UntilAsync(async () => await ScalarAsync<int>(connection, "SELECT answer FROM kept") == 42);
        Assert.NotEqual(killed, server.ServerPid);
        Assert.True(outage.Elapsed < TimeSpan.FromSeconds(20), $"It took {outage.Elapsed}.");
    }

    [Fact]
    public async Task A_killed_app_takes_its_server_along_and_the_next_start_finds_the_data()
    {
        var (app, serverPid) = await StartInChildAsync();
        using (app)
        {
            app.Kill();
            await app.WaitForExitAsync(Ct);
            await UntilAsync(() => Task.FromResult(!Directory.Exists($"/proc/{serverPid}") || IsZombie(serverPid)));
        }

        await using var next = Server();
        Assert.Equal(42, await ScalarAsync<int>(await next.StartAsync(Ct), "SELECT answer FROM kept"));
    }

    [Fact]
    public async Task A_killed_app_and_a_killed_server_leave_nothing_that_hinders_the_next_start()
    {
        var (app, serverPid) = await StartInChildAsync();
        using (app)
        using (var process = Process.GetProcessById(serverPid))
        {
            process.Kill();
            app.Kill();
        }

        await using var next = Server();
        Assert.Equal(42, await ScalarAsync<int>(await next.StartAsync(Ct), "SELECT answer FROM kept"));
    }

    [Fact]
    public async Task An_orphan_server_is_replaced()
    {
        // Normally a server ends with its app; one without that signal is started by hand.
        await using var first = Server();
        await first.StartAsync(Ct);
        var arguments = (await File.ReadAllTextAsync($"/proc/{first.ServerPid}/cmdline", Ct)).TrimEnd('\0').Split('\0');
        await first.DisposeAsync();

        using var orphan = StartByHand(arguments);
        var file = folder.File("postgres/postmaster.pid");
        await UntilAsync(async () =>
            (await File.ReadAllTextAsync(file, Ct)).Contains("ready", StringComparison.Ordinal)
        );

        await using var second = Server();
        await second.StartAsync(Ct);

        await orphan.WaitForExitAsync(Ct);
        Assert.NotEqual(orphan.Id, second.ServerPid);
    }

    [Fact]
    public async Task Two_apps_cannot_share_a_data_folder()
    {
        await using var first = Server();
        await first.StartAsync(Ct);
        await using var second = Server();

        var problem = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => second.StartAsync(Ct));

        Assert.Contains("in use by another Denywatch", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_data_folder_with_a_path_too_long_for_a_socket_works()
    {
        var deep = folder.File(new string('d', 60) + "/" + new string('e', 60));
        await using var server = new EmbeddedPostgres(deep, options: EmbeddedPostgresOptions.ForTests);

        Assert.Equal(1, await ScalarAsync<int>(await server.StartAsync(Ct), "SELECT 1"));
    }

    [Fact]
    public async Task A_setting_the_server_does_not_know_is_named()
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["no_such_setting"] = "1" };
        await using var server = new EmbeddedPostgres(
            folder.Path,
            options: new EmbeddedPostgresOptions { Durable = false, Settings = settings }
        );

        var problem = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => server.StartAsync(Ct));

        Assert.Contains("no_such_setting", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Data_of_a_version_that_is_not_installed_says_what_to_install()
    {
        var problem = Assert.Throws<EmbeddedPostgresException>(() => PostgresBinaries.Find(wanted: null, "9"));

        Assert.Contains("postgresql-9", problem.Message, StringComparison.Ordinal);
    }

    private EmbeddedPostgres Server(bool durable = false) =>
        new(folder.Path, options: new EmbeddedPostgresOptions { Durable = durable });

    private static bool IsZombie(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return true;
        }
    }

    // An app that is there to be killed: the program in Denywatch.Testing. It leaves a table behind.
    private async Task<(Process App, int ServerPid)> StartInChildAsync()
    {
        var program = Path.Combine(AppContext.BaseDirectory, "Denywatch.Testing.dll");
        var app = Process.Start(
            new ProcessStartInfo("dotnet", ["exec", program, "postgres", folder.Path])
            {
                RedirectStandardOutput = true,
                UseShellExecute = false,
            }
        )!;

        var said = await app.StandardOutput.ReadLineAsync(Ct);
        if (said?.Split(' ', 2) is not [var pid, var connection])
            throw new InvalidOperationException("The child ended early.");

        await ExecuteAsync(connection, "CREATE TABLE kept AS SELECT 42 AS answer");
        return (app, int.Parse(pid));
    }

    private Process StartByHand(string[] arguments)
    {
        var start = new ProcessStartInfo("/bin/sh") { UseShellExecute = false, WorkingDirectory = "/" };
        string[] script = ["-c", "exec 3<\"$1\" >/dev/null 2>&1; shift; exec \"$@\"", "sh", folder.File("postgres")];
        string[] identity = Environment.IsPrivilegedProcess
            ? ["setpriv", "--reuid=" + Owner("%u"), "--regid=" + Owner("%g"), "--clear-groups"]
            : [];
        foreach (var argument in script.Concat(identity).Concat(arguments))
            start.ArgumentList.Add(argument);

        return Process.Start(start)!;
    }

    private string Owner(string format)
    {
        var start = new ProcessStartInfo("stat", ["-c", format, folder.File("postgres")])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        using var stat = Process.Start(start)!;
        return stat.StandardOutput.ReadToEnd().Trim();
    }

    private static async Task UntilAsync(Func<Task<bool>> isTrue)
    {
        while (true)
        {
            try
            {
                if (await isTrue())
                    return;
            }
            catch (Exception e) when (e is NpgsqlException or IOException)
            {
                // Not yet: the test's time limit ends a wait for what never comes.
            }

            await Task.Delay(50, Ct);
        }
    }

    private static async Task ExecuteAsync(string connection, string sql) =>
        await ScalarAsync<object?>(connection, sql);

    private static async Task<T> ScalarAsync<T>(string connection, string sql)
    {
        // Unpooled: a pooled connection would remember the server of a moment ago.
        await using var db = new NpgsqlConnection(connection + ";Pooling=false");
        await db.OpenAsync(Ct);
        await using var command = new NpgsqlCommand(sql, db);
        return (T)(await command.ExecuteScalarAsync(Ct))!;
    }
}
