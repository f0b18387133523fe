using Denywatch.Detection.SlowSuspects;

namespace Denywatch.Detection.Tests;

public sealed class SlowSuspectsTests
{
    [Theory]
    [InlineData(60, 0)]
    [InlineData(300, 3)]
    [InlineData(3_600, 20)]
    public void Calls_at_a_fixed_interval_are_a_beacon(int seconds, int jitter)
    {
        var random = new Random(seconds);
        DateTimeOffset[] calls =
        [
            .. Enumerable.Range(0, 24).Select(i => Counts.Monday.AddSeconds(i * seconds + random.Next(0, jitter + 1))),
        ];

        var beacon = Beacon.Of(calls)!.Value;

        Assert.InRange(beacon.Score, Beacon.Suspicious, 1);
        Assert.InRange(beacon.Interval.TotalSeconds, seconds - jitter, seconds + jitter);
    }

    [Fact]
    public void Calls_at_any_time_are_no_beacon()
    {
        var random = new Random(3);
        DateTimeOffset[] calls =
        [
            .. Enumerable.Range(0, 60).Select(_ => Counts.Monday.AddSeconds(random.Next(86_400))).Order(),
        ];

        Assert.InRange(Beacon.Of(calls)!.Value.Score, 0, Beacon.Suspicious - 0.1);
    }

    [Fact]
    public void A_few_calls_say_nothing() =>
        Assert.Null(Beacon.Of([.. Enumerable.Range(0, 11).Select(i => Counts.Monday.AddMinutes(i))]));

    [Theory]
    [InlineData(200, new[] { 0, 0, 1, 0, 2, 0, 0 }, true)]
    [InlineData(200, new int[0], true)]
    [InlineData(20, new[] { 0, 0, 1, 0, 2, 0, 0 }, false)]
    [InlineData(200, new[] { 180, 210, 150, 190, 230, 170, 160 }, false)]
    [InlineData(2_000, new[] { 180, 210, 150, 190, 9_000, 170, 160 }, true)]
    public void A_source_that_tries_far_more_destinations_than_on_other_days_is_a_slow_scan(
        int destinations,
        int[] daysBefore,
        bool isSuspicious
    ) => Assert.Equal(isSuspicious, SlowScan.Of(destinations, daysBefore).IsSuspicious);
}
