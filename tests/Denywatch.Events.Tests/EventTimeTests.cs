namespace Denywatch.Events.Tests;

public sealed class EventTimeTests
{
    private static readonly TimeSpan Retention = TimeSpan.FromDays(35);

    [Theory]
    [InlineData("0:04:59", TimeOrigin.Event)]
    [InlineData("0:05:00", TimeOrigin.Event)]
    [InlineData("0:05:01", TimeOrigin.ReceivedInstead)]
    [InlineData("1.00:00:00", TimeOrigin.ReceivedInstead)]
    [InlineData("-35.00:00:00", TimeOrigin.Event)]
    public void An_event_is_taken_within_bounds(string ahead, TimeOrigin origin)
    {
        var at = Parsing.ReceivedAt + TimeSpan.Parse(ahead, null);

        var accepted = EventTime.Accept(at, Parsing.ReceivedAt, Retention, isImport: false);

        Assert.Equal((null, origin), (accepted.Problem, accepted.Origin));
        Assert.Equal(origin == TimeOrigin.Event ? at : Parsing.ReceivedAt, accepted.At);
    }

    [Fact]
    public void An_event_without_a_time_gets_the_receivers() =>
        Assert.Equal(
            new AcceptedTime(Parsing.ReceivedAt, TimeOrigin.ReceivedWithout, null),
            EventTime.Accept(null, Parsing.ReceivedAt, Retention, isImport: true)
        );

    [Theory]
    [InlineData("1.00:00:01", false, "more than a day ahead")]
    [InlineData("1.00:00:01", true, "more than a day ahead")]
    [InlineData("-35.00:00:01", false, "older than the 35 days")]
    public void An_event_out_of_bounds_is_rejected_with_the_reason(string ahead, bool isImport, string problem) =>
        Assert.Contains(
            problem,
            EventTime
                .Accept(Parsing.ReceivedAt + TimeSpan.Parse(ahead, null), Parsing.ReceivedAt, Retention, isImport)
                .Problem
        );

    [Fact]
    public void A_time_in_the_devices_zone_is_counted_in_utc() =>
        Assert.Equal(
            TimeSpan.Zero,
            EventTime
                .Accept(
                    Parsing.ReceivedAt.ToOffset(TimeSpan.FromHours(9)),
                    Parsing.ReceivedAt,
                    Retention,
                    isImport: false
                )
                .At.Offset
        );

    [Fact]
    public void An_import_takes_the_past() =>
        Assert.False(
            EventTime.Accept(Parsing.ReceivedAt.AddYears(-5), Parsing.ReceivedAt, Retention, isImport: true).IsRejected
        );
}
