namespace Denywatch.Web.Features.SetupGuide;

/// <summary>A part of a guide under a heading of its own.</summary>
/// <param name="Text">Markdown.</param>
public sealed record GuideSection(string Title, string Text);

/// <summary>
/// How one product, or one shipper, is set up: a Markdown file with a few lines about itself on top. Its headings are the
/// steps, but for those that have a place of their own.
/// </summary>
/// <param name="Name">Of the integration, or of the shipper; stands in the address.</param>
/// <param name="Also">Other words under which somebody may look for it.</param>
/// <param name="Documentation">The vendor's own pages.</param>
public sealed record Guide(
    string Name,
    string Title,
    string Group,
    Feed Feed,
    IReadOnlyList<SetupWay> Ways,
    IReadOnlyList<string> Also,
    Uri Documentation,
    IReadOnlyList<GuideSection> Sections
)
{
    public const string Before = "Before you start";
    public const string DefaultDeny = "Log the default deny";
    public const string Throttles = "Mind the throttles";
    public const string Counts = "What counts";

    private const string NoVerdictTitle = "Why the second lamp stays amber";
    private const string Fence = "---\n";

    /// <summary>What is done on the product's side, in this order.</summary>
    public IEnumerable<GuideSection> Steps =>
        Sections.Where(section => section.Title is not (Before or Counts or NoVerdictTitle));

    /// <summary>Why the product's events never say that something was denied; null where some do.</summary>
    public string? NoVerdict => TextOf(NoVerdictTitle) is { Length: > 0 } reason ? reason : null;

    /// <summary>True for a guide to a way, not to a product: what arrives does not say by which way it came.</summary>
    public bool IsShipper => Group == Guides.Shippers;

    public string TextOf(string title) => Sections.FirstOrDefault(section => section.Title == title)?.Text ?? "";

    public bool Matches(string text) =>
        text.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .All(word =>
                Also.Append(Title).Append(Name).Any(known => known.Contains(word, StringComparison.OrdinalIgnoreCase))
            );

    /// <exception cref="FormatException">The file lacks what every guide has; a test reads them all.</exception>
    public static Guide Read(string name, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var end = text.IndexOf(Fence, Fence.Length, StringComparison.Ordinal);
        if (!text.StartsWith(Fence, StringComparison.Ordinal) || end < 0)
            throw new FormatException($"The guide {name} does not begin with lines about itself.");

        var about = text[Fence.Length..end]
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(": ", 2))
            .ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);
        var parts = text[(end + Fence.Length)..].Trim().Split("\n## ");
        var feed = Feed.Read(about["from"]);
        return new(
            name,
            parts[0].TrimStart('#').Trim(),
            about["group"],
            feed,
            about.TryGetValue("ways", out var ways) ? [.. Words(ways).Select(SetupWays.Read)] : feed.Ways,
            [.. Words(about["also"])],
            new(about["docs"]),
            [.. parts.Skip(1).Select(Section)]
        );
    }

    private static string[] Words(string list) => list.Split(", ", StringSplitOptions.TrimEntries);

    private static GuideSection Section(string part)
    {
        var lineEnd = part.IndexOf('\n', StringComparison.Ordinal);
        return new(part[..lineEnd].Trim(), part[lineEnd..].Trim());
    }
}
