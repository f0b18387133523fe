using Denywatch.Web.Ui;

namespace Denywatch.Web.Tests;

public sealed class SafeMarkdownTests
{
    [Theory]
    [InlineData("<script>alert(1)</script>", "<script")]
    [InlineData("<img src=x onerror=alert(1)>", "<img")]
    [InlineData("[x](javascript:alert(1))", "javascript:")]
    [InlineData("[x](JaVaScRiPt:alert(1))", "alert")]
    [InlineData("[x](data:text/html,y)", "data:")]
    [InlineData("![x](https://elsewhere.example/pixel.png)", "<img")]
    [InlineData("[x](//elsewhere.example)", "//elsewhere")]
    public void Nothing_that_runs_or_tells_who_reads_comes_through(string text, string forbidden) =>
        Assert.DoesNotContain(forbidden, SafeMarkdown.ToHtml(text), StringComparison.OrdinalIgnoreCase);

    [Theory]
    [InlineData("[alerts](/alerts)", "href=\"/alerts\"")]
    [InlineData("https://attack.mitre.org/techniques/T1046/", "href=\"https://attack.mitre.org/techniques/T1046/\"")]
    [InlineData("**ours**", "<strong>ours</strong>")]
    public void What_people_write_is_shown(string text, string expected) =>
        Assert.Contains(expected, SafeMarkdown.ToHtml(text), StringComparison.Ordinal);
}
