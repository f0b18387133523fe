using System.Diagnostics;
using Denywatch.Testing;

namespace Denywatch.EndToEnd;

/// <summary>The <c>denywatch</c> command as a process of its own.</summary>
internal static class CommandLine
{
    /// <param name="token">As the environment gives it; empty: none.</param>
    /// <returns>Its exit code, and what it said on both outputs.</returns>
    public static async Task<(int Code, string Said)> RunAsync(string token, CancellationToken ct, params string[] args)
    {
        var start = new ProcessStartInfo("dotnet", [Built.Cli, .. args])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment["DENYWATCH_TOKEN"] = token;
        using var command = Process.Start(start)!;
        var output = command.StandardOutput.ReadToEndAsync(ct);
        var errors = command.StandardError.ReadToEndAsync(ct);
        await command.WaitForExitAsync(ct);
        return (command.ExitCode, await output + await errors);
    }
}
