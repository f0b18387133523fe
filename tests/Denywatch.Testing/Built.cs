namespace Denywatch.Testing;

/// <summary>What the build made, in the same configuration as these tests.</summary>
public static class Built
{
    /// <summary>The folder of the solution.</summary>
    public static string Root { get; } = FindRoot();

    public static string WebContent { get; } = Path.Combine(Root, "src", "Denywatch.Web");

    public static string Web { get; } = Output("Denywatch.Web", "Denywatch.Web.dll");

    public static string Cli { get; } = Output("Denywatch.Cli", "denywatch.dll");

    /// <summary>For pictures and logs; not tracked.</summary>
    public static string Artifacts(string folder) =>
        Directory.CreateDirectory(Path.Combine(Root, "artifacts", folder)).FullName;

    // .../bin/Release/net10.0
    private static string Output(string project, string file)
    {
        var framework = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        return Path.Combine(Root, "src", project, "bin", framework.Parent!.Name, framework.Name, file);
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Dashboard.sln")))
                return folder.FullName;
        }
        throw new InvalidOperationException("The tests do not stand inside a checkout.");
    }
}
