using System.ComponentModel;
using System.Diagnostics;

namespace Denywatch.Testing;

/// <summary>Where rsyslog takes its lines from.</summary>
/// <param name="Config">The input statement; <c>{ruleset}</c> stands for the ruleset's name.</param>
/// <param name="Line">The property that holds a line as it was given.</param>
public sealed record RsyslogInput(string Config, string Line)
{
    /// <summary>Every line of a file, from its first, also those appended later.</summary>
    public static RsyslogInput File(string path) =>
        new(
            $"""
            module(load="imfile" mode="inotify")
            input(type="imfile" file="{path}" tag="firewall:" ruleset="{"{ruleset}"}" freshStartTail="off" persistStateInterval="1000")
            """,
            "msg"
        );

    /// <summary>Syslog over TCP on a port of 127.0.0.1.</summary>
    public static RsyslogInput Tcp(int port) =>
        new(
            $"""
            module(load="imptcp")
            input(type="imptcp" address="127.0.0.1" port="{port}" ruleset="{"{ruleset}"}")
            """,
            "rawmsg"
        );
}

/// <summary>Where rsyslog sends its lines to, on 127.0.0.1. It tries for ever.</summary>
/// <param name="Config">The action statements; <c>{ruleset}</c> as above.</param>
/// <param name="Template">The template <c>line</c>; <c>{line}</c> stands for the input's property.</param>
public sealed record RsyslogOutput(string Config, string Template)
{
    private const string ForEver =
        "action.resumeRetryCount=\"-1\" action.resumeInterval=\"1\" action.resumeIntervalMax=\"2\"";

    /// <param name="port">The receiver's.</param>
    /// <param name="header">What stands before each line, such as <c>&lt;134&gt;1 2026-11-24T10:00:00Z fw1 - - - - </c>.</param>
    /// <param name="pauseMicroseconds">Between two datagrams: nobody slows a UDP sender down.</param>
    public static RsyslogOutput Udp(int port, string header = "", int pauseMicroseconds = 0) =>
        new(
            $"""action(type="omfwd" target="127.0.0.1" port="{port}" protocol="udp" template="line" udp.sendDelay="{pauseMicroseconds}" {ForEver})""",
            Plain(header)
        );

    /// <param name="port">The receiver's.</param>
    /// <param name="octetCounting">True: each message after its length (RFC 6587); false: each ends with LF.</param>
    /// <param name="header">What stands before each line.</param>
    public static RsyslogOutput Tcp(int port, bool octetCounting, string header = "") =>
        new(
            $"""action(type="omfwd" target="127.0.0.1" port="{port}" protocol="tcp" template="line" TCP_Framing="{(octetCounting ? "octet-counted" : "traditional")}" {ForEver})""",
            Plain(header)
        );

    /// <summary>The bulk interface of Elasticsearch, with the credentials of Basic.</summary>
    /// <param name="port">The receiver's.</param>
    /// <param name="user">For Basic; null: none are sent.</param>
    /// <param name="password">For Basic.</param>
    /// <param name="linesAreDocuments">True: each line is a JSON document; false: it becomes the <c>message</c> of one.</param>
    /// <param name="index">The index the action lines name.</param>
    /// <param name="workers">Requests at the same time.</param>
    public static RsyslogOutput Elasticsearch(
        int port,
        string? user = null,
        string? password = null,
        bool linesAreDocuments = false,
        string index = "denywatch",
        int workers = 1
    )
    {
        var credentials = user is null ? "" : $"uid=\"{user}\" pwd=\"{password}\"";
        var action =
            $"""action(type="omelasticsearch" server="127.0.0.1" serverport="{port}" usehttps="off" searchIndex="{index}" searchType="" bulkmode="on" maxbytes="10m" retryfailures="on" retryruleset="again" ratelimit.interval="0" {credentials} {ForEver} template=""";
        return new(
            $$"""
            {{action}}"line" queue.type="FixedArray" queue.size="5000" queue.dequeueBatchSize="1000" queue.workerThreads="{{workers}}" queue.workerThreadMinimumMessages="100" queue.timeoutEnqueue="3600000")
            """,
            linesAreDocuments
                ? Plain("")
                : """
                template(name="line" type="list") {
                  constant(value="{\"@timestamp\":\"") property(name="timereported" dateFormat="rfc3339")
                  constant(value="\",\"message\":\"") property(name="{line}" format="json") constant(value="\"}")
                }
                """
        )
        {
            // Items that were refused come back as messages whose text is the document.
            Before = $$"""
                module(load="omelasticsearch")
                template(name="again" type="string" string="%msg%")
                ruleset(name="again") { {{action}}"again") }
                """,
        };
    }

    internal string Before { get; init; } = "";

    private static string Plain(string header) =>
        $$"""template(name="line" type="string" string="{{header}}%{line}%")""";
}

/// <summary>
/// A real rsyslogd with a configuration of its own, as a user would set it up against Denywatch. It keeps what it
/// cannot send in its queue; when that is full, its inputs wait.
/// </summary>
public sealed class RsyslogProcess : IAsyncDisposable
{
    private const string Program = "/usr/sbin/rsyslogd";

    private readonly TempFolder folder;
    private readonly Process process;

    private RsyslogProcess(TempFolder folder, Process process)
    {
        this.folder = folder;
        this.process = process;
    }

    public static bool IsInstalled => File.Exists(Program);

    /// <param name="input">Where the lines come from.</param>
    /// <param name="output">Where they go to.</param>
    /// <param name="diskQueue">True: the queue overflows to disk and is kept there when rsyslog is stopped.</param>
    /// <exception cref="InvalidOperationException">rsyslog refuses the configuration; the message says why.</exception>
    public static async Task<RsyslogProcess> StartAsync(
        RsyslogInput input,
        RsyslogOutput output,
        bool diskQueue = false
    )
    {
        var files = new TempFolder();
        var onDisk = diskQueue
            ? "queue.filename=\"main\" queue.maxDiskSpace=\"1g\" queue.saveOnShutdown=\"on\" queue.highWatermark=\"20000\""
            : "";
        var config = files.Write(
            "rsyslog.conf",
            $$"""
            global(workDirectory="{{files.Path}}" maxMessageSize="64k" parser.escapeControlCharactersOnReceive="off")
            main_queue(queue.type="LinkedList" queue.size="50000" queue.dequeueBatchSize="1000" queue.timeoutShutdown="2000" queue.timeoutEnqueue="3600000" {{onDisk}})
            {{output.Template.Replace("{line}", input.Line, StringComparison.Ordinal)}}
            {{output.Before}}
            ruleset(name="out") {
              {{output.Config}}
            }
            {{input.Config.Replace("{ruleset}", "out", StringComparison.Ordinal)}}

            """
        );

        try
        {
            await ValidateAsync(config);
            var start = new ProcessStartInfo(Program, ["-n", "-f", config, "-i", files.File("pid")]);
            return new(files, Process.Start(start)!);
        }
        catch
        {
            files.Dispose();
            throw;
        }
    }

    /// <summary>Stops as a service would be stopped; unsent lines of a memory queue are gone then.</summary>
    public async Task StopAsync()
    {
        if (process.HasExited)
            return;

        using (var kill = Process.Start("kill", ["-TERM", $"{process.Id}"]))
            await kill.WaitForExitAsync();

        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(15));
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        process.Dispose();
        folder.Dispose();
    }

    private static async Task ValidateAsync(string config)
    {
        var start = new ProcessStartInfo(Program, ["-N1", "-f", config])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        try
        {
            using var check = Process.Start(start)!;
            var problems = await check.StandardError.ReadToEndAsync();
            await check.WaitForExitAsync();
            if (check.ExitCode != 0 || problems.Contains("error", StringComparison.OrdinalIgnoreCase))
                throw new InvalidOperationException(problems);
        }
        catch (Win32Exception e)
        {
            throw new InvalidOperationException("rsyslog is not installed: ./test shippers installs it.", e);
        }
    }
}
