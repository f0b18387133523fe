using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Denywatch.Web.Tests.Architecture;

/// <summary>The dependency rule of ARCHITECTURE.md, read from the assemblies themselves.</summary>
public class DependencyTests
{
    private static readonly string[] Pure =
    [
        "Denywatch.Events",
        "Denywatch.Detection",
        "Denywatch.Alerting",
        "Denywatch.Traffic",
    ];

    [Theory]
    [InlineData("Denywatch.Events")]
    [InlineData("Denywatch.Detection")]
    [InlineData("Denywatch.Alerting", "Denywatch.Events", "Denywatch.Detection")]
    [InlineData("Denywatch.Traffic", "Denywatch.Events", "Denywatch.Detection", "Denywatch.Alerting")]
    [InlineData("denywatch", "Denywatch.Events", "Denywatch.Detection", "Denywatch.Alerting", "Denywatch.Traffic")]
    [InlineData(
        "Denywatch.Storage",
        "Denywatch.Events",
        "Denywatch.Detection",
        "Denywatch.Alerting",
        "Denywatch.Traffic"
    )]
    [InlineData("Denywatch.Migrations", "Denywatch.Storage")]
    public void A_project_knows_only_what_stands_above_it(string assembly, params string[] allowed)
    {
        var ours = ReferencesOf(assembly)
            .Where(name => name.StartsWith("denywatch", StringComparison.OrdinalIgnoreCase));

        Assert.Empty(ours.Except(allowed, StringComparer.Ordinal));
    }

    [Fact]
    public void Pure_code_knows_no_database_no_web_and_no_logger()
    {
        string[] forbidden =
        [
            "Npgsql",
            "Dapper",
            "Hangfire",
            "MudBlazor",
            "OpenTelemetry",
            "Serilog",
            "System.Data",
            "System.Net.Http",
            "Microsoft.EntityFrameworkCore",
            "Microsoft.AspNetCore",
            "Microsoft.Extensions",
        ];

        var found =
            from assembly in Pure
            from reference in ReferencesOf(assembly)
            where forbidden.Any(name => reference.StartsWith(name, StringComparison.Ordinal))
            select $"{assembly} -> {reference}";

        Assert.Empty(found);
    }

    // From the file's metadata: nothing is loaded, so nothing can be missing or be loaded twice. An assembly that is
    // not beside us is not there yet, or Web does not use it: then there is nothing to break.
    private static List<string> ReferencesOf(string assembly)
    {
        var file = Path.Combine(AppContext.BaseDirectory, assembly + ".dll");
        if (!File.Exists(file))
            return [];

        using var stream = File.OpenRead(file);
        using var portable = new PEReader(stream);
        var metadata = portable.GetMetadataReader();
        return
        [
            .. metadata.AssemblyReferences.Select(handle =>
                metadata.GetString(metadata.GetAssemblyReference(handle).Name)
            ),
        ];
    }
}
