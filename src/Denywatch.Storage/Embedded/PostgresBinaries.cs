using System.Globalization;

namespace Denywatch.Storage.Embedded;

/// <summary>Finds an installed PostgreSQL server.</summary>
public static class PostgresBinaries
{
    public const string Variable = "Denywatch__PostgresBin";

    // Debian and its children, then the packages of postgresql.org for Red Hat and its children.
    private static readonly (string Root, string Prefix)[] Places = [("/usr/lib/postgresql", ""), ("/usr", "pgsql-")];

    /// <summary>The folder to run from: <paramref name="wanted"/> when given, else the major version that made the data, else the newest.</summary>
    /// <exception cref="EmbeddedPostgresException">Nothing fits; the message says what to install.</exception>
    public static string Find(string? wanted, string? majorVersion)
    {
        wanted = string.IsNullOrWhiteSpace(wanted) ? Environment.GetEnvironmentVariable(Variable) : wanted;
        if (!string.IsNullOrWhiteSpace(wanted))
        {
            return IsBinFolder(wanted)
                ? Path.GetFullPath(wanted)
                : throw new EmbeddedPostgresException(
                    $"{Variable} is {wanted}, but initdb and postgres are not there."
                );
        }

        var installed = Installed().OrderByDescending(found => found.Major).ToList();
        if (majorVersion is null)
        {
            return installed.Count > 0
                ? installed[0].Folder
                : throw new EmbeddedPostgresException(
                    "No PostgreSQL server is installed. Install the package postgresql, set ConnectionStrings__Denywatch "
                        + $"to use another server, or name the folder of initdb and postgres in {Variable}."
                );
        }

        foreach (var (major, folder) in installed)
        {
            if (major.ToString(CultureInfo.InvariantCulture) == majorVersion)
                return folder;
        }

        throw new EmbeddedPostgresException(
            $"The data was written by PostgreSQL {majorVersion}, which is not installed. Install postgresql-{majorVersion}, "
                + $"or name the folder of its initdb and postgres in {Variable}."
        );
    }

    private static IEnumerable<(int Major, string Folder)> Installed()
    {
        foreach (var (root, prefix) in Places)
        {
            if (!Directory.Exists(root))
                continue;

            foreach (var folder in Directory.EnumerateDirectories(root, prefix + "*"))
            {
                var bin = Path.Combine(folder, "bin");
                var version = Path.GetFileName(folder)[prefix.Length..];
                if (int.TryParse(version, CultureInfo.InvariantCulture, out var major) && IsBinFolder(bin))
                    yield return (major, bin);
            }
        }
    }

    private static bool IsBinFolder(string folder) =>
        File.Exists(Path.Combine(folder, "initdb")) && File.Exists(Path.Combine(folder, "postgres"));
}
