using System.Diagnostics;
using Denywatch.Testing;
using Denywatch.Web.Features.SetupGuide;

namespace Denywatch.Web.Tests.SetupGuide;

/// <summary>That the real programs accept the configurations of the guides.</summary>
[Trait("suite", "shippers")]
public sealed class ShipperSyntaxTests : IDisposable
{
    private static readonly ServerAddress server = new(new("https://denywatch.example:8443"), 5514);

    private readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("syslog")]
    [InlineData("file /var/log/firewall.log")]
    public Task Rsyslog_accepts_its_configuration(string feed) =>
        CheckAsync(
            "rsyslogd",
            file => ["-N1", "-f", file],
            // As the main configuration of every distribution has it.
            "global(workDirectory=\"/tmp\")\n" + new ShipperConfig(Feed.Read(feed), server).Of(SetupWay.Rsyslog)
        );

    [Theory]
    [InlineData("syslog")]
    [InlineData("file /var/log/firewall.log")]
    public Task Syslog_ng_accepts_its_configuration(string feed) =>
        CheckAsync(
            "syslog-ng",
            file => ["--syntax-only", "-f", file],
            "@version: 3.38\n" + new ShipperConfig(Feed.Read(feed), server).Of(SetupWay.SyslogNg)
        );

    private async Task CheckAsync(string program, Func<string, string[]> arguments, string configuration)
    {
        var path = PathOf(program);
        Assert.SkipWhen(path is null, $"{program} is not installed here.");

        var start = new ProcessStartInfo(path!) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var argument in arguments(folder.Write("denywatch.conf", configuration + "\n")))
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.True(process.ExitCode == 0, $"{errors}{await output}");
        Assert.DoesNotContain("error", errors, StringComparison.OrdinalIgnoreCase);
    }

    private static string? PathOf(string program) =>
        $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin:/sbin"
            .Split(':')
            .Select(place => Path.Combine(place, program))
            .FirstOrDefault(File.Exists);
}
