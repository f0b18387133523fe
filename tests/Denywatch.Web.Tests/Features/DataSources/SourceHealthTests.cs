using Denywatch.Web.Features.DataSources;
using Denywatch.Web.Ui;

namespace Denywatch.Web.Tests.Features.DataSources;

public class SourceHealthTests
{
    private static readonly DateTimeOffset now = new(2026, 11, 3, 14, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(1, 5, LampState.Ok)]
    [InlineData(15, 5, LampState.Late)]
    [InlineData(25, 5, LampState.Quiet)]
    // It sleeps for six hours every night: nobody is called for that.
    [InlineData(300, 360, LampState.Ok)]
    [InlineData(400, 360, LampState.Late)]
    [InlineData(800, 360, LampState.Quiet)]
    public void A_source_is_measured_by_its_own_habit(int silentMinutes, int longestMinutes, LampState state) =>
        Assert.Equal(
            state,
            SourceHealth
                .Of(now.AddMinutes(-silentMinutes), TimeSpan.FromMinutes(longestMinutes), TimeSpan.Zero, now)
                .State
        );

    [Fact]
    public void A_source_that_is_too_new_is_given_ten_minutes() =>
        Assert.Equal(
            new(LampState.Late, "No line for 15 min; it is too new to know its habit."),
            SourceHealth.Of(now.AddMinutes(-15), null, TimeSpan.Zero, now)
        );

    [Fact]
    public void Events_that_arrive_long_after_they_happened_are_late() =>
        Assert.Equal(LampState.Late, SourceHealth.Of(now, null, TimeSpan.FromMinutes(8), now).State);

    [Fact]
    public void A_source_that_never_sent_says_so() =>
        Assert.Equal(LampState.Never, SourceHealth.Of(null, null, TimeSpan.Zero, now).State);
}
