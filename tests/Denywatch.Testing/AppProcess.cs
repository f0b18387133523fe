using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;

namespace Denywatch.Testing;

/// <summary>How to start the app.</summary>
public sealed record AppOptions
{
    /// <summary>A database that is there; null: the app brings a private server in a folder of its own.</summary>
    public string? ConnectionString { get; init; }

    /// <summary>Fills the empty database with a generated month.</summary>
    public bool Demo { get; init; }

    /// <summary>Further settings by their environment names, such as <c>Denywatch__Roles</c>.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>How long a start may take, until the database answers.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(90);
}

/// <summary>
/// The real app as a process, as <c>./run</c> starts it: it can be killed, stopped and started again on the same ports
/// and data.
/// </summary>
public sealed partial class AppProcess : IAsyncDisposable
{
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(10) };

    private readonly TempFolder folder = new();
    private readonly AppOptions options;
    private readonly string log;
    private Process? process;

    private AppProcess(AppOptions options)
    {
        this.options = options;
        log = folder.File("app.log");
    }

    /// <summary>Such as <c>http://localhost:41234</c>; the same after a restart.</summary>
    public string Url { get; } = $"http://localhost:{FreePort.Tcp()}";

    /// <summary>UDP and TCP.</summary>
    public int SyslogPort { get; } = FreePort.Tcp();

    /// <summary>Of the database it uses; the private server's answers while the app runs.</summary>
    public string ConnectionString =>
        options.ConnectionString
        ?? $"Host={folder.File(Path.Combine("data", "postgres"))};Username=denywatch;Database=denywatch";

    /// <summary>What it has printed so far, in all its lives.</summary>
    public string Log => File.Exists(log) ? ReadLog() : "";

    /// <summary>The newest link that makes the first admin; null once there is one.</summary>
    public string? SetupLink => SetupLinks().Matches(Log).LastOrDefault()?.Value;

    /// <summary>The process as it runs now, for its memory and processor time.</summary>
    public Process Process => process ?? throw new InvalidOperationException("The app is not running.");

    /// <summary>Starts the app and waits until its database answers.</summary>
    /// <exception cref="InvalidOperationException">It ended, or was not ready in time; the message holds its log.</exception>
    public static async Task<AppProcess> StartAsync(AppOptions options, CancellationToken ct)
    {
        var app = new AppProcess(options);
        try
        {
            await app.LaunchAsync(ct);
            return app;
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until the demo's month is counted and scored.</summary>
    /// <exception cref="InvalidOperationException">It was not in time; the message holds the log.</exception>
    public async Task FilledAsync(TimeSpan patience, CancellationToken ct)
    {
        var watch = Stopwatch.StartNew();
        while (!Log.Contains("Demo: filled and scored", StringComparison.Ordinal))
        {
            if (watch.Elapsed > patience)
                throw new InvalidOperationException($"The demo was not filled in {patience.TotalMinutes} min.\n{Log}");
            await Task.Delay(250, ct);
        }
    }

    /// <summary>SIGKILL: nothing is flushed, nobody is told.</summary>
    public async Task KillAsync()
    {
        if (process is not { } running)
            return;

        running.Kill();
        await EndedAsync(running);
    }

    /// <summary>SIGINT, as Ctrl+C: it finishes what it has acknowledged.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> StopAsync()
    {
        if (process is not { } running)
            return 0;

        using (var kill = Process.Start("kill", ["-INT", $"{running.Id}"]))
            await kill.WaitForExitAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(45));
        try
        {
            await running.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException late)
        {
            await KillAsync();
            throw new InvalidOperationException($"The app did not stop in 45 s.{Environment.NewLine}{Log}", late);
        }
        var code = running.ExitCode;
        await EndedAsync(running);
        return code;
    }

    /// <summary>Starts it again on the same ports and data; stops it first where it runs.</summary>
    public async Task RestartAsync(CancellationToken ct)
    {
        await StopAsync();
        await LaunchAsync(ct);
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await StopAsync();
        }
        finally
        {
            folder.Dispose();
        }
    }

    private async Task LaunchAsync(CancellationToken ct)
    {
        // To a file and not to a pipe: whoever outlives a killed app would keep a pipe open.
        var start = new ProcessStartInfo(
            "/bin/sh",
            ["-c", "exec \"$@\" >>\"$APP_LOG\" 2>&1", "sh", "dotnet", Built.Web]
        )
        {
            WorkingDirectory = folder.Path,
            UseShellExecute = false,
        };
        if (options.Demo)
            start.ArgumentList.Add("--demo");
        start.Environment["APP_LOG"] = log;
        start.Environment["ASPNETCORE_CONTENTROOT"] = Built.WebContent;
        start.Environment["ASPNETCORE_URLS"] = Url;
        start.Environment["Denywatch__SyslogPort"] = $"{SyslogPort}";
        start.Environment["Denywatch__DataFolder"] = folder.File("data");
        start.Environment["ConnectionStrings__Denywatch"] = options.ConnectionString ?? "";
        start.Environment["Logging__LogLevel__Default"] = "Information";
        foreach (var (key, value) in options.Settings)
            start.Environment[key] = value;
        process = Process.Start(start)!;
        AppDomain.CurrentDomain.ProcessExit += EndWithUs;
        await ReadyAsync(ct);
    }

    private async Task ReadyAsync(CancellationToken ct)
    {
        var watch = Stopwatch.StartNew();
        while (watch.Elapsed < options.Patience)
        {
            ct.ThrowIfCancellationRequested();
            if (Process.HasExited)
                throw new InvalidOperationException(
                    $"The app ended with code {Process.ExitCode}.{Environment.NewLine}{Log}"
                );
            try
            {
                using var answer = await Http.GetAsync(new Uri($"{Url}/health/ready"), ct);
                if (answer.StatusCode == HttpStatusCode.OK)
                    return;
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }
            await Task.Delay(100, ct);
        }
        throw new InvalidOperationException(
            $"The app was not ready in {options.Patience.TotalSeconds} s.{Environment.NewLine}{Log}"
        );
    }

    private async Task EndedAsync(Process ended)
    {
        await ended.WaitForExitAsync(CancellationToken.None);
        AppDomain.CurrentDomain.ProcessExit -= EndWithUs;
        ended.Dispose();
        process = null;
    }

    private void EndWithUs(object? sender, EventArgs e) => process?.Kill();

    private string ReadLog()
    {
        using var stream = new FileStream(log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    [GeneratedRegex(@"http://\S+/set-up\?key=\S+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SetupLinks();
}
