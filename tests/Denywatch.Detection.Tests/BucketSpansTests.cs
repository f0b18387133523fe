using Denywatch.Detection;

namespace Denywatch.Detection.Tests;

public sealed class BucketSpansTests
{
    [Theory]
    [InlineData(100, 5)]
    [InlineData(5, 10)]
    [InlineData(3, 15)]
    [InlineData(1, 60)]
    public void The_shortest_span_is_chosen_whose_buckets_say_something(int perSlice, int minutes) =>
        Assert.Equal(
            TimeSpan.FromMinutes(minutes),
            BucketSpans.Estimate([.. Enumerable.Repeat((long)perSlice, 288)])!.Value.Span
        );

    [Fact]
    public void What_comes_now_and_then_gets_the_longest()
    {
        var slices = Enumerable.Range(0, 288).Select(slice => slice % 36 == 0 ? 50L : 0).ToList();
        var (span, _, empty) = BucketSpans.Estimate(slices)!.Value;

        Assert.Equal(TimeSpan.FromHours(1), span);
        Assert.InRange(empty, 0.5, 0.8);
    }

    [Fact]
    public void Of_nothing_nothing_is_estimated() => Assert.Null(BucketSpans.Estimate([]));
}
