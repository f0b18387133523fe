using System.Buffers;

namespace Denywatch.Web.Features.Alerts;

/// <summary>Words that people put on alerts.</summary>
public static class AlertTags
{
    /// <summary>Most tags that an alert bears.</summary>
    public const int Most = 20;

    private const int Longest = 40;

    private static readonly SearchValues<char> allowed = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:/#"
    );

    /// <summary>Letters, digits and -_.:/#, at most 40 of them.</summary>
    public static bool IsTag(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length is > 0 and <= Longest && !text.AsSpan().ContainsAnyExcept(allowed);
    }

    internal static string Sentence(IReadOnlyCollection<string> added, IReadOnlyCollection<string> removed)
    {
        List<string> said = [];
        if (added.Count > 0)
            said.Add($"Tagged {string.Join(", ", added)}.");
        if (removed.Count > 0)
            said.Add($"Took off {string.Join(", ", removed)}.");
        return string.Join(' ', said);
    }
}
