using Markdig;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace Denywatch.Web.Ui;

/// <summary>Markdown to HTML that can be trusted: no raw HTML, no pictures from elsewhere, no script in a link.</summary>
public static class SafeMarkdown
{
    private static readonly MarkdownPipeline pipeline = new MarkdownPipelineBuilder()
        .DisableHtml()
        .UsePipeTables()
        .UseAutoLinks()
        .UseTaskLists()
        .Build();

    public static string ToHtml(string text)
    {
        var document = Markdig.Markdown.Parse(text, pipeline);
        foreach (var link in document.Descendants<LinkInline>().ToList())
        {
            link.IsImage = false; // a picture would tell its server who reads this
            if (!IsSafe(link.Url))
                link.Url = "";
        }
        foreach (var link in document.Descendants<AutolinkInline>().ToList())
        {
            if (!link.IsEmail && !IsSafe(link.Url))
                link.Url = "";
        }
        // A guide's headings stand below the page's own.
        foreach (var heading in document.Descendants<HeadingBlock>())
            heading.Level = Math.Min(6, Math.Max(2, heading.Level));
        return document.ToHtml(pipeline);
    }

    private static bool IsSafe(string? url) =>
        url is not null
        && (
            url.StartsWith('/') && !url.StartsWith("//", StringComparison.Ordinal)
            || url.StartsWith('#')
            || Uri.TryCreate(url, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" or "mailto"
        );
}
