using Denywatch.Detection;

namespace Denywatch.Detection.Tests;

public sealed class SeriesScoringTests
{
    [Fact]
    public void The_bucket_span_is_the_most_common_distance()
    {
        CountedBucket[] counts =
        [
            .. new[] { 0, 5, 10, 40, 45, 50 }.Select(m => new CountedBucket(Counts.Monday.AddMinutes(m), 1)),
        ];

        Assert.Equal(TimeSpan.FromMinutes(5), SeriesScoring.SpanOf(counts));
    }

    [Fact]
    public void Scoring_in_two_calls_gives_what_one_call_gives()
    {
        var made = new Counts(31);
        CountedBucket[] counts =
        [
            .. Enumerable
                .Range(0, 2_000)
                .Select(i => new CountedBucket(Counts.Monday + i * Counts.Quarter, made.Overdispersed(25))),
        ];
        var model = SeriesModel.Start(Counts.Quarter, TimeZoneInfo.Utc);

        var whole = SeriesScoring.Score(counts, TimeZoneInfo.Utc);
        var parts = SeriesScoring
            .Score(counts[..700], model)
            .Concat(SeriesScoring.Score(counts[600..], model))
            .ToList();

        Assert.Equal(whole, parts);
    }
}
