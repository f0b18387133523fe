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

    [Theory]
    [InlineData(0.8, 3, 75)]
    [InlineData(1, 3, 100)]
    [InlineData(0.4, 3, 37.5)]
    [InlineData(1, 1, 0)]
    public void A_suspicious_beat_is_critical_and_what_is_over_in_an_hour_is_no_beacon(
        double regularity,
        int hours,
        double score
    ) =>
        Assert.Equal(
            score,
            new Beacon(regularity, TimeSpan.FromMinutes(1), 60, TimeSpan.FromHours(hours)).RecordScore,
            1e-9
        );

    [Theory]
    [InlineData(1, 59, true)]
    [InlineData(1, 61, false)]
    [InlineData(60, 170, true)]
    [InlineData(60, 190, false)]
    public void A_beacon_goes_on_until_three_beats_and_an_hour_are_missing(int beat, int silence, bool goesOn) =>
        Assert.Equal(
            goesOn,
            new Beacon(1, TimeSpan.FromMinutes(beat), 60, TimeSpan.FromHours(9)).GoesOn(
                Counts.Monday,
                Counts.Monday.AddMinutes(silence)
            )
        );

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
