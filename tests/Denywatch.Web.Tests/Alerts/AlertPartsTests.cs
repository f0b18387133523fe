using Bunit;
using Denywatch.Storage.Entities;
using Denywatch.Web.Features.Alerts;

namespace Denywatch.Web.Tests.Alerts;

public sealed class AlertPartsTests : PageTest
{
    [Fact]
    public void Closing_shows_what_each_reason_means_and_asks_for_what_is_missing()
    {
        Closing? closed = null;
        var dialog = Render<CloseDialog>(parts =>
            parts.Add(p => p.Count, 2).Add(p => p.OnClose, closing => closed = closing).Add(p => p.OnCancel, () => { })
        );

        Assert.Contains("Close 2 alerts as", dialog.Markup, StringComparison.Ordinal);
        Assert.Contains("Real and authorised: own scan, test, maintenance.", dialog.Markup, StringComparison.Ordinal);

        dialog.Find("input[value=Other]").Change("Other");
        dialog.Find("form").Submit();
        Assert.Null(closed);
        Assert.Equal("Say in a note what it was.", dialog.Find("[role=alert]").TextContent);

        dialog.Find("textarea").Input("a drill");
        dialog.Find("form").Submit();
        Assert.Equal(new Closing(CloseReason.Other, "a drill"), closed);
    }

    [Fact]
    public void A_duplicate_takes_the_number_of_the_alert_that_tells_it()
    {
        Closing? closed = null;
        var dialog = Render<CloseDialog>(parts =>
            parts.Add(p => p.OnClose, closing => closed = closing).Add(p => p.OnCancel, () => { })
        );

        dialog.Find("input[value=Duplicate]").Change("Duplicate");
        dialog.Find("input[inputmode=numeric]").Input("#12");
        dialog.Find("form").Submit();

        Assert.Equal(new Closing(CloseReason.Duplicate, null, 12), closed);
    }

    [Fact]
    public void Who_made_the_excess_is_shown_by_dimension_with_what_is_new()
    {
        var evidence = Some.Scan();

        var parts = Render<Contributors>(p => p.Add(c => c.Excess, evidence.Excess));

        Assert.Contains("10.2.3.4", parts.Markup, StringComparison.Ordinal);
        Assert.Contains("445", parts.Markup, StringComparison.Ordinal);
        Assert.NotEmpty(parts.FindAll(".share-new"));
        Assert.DoesNotContain(Denywatch.Alerting.Attribution.Absent, parts.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cause_comes_with_its_confidence_reasons_techniques_and_questions()
    {
        var finding = Some.Scan().Finding;
        var threats = Denywatch.Web.Features.Rules.BuiltInRules.All().First().Threats;

        var panel = Render<LikelyCausePanel>(p => p.Add(c => c.Finding, finding).Add(c => c.Threats, threats));

        Assert.Equal("horizontal scan", panel.Find(".cause strong").TextContent);
        Assert.Contains("T1046 Network Service Discovery", panel.Markup, StringComparison.Ordinal);
        Assert.Equal(finding.Evidence.Count, panel.FindAll(".evidence tbody tr").Count);
        Assert.Equal(finding.Checklist.Count, panel.FindAll(".checklist li").Count);
    }

    [Fact]
    public void Filters_are_chips_that_go_away_with_one_press()
    {
        AlertsView? asked = null;
        var filters = Render<AlertFilters>(p =>
            p.Add(f => f.View, new AlertsView(Cause: "flood", Text: "10.2.3.4"))
                .Add(f => f.OnChange, view => asked = view)
        );

        Assert.Equal(2, filters.FindAll(".chip").Count);
        filters.Find("[aria-label='Remove filter cause flood']").Click();

        Assert.Equal(new AlertsView(Text: "10.2.3.4"), asked);
    }

    [Fact]
    public void A_note_is_markdown_and_a_change_is_a_sentence()
    {
        var stream = Render<AlertStream>(p =>
            p.Add(
                s => s.Notes,
                [Line("note", "It is **ours** <script>x</script>"), Line("acknowledged", "Acknowledged.")]
            )
        );

        Assert.Equal("ours", stream.Find(".note strong:not(.stream-head strong)").TextContent);
        Assert.Empty(stream.FindAll("script"));
        Assert.Equal("Acknowledged.", stream.Find(".event p").TextContent);
        Assert.Empty(stream.FindAll("textarea"));
    }

    private static AlertNote Line(string kind, string text) =>
        new()
        {
            AlertId = 1,
            At = Now,
            By = "ana",
            Kind = kind,
            Text = text,
        };
}
