using Denywatch.Events.Integrations;

namespace Denywatch.Bench.Parse;

/// <summary>Log lines by what wrote them: our own samples, or those of a folder with one folder for each source.</summary>
internal static class Lines
{
    /// <param name="corpus">A folder of <c>SOURCE/NAME.log</c>; null for our own samples.</param>
    public static IReadOnlyList<(string Source, byte[][] Lines)> Of(string? corpus)
    {
        if (corpus is null)
            return
            [
                .. Catalogue.All.Select(integration =>
                    (
                        integration.Name,
                        Catalogue.SamplesOf(integration).Select(System.Text.Encoding.UTF8.GetBytes).ToArray()
                    )
                ),
            ];
        return
        [
            .. Directory
                .EnumerateFiles(corpus, "*.log", SearchOption.AllDirectories)
                .GroupBy(file => Path.GetFileName(Path.GetDirectoryName(file)!), StringComparer.Ordinal)
                .OrderBy(source => source.Key, StringComparer.Ordinal)
                .Select(source => (source.Key, source.Order(StringComparer.Ordinal).SelectMany(Split).ToArray())),
        ];
    }

    /// <summary>The value behind an option, or null where it is not given.</summary>
    public static string? Option(string[] arguments, string name)
    {
        var at = Array.IndexOf(arguments, name);
        return at >= 0 && at + 1 < arguments.Length ? arguments[at + 1] : null;
    }

    // Bytes, not text: lines that are no UTF-8 are part of it.
    private static IEnumerable<byte[]> Split(string file)
    {
        var bytes = File.ReadAllBytes(file);
        for (var start = 0; start < bytes.Length; )
        {
            var end = Array.IndexOf(bytes, (byte)'\n', start);
            end = end < 0 ? bytes.Length : end;
            if (end > start)
                yield return bytes[start..end];
            start = end + 1;
        }
    }
}
