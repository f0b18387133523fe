namespace Denywatch.Migrations;

/// <summary>Reads the SQL scripts that stand beside the migrations as text, so that they can be pasted into psql.</summary>
internal static class Script
{
    public static string Read(string name)
    {
        using var stream =
            typeof(Script).Assembly.GetManifestResourceStream($"Denywatch.Migrations.{name}")
            ?? throw new InvalidOperationException($"The script {name} is not embedded in the migrations assembly.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
