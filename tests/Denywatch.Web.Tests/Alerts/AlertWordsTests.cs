using Denywatch.Storage.Entities;
using Denywatch.Web.Features.Alerts;

namespace Denywatch.Web.Tests.Alerts;

public sealed class AlertWordsTests
{
    [Fact]
    public void Whoever_was_too_late_is_told_who_won()
    {
        Assert.Equal("ben was faster: acknowledged.", AlertWords.Lost(Row(AlertStatus.Acknowledged)));
        Assert.Equal("ben was faster: closed as benign positive.", AlertWords.Lost(Row(AlertStatus.Closed)));
        Assert.Equal("It is open again: someone reopened it.", AlertWords.Lost(Row(AlertStatus.Open)));
    }

    [Fact]
    public void Caveats_say_what_limits_an_alert()
    {
        var alert = Some.Alert(1);
        Assert.Empty(AlertWords.Caveats(alert, comparableBuckets: 8));

        alert.IsInterim = true;
        alert.Rescore = "now 62 because of late data";
        Assert.Equal(3, AlertWords.Caveats(alert, comparableBuckets: 0).Count());
        Assert.Contains("Re-scored: now 62 because of late data.", AlertWords.Caveats(alert, 8));
    }

    [Theory]
    [InlineData(CloseReason.Other, null, null, "Say in a note what it was.")]
    [InlineData(CloseReason.Duplicate, null, null, "Link the alert that tells it already.")]
    [InlineData(CloseReason.Duplicate, null, 3L, null)]
    [InlineData(CloseReason.TruePositive, null, null, null)]
    public void A_reason_says_what_it_lacks(CloseReason reason, string? note, long? of, string? problem) =>
        Assert.Equal(problem, new Closing(reason, note, of).Problem);

    private static AlertRow Row(AlertStatus status) =>
        new(
            1,
            "",
            "",
            "",
            "low",
            "",
            90,
            1,
            1,
            1,
            Some.Start,
            null,
            false,
            false,
            false,
            status,
            null,
            "ben",
            Some.Start,
            status == AlertStatus.Closed ? CloseReason.BenignPositive : null,
            "ben",
            Some.Start,
            null,
            []
        );
}
