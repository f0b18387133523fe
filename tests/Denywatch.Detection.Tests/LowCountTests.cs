using Denywatch.Detection;

namespace Denywatch.Detection.Tests;

public sealed class LowCountTests
{
    private static readonly TimeSpan Span = TimeSpan.FromMinutes(15);
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(40)]
    [InlineData(900)]
    public void Far_fewer_than_expected_is_odd_and_as_many_or_more_is_not(int usual)
    {
        var model = Taught(usual);
        var next = Start.AddDays(21);

        Assert.InRange(model.ScoreLow(next, 0).Score, RecordScore.Critical, 100);
        Assert.Equal(0, model.ScoreLow(next, usual * 1.1).Score);
        Assert.Equal(0, model.ScoreLow(next, usual * 10).Score);
        Assert.InRange(model.ScoreLow(next, usual * 0.9).Score, 0, RecordScore.Major);
    }

    [Fact]
    public void The_fewer_the_odder()
    {
        var model = Taught(200);
        var scores = new[] { 150, 120, 90, 60, 30, 0 }.Select(count => model.ScoreLow(Start.AddDays(21), count).Score);

        Assert.Equal(scores.Order(), scores);
    }

    [Fact]
    public void A_few_denies_less_are_never_worth_an_alert_and_a_missing_bucket_says_nothing()
    {
        var model = Taught(3);

        Assert.InRange(model.ScoreLow(Start.AddDays(21), 0).Score, 0, RecordScore.Major);
        Assert.Equal(0, model.ScoreLow(Start.AddDays(21), null).Score);
    }

    private static SeriesModel Taught(int usual)
    {
        var model = SeriesModel.Start(Span, TimeZoneInfo.Utc);
        var draws = new Random(7);
        for (var bucket = 0; bucket < 21 * 96; bucket++)
            model.Learn(Start + (bucket * Span), Math.Max(0, usual + draws.Next(-usual / 10, (usual / 10) + 1)));
        return model;
    }
}
