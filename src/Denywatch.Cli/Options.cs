namespace Denywatch.Cli;

/// <summary>Arguments of a command: <c>--name value</c> or <c>--name=value</c>, and files in any order.</summary>
internal sealed class Options
{
    private readonly Dictionary<string, string> values = new(StringComparer.Ordinal);

    public List<string> Files { get; } = [];

    /// <summary>What is wrong with the arguments; null where nothing is.</summary>
    public string? Problem { get; private set; }

    public string? this[string name] => values.GetValueOrDefault(name);

    /// <param name="known">Names of options, each with one value.</param>
    public static Options Read(ReadOnlySpan<string> args, params ReadOnlySpan<string> known)
    {
        var options = new Options();
        var onlyFiles = false;
        for (var i = 0; i < args.Length; i++)
        {
            if (onlyFiles || args[i] == "-" || !args[i].StartsWith('-'))
            {
                options.Files.Add(args[i]);
                continue;
            }
            if (args[i] == "--")
            {
                onlyFiles = true;
                continue;
            }

            var equals = args[i].IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? args[i] : args[i][..equals];
            if (!known.Contains(name))
                options.Problem ??= $"there is no option {name}";
            else if (equals >= 0)
                options.values[name] = args[i][(equals + 1)..];
            else if (i + 1 < args.Length)
                options.values[name] = args[++i];
            else
                options.Problem ??= $"{name} needs a value";
        }
        if (options.Files.Count == 0)
            options.Problem ??= "name at least one FILE (- is standard input)";
        return options;
    }
}
