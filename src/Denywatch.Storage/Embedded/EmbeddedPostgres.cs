using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Denywatch.Storage.Embedded;

/// <summary>
/// A PostgreSQL server that belongs to this process: made on the first start, restarted when it dies,
/// stopped with us, also when we are killed. Reached through a socket in its own data folder only.
/// </summary>
/// <remarks>
/// Layout of the data folder: <c>lock</c> (held while we run), <c>postgres/</c> (the cluster, mode 0700),
/// <c>postgres.start.log</c> (what the server said before its own log began).
/// </remarks>
public sealed partial class EmbeddedPostgres : IAsyncDisposable
{
    private const string User = "denywatch";

    /// <summary>Linux cuts a socket's path off here; longer ones get a short name in the temp folder.</summary>
    internal const int LongestSocketPath = 107;

    // A killed server stays in the way for as long as its last children or its uncollected process entry do.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly string dataFolder;
    private readonly string cluster;
    private readonly string startLog;
    private readonly string clusterName;
    private readonly ILogger logger;
    private readonly EmbeddedPostgresOptions options;
    private readonly CancellationTokenSource stopping = new();
    private readonly TaskCompletionSource ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private FileStream? folderLock;
    private DirectoryInfo? shortName;
    private Thread? supervisor;
    private volatile int serverPid;

    public EmbeddedPostgres(string dataFolder, ILogger? logger = null, EmbeddedPostgresOptions? options = null)
    {
        this.dataFolder = Path.GetFullPath(dataFolder);
        this.logger = logger ?? NullLogger.Instance;
        this.options = options ?? new EmbeddedPostgresOptions();
        cluster = Path.Combine(this.dataFolder, "postgres");
        startLog = Path.Combine(this.dataFolder, "postgres.start.log");
        // Stands on the server's command line: by this an orphan of an earlier run is told from a stranger's server.
        clusterName = "denywatch_" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(cluster)))[..16];
    }

    /// <summary>The server's process, 0 while it is down.</summary>
    public int ServerPid => serverPid;

    /// <summary>Makes the cluster if there is none, starts it and makes the database.</summary>
    /// <returns>The connection string.</returns>
    /// <exception cref="EmbeddedPostgresException">It cannot run; the message says why and what to do.</exception>
    public async Task<string> StartAsync(CancellationToken ct = default)
    {
        if (supervisor is not null)
            throw new InvalidOperationException("Started already.");

        var clock = Stopwatch.StartNew();
        PrepareFolder();
        var bin = PostgresBinaries.Find(options.BinFolder, MajorVersion());

        // A child is told of its parent's death when the *thread* that started it ends, so one thread of our own
        // starts the server, waits for it and starts it again.
        supervisor = new Thread(() => Supervise(bin)) { IsBackground = true, Name = "PostgreSQL" };
        supervisor.Start();
        await ready.Task.WaitAsync(ct);

        var connection = await PrepareDatabaseAsync(SocketFolder(), ct);
        LogReady(bin, cluster, clock.Elapsed.TotalSeconds);
        return connection;
    }

    /// <summary>A fast stop: open transactions are rolled back, everything committed is on disk.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!stopping.IsCancellationRequested)
        {
            await stopping.CancelAsync();
            if (supervisor is { } thread)
                await Task.Run(thread.Join);
        }

        if (folderLock is not null)
            await folderLock.DisposeAsync();
        shortName?.Delete(recursive: true);
        shortName = null;
    }

    private string? MajorVersion()
    {
        var file = Path.Combine(cluster, "PG_VERSION");
        return File.Exists(file) ? File.ReadAllText(file).Trim() : null;
    }

    private void PrepareFolder()
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new EmbeddedPostgresException(
                "The private PostgreSQL needs Linux. Set ConnectionStrings__Denywatch to use a server of your own."
            );
        }

        try
        {
            Directory.CreateDirectory(
                dataFolder,
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            );
            folderLock = LockFolder();
        }
        catch (UnauthorizedAccessException e)
        {
            throw new EmbeddedPostgresException($"The data folder {dataFolder} cannot be written to: {e.Message}", e);
        }
        catch (IOException e)
        {
            throw new EmbeddedPostgresException(
                $"The data folder {dataFolder} is in use by another Denywatch, or cannot be written to: {e.Message}",
                e
            );
        }
    }

    // An app that is restarted may overlap with itself for a moment.
    private FileStream LockFolder()
    {
        var waiting = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                var file = Path.Combine(dataFolder, "lock");
                return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (waiting.Elapsed < TimeSpan.FromSeconds(3))
            {
                Thread.Sleep(100);
            }
        }
    }

    private void Supervise(string bin)
    {
        try
        {
            StopOrphan();
            if (MajorVersion() is null)
                Initialise(bin);
        }
        catch (Exception e)
        {
            ready.TrySetException(e);
            return;
        }

        var failing = Stopwatch.StartNew();
        var pause = TimeSpan.FromMilliseconds(200);

        while (!stopping.IsCancellationRequested)
        {
            var wasReady = false;
            try
            {
                wasReady = RunServer(bin);
            }
            catch (Exception e)
            {
                LogCannotStart(e);
            }

            serverPid = 0;
            if (stopping.IsCancellationRequested)
                break;

            if (wasReady)
            {
                failing.Restart();
                pause = TimeSpan.FromMilliseconds(200);
                LogDied();
            }
            else if (!ready.Task.IsCompleted && (failing.Elapsed > Patience || !IsTemporary()))
            {
                ready.TrySetException(new EmbeddedPostgresException($"PostgreSQL does not start: {StartLogTail()}"));
                return;
            }

            // After the first success nothing else makes sense than to try again for ever: the app waits meanwhile.
            stopping.Token.WaitHandle.WaitOne(pause);
            pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, TimeSpan.FromSeconds(5).Ticks));
        }

        ready.TrySetCanceled();
    }

    // Gives back, when the server has ended, whether it had been ready.
    private bool RunServer(string bin)
    {
        List<string> arguments = [Path.Combine(bin, "postgres"), "-D", DataFolderInServer];
        foreach (var (name, value) in options.AllSettings(clusterName))
            arguments.AddRange(["-c", $"{name}={value}"]);

        using var server = StartAsServerAccount(cluster, arguments);
        serverPid = server.Id;
        var isReady = false;

        while (!server.WaitForExit(isReady ? 250 : 50))
        {
            if (!isReady && IsServerReady(server.Id))
            {
                isReady = true;
                ready.TrySetResult();
            }

            if (stopping.IsCancellationRequested)
            {
                Stop(server.Id, () => server.HasExited);
                return isReady;
            }
        }

        return isReady;
    }

    // The server writes its state into this file, so nobody has to knock with connections that fill its log.
    private bool IsServerReady(int pid)
    {
        var lines = PostmasterFile();
        return lines.Length >= 8
            && lines[0].Trim() == pid.ToString(CultureInfo.InvariantCulture)
            && lines[7].StartsWith("ready", StringComparison.Ordinal);
    }

    private string[] PostmasterFile()
    {
        try
        {
            return File.ReadAllLines(Path.Combine(cluster, "postmaster.pid"));
        }
        catch (IOException)
        {
            return [];
        }
    }

    // We hold the folder's lock, so a server on our data has lost its app. It is ended cleanly and replaced:
    // only of a child of our own do we learn at once when it dies, and only that one ends with us.
    private void StopOrphan()
    {
        if (
            PostmasterFile() is not [var first, ..]
            || !int.TryParse(first.Trim(), CultureInfo.InvariantCulture, out var pid)
            || !Posix.IsRunning(pid)
            || !Posix.CommandLine(pid).Contains(clusterName, StringComparison.Ordinal)
        )
        {
            return;
        }

        LogOrphan(pid);
        Stop(pid, () => !Posix.IsRunning(pid));
    }

    private void Stop(int pid, Func<bool> hasEnded)
    {
        Posix.Signal(pid, Posix.Interrupt);
        if (SpinWait.SpinUntil(() => Wait(hasEnded), TimeSpan.FromMinutes(1)))
            return;

        // Without a last checkpoint: nothing committed is lost, the next start takes longer.
        LogSlowStop(pid);
        Posix.Signal(pid, Posix.Quit);
        SpinWait.SpinUntil(() => Wait(hasEnded), TimeSpan.FromSeconds(20));

        static bool Wait(Func<bool> hasEnded)
        {
            if (hasEnded())
                return true;

            Thread.Sleep(20);
            return false;
        }
    }

    // Into a folder beside, then renamed: a start that is killed half-way leaves no half cluster behind.
    private void Initialise(string bin)
    {
        var fresh = cluster + ".new";
        if (Directory.Exists(fresh))
            Directory.Delete(fresh, recursive: true);
        Directory.CreateDirectory(fresh);

        List<string> arguments =
        [
            Path.Combine(bin, "initdb"),
            "-D",
            DataFolderInServer,
            "-U",
            User,
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C", // trust: who can reach the socket is root or the owner
        ];
        if (!options.Durable)
            arguments.Add("--no-sync");

        using var initdb = StartAsServerAccount(fresh, arguments);
        initdb.WaitForExit();
        if (initdb.ExitCode != 0)
            throw new EmbeddedPostgresException($"initdb failed: {StartLogTail()}");

        Directory.Move(fresh, cluster);
    }

    // The folders above ours are often closed to the server's account (a clone below /root, a temp folder), so the
    // server gets its data folder as an open descriptor: such a path is not checked step by step from the root.
    private const string DataFolderInServer = "/proc/self/fd/3";

    private Process StartAsServerAccount(string folder, IEnumerable<string> command)
    {
        List<string> identity = ["/usr/bin/setpriv", "--no-new-privs", "--pdeathsig", "INT"];
        if (Environment.IsPrivilegedProcess)
        {
            var (user, group) = Posix.ServerAccount();
            Posix.Run("/bin/chown", "-R", $"{user}:{group}", folder);
            identity.AddRange([$"--reuid={user}", $"--regid={group}", "--clear-groups"]);
        }

        Posix.Run("/bin/chmod", "0700", folder);

        var start = new ProcessStartInfo("/bin/sh")
        {
            // Each exec keeps the process, so the child we wait for is the server itself.
            ArgumentList =
            {
                "-c",
                "exec 3<\"$1\" >\"$2\" 2>&1 </dev/null; shift 2; exec \"$@\"",
                "sh",
                folder,
                startLog,
            },
            WorkingDirectory = "/",
        };
        // A session of its own: Ctrl-C in the terminal reaches us, and we stop the server after the last flush.
        foreach (var argument in identity.Append("/usr/bin/setsid").Concat(command))
            start.ArgumentList.Add(argument);

        start.Environment.Clear();
        start.Environment["LC_ALL"] = "C";
        start.Environment["PATH"] = "/usr/bin:/bin";
        return Process.Start(start)!;
    }

    private string SocketFolder()
    {
        var path = Path.Combine(cluster, ".s.PGSQL.5432");
        if (Encoding.UTF8.GetByteCount(path) <= LongestSocketPath)
            return cluster;

        // Only the name is too long, so a link with a short name does.
        shortName ??= Directory.CreateTempSubdirectory("dw-");
        var link = Path.Combine(shortName.FullName, "pg");
        if (!Directory.Exists(link))
            Directory.CreateSymbolicLink(link, cluster);

        return Encoding.UTF8.GetByteCount(Path.Combine(link, ".s.PGSQL.5432")) <= LongestSocketPath
            ? link
            : throw new EmbeddedPostgresException(
                $"The path {path} is too long for a socket, and so is the temp folder's. Set Denywatch__DataFolder to a shorter one."
            );
    }

    private async Task<string> PrepareDatabaseAsync(string socketFolder, CancellationToken ct)
    {
        var connection = new NpgsqlConnectionStringBuilder
        {
            Host = socketFolder,
            Username = User,
            Database = options.Database,
        };

        var admin = new NpgsqlConnectionStringBuilder(connection.ConnectionString)
        {
            Database = "postgres",
            Pooling = false,
        };
        await using var db = new NpgsqlConnection(admin.ConnectionString);
        await db.OpenAsync(ct);

        await using var exists = new NpgsqlCommand("SELECT 1 FROM pg_database WHERE datname = $1", db);
        exists.Parameters.AddWithValue(options.Database);
        if (await exists.ExecuteScalarAsync(ct) is null)
        {
            await using var create = new NpgsqlCommand(
                $"CREATE DATABASE \"{options.Database.Replace("\"", "\"\"", StringComparison.Ordinal)}\"",
                db
            );
            await create.ExecuteNonQueryAsync(ct);
        }

        return connection.ConnectionString;
    }

    private bool IsTemporary()
    {
        var tail = StartLogTail();
        return tail.Contains("lock file", StringComparison.Ordinal)
            || tail.Contains("shared memory block", StringComparison.Ordinal);
    }

    private string StartLogTail()
    {
        try
        {
            return string.Join(Environment.NewLine, File.ReadLines(startLog).TakeLast(8)).Trim();
        }
        catch (IOException)
        {
            return $"see {startLog}";
        }
    }

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "PostgreSQL from {Bin} is ready on {Cluster} after {Seconds:0.0} s"
    )]
    private partial void LogReady(string bin, string cluster, double seconds);

    [LoggerMessage(Level = LogLevel.Warning, Message = "PostgreSQL ended by itself and is started again")]
    private partial void LogDied();

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "A PostgreSQL server of an earlier run (process {Pid}) still works on our data: it is stopped and replaced"
    )]
    private partial void LogOrphan(int pid);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "PostgreSQL (process {Pid}) takes too long to stop and is told to leave at once"
    )]
    private partial void LogSlowStop(int pid);

    [LoggerMessage(Level = LogLevel.Error, Message = "PostgreSQL cannot be started")]
    private partial void LogCannotStart(Exception exception);
}
