using Bunit;
using Denywatch.Alerting.Replay;
using Denywatch.Web.Features.Exceptions;
using Denywatch.Web.Features.Replay;

namespace Denywatch.Web.Tests.Exceptions;

public sealed class ExceptionImpactTests : PageTest
{
    private static readonly AlertEffect Vanishing = Effect(EpisodeFate.Vanishes, 1, "Horizontal scan", 4500, 0);
    private static readonly AlertEffect Shrinking = Effect(EpisodeFate.Changes, 2, "Attack beside it", 7200, 2700);

    [Fact]
    public void It_says_in_one_sentence_what_becomes_of_how_many_alerts()
    {
        var page = Render<ExceptionImpact>(p => p.Add(i => i.Result, Result([Vanishing, Shrinking])));

        Assert.Contains(
            "Takes away 13,500 denies: 1 alert vanishes, 1 shrinks, 14 stay.",
            page.Find("[role=status]").TextContent,
            StringComparison.Ordinal
        );
        Assert.Empty(page.FindAll("[role=alert]"));
        Assert.Equal(
            ["4,500 → –", "7,200 → 2,700"],
            page.FindAll("tbody td:nth-child(4)").Select(td => td.TextContent)
        );
    }

    [Fact]
    public void Confirmed_attacks_that_would_be_lost_come_first_and_in_red()
    {
        var page = Render<ExceptionImpact>(p =>
            p.Add(i => i.Result, Result([Vanishing with { IsLost = true }, Shrinking]))
        );

        var lost = page.Find("section.lost[role=alert]");
        Assert.Contains("A confirmed true positive would be lost", lost.TextContent, StringComparison.Ordinal);
        Assert.Contains("Horizontal scan", lost.TextContent, StringComparison.Ordinal);
        Assert.True(
            page.Markup.IndexOf("lost-head", StringComparison.Ordinal)
                < page.Markup.IndexOf("Takes away", StringComparison.Ordinal)
        );
    }

    [Fact]
    public void What_is_older_than_flows_is_said_to_stay_as_it_was_told()
    {
        var page = Render<ExceptionImpact>(p =>
            p.Add(i => i.Result, Result([]) with { UnadjustedBefore = Now.AddDays(-3) })
        );

        Assert.Contains("unadjusted", page.Find(".caveat").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Traffic_that_is_folded_together_is_told_as_a_range()
    {
        var page = Render<ExceptionImpact>(p => p.Add(i => i.Result, Result([]) with { Unsure = 250 }));

        Assert.Contains("and up to 250 more in rows folded under load", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void An_exception_that_means_nothing_stored_says_so()
    {
        var page = Render<ExceptionImpact>(p => p.Add(i => i.Result, Result([]) with { Denies = 0 }));

        Assert.Contains("Nothing of what is stored is meant by it", page.Markup, StringComparison.Ordinal);
    }

    private static PreviewResult Result(IReadOnlyList<AlertEffect> alerts) =>
        new(Now.AddDays(-30), null, 13_500, 0, 3, alerts, 14, []);

    private static AlertEffect Effect(EpisodeFate fate, long id, string title, double before, double now) =>
        new(fate, id, title, Now.AddHours(-2), before, now, 96, now > 0 ? 88 : 0, IsLost: false);
}
