using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Denywatch.Storage.Embedded;

/// <summary>The few things Linux knows that .NET does not offer.</summary>
internal static partial class Posix
{
    public const int Interrupt = 2;
    public const int Quit = 3;

    /// <summary>False when there is no such process any more, or it is not ours to signal.</summary>
    public static bool Signal(int pid, int signal) => Kill(pid, signal) == 0;

    /// <summary>Alive and more than an entry that its parent has not collected yet.</summary>
    public static bool IsRunning(int pid)
    {
        try
        {
            // "pid (name) S ...": the name may hold anything, also brackets.
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            return stat[stat.LastIndexOf(')') + 2] is not ('Z' or 'X');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    public static string CommandLine(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline").Replace('\0', ' ');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    /// <summary>PostgreSQL refuses to run as root: the account of the package, else the one that owns nothing.</summary>
    public static (int User, int Group) ServerAccount()
    {
        foreach (var line in File.ReadLines("/etc/passwd"))
        {
            var fields = line.Split(':');
            if (fields is ["postgres", _, var user, var group, ..])
                return (int.Parse(user, CultureInfo.InvariantCulture), int.Parse(group, CultureInfo.InvariantCulture));
        }

        return (65534, 65534);
    }

    public static void Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = "/",
        };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new EmbeddedPostgresException($"{program} {string.Join(' ', arguments)} failed: {error.Trim()}");
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int Kill(int pid, int signal);
}
