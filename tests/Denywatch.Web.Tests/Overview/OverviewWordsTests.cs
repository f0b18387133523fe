using Denywatch.Web.Features.Alerts;
using Denywatch.Web.Features.Overview;
using Denywatch.Web.Ui.Charts;

namespace Denywatch.Web.Tests.Overview;

public sealed class OverviewWordsTests
{
    private static readonly TimeSpan span = TimeSpan.FromMinutes(15);

    [Theory]
    [InlineData(130, "2 open alerts; denies are 1.3x of what is usual for a Tuesday 14:00.")]
    [InlineData(104, "2 open alerts; denies are as usual for a Tuesday 14:00.")]
    [InlineData(20, "2 open alerts; denies are 0.2x of what is usual for a Tuesday 14:00.")]
    public void The_sentence_compares_the_last_hour_with_what_is_usual(double actual, string sentence) =>
        Assert.Equal(sentence, Sentence(new(2, 0, 1, 0, null), Hour(actual)));

    [Fact]
    public void The_sentence_says_what_is_not_known()
    {
        Assert.Equal(
            "No open alerts; no denies have arrived yet.",
            Sentence(new(0, 0, 0, 0, null), new(new([], [], span), 0, null))
        );
        Assert.Equal(
            "1 open alert; learning what is usual, 5 of 12 comparable buckets so far.",
            Sentence(new(1, 0, 0, 0, null), Hour(100) with { Comparable = 5 })
        );
        var quiet = Hour(100)
            .Model.Points.Append(new(Some.Start.AddHours(1), null, 100, 80, 120, null, PointState.Missing));
        Assert.Equal(
            "No open alerts, 3 acknowledged; no data since 15:00.",
            Sentence(new(0, 3, 0, 0, null), new(new([.. quiet], [], span), 0, null))
        );
    }

    [Fact]
    public void A_pressed_bucket_is_told_in_a_sentence()
    {
        Assert.Equal(
            "Tue 3 Nov 14:00 – 14:15: 4,312 denies, 610 expected (7.1x); score 96, critical.",
            OverviewWords.Bucket(new(Some.Start, 4312, 610, 500, 720, 96.4, PointState.Final), span, TimeZoneInfo.Utc)
        );
        Assert.Equal(
            "Tue 3 Nov 14:00 – 14:15: no data came in; nothing is known, which is not the same as no denies.",
            OverviewWords.Bucket(new(Some.Start, null, 610, 500, 720, null, PointState.Missing), span, TimeZoneInfo.Utc)
        );
    }

    private static string Sentence(AlertCounts counts, EstateTimeline estate) =>
        OverviewWords.Sentence(counts, estate, Some.Start.AddHours(2), TimeZoneInfo.Utc);

    private static EstateTimeline Hour(double actual) =>
        new(
            new(
                [
                    .. Enumerable
                        .Range(0, 4)
                        .Select(i => new TimelinePoint(
                            Some.Start + i * span,
                            actual,
                            100,
                            80,
                            120,
                            0,
                            PointState.Final
                        )),
                ],
                [],
                span
            ),
            0,
            null
        );
}
