using Denywatch.Events;
using Denywatch.Events.Assets;

namespace Denywatch.Alerting.Tests;

public sealed class AlertRulesTests
{
    [Theory]
    [InlineData(100, 100, 50, true)]
    [InlineData(100, 100, 49, false)]
    [InlineData(1_000, 100, 50, true)]
    [InlineData(1_000, 100, 49, false)]
    public void Episodes_fold_if_they_share_half_of_the_smaller(int first, int second, int shared, bool fold)
    {
        var a = Flows.Scan(1_200, 1)[..first];
        var b = Flows.Scan(1_200, 1)[(first - shared)..(first - shared + second)];

        Assert.Equal(fold, Folding.BelongTogether(a, b));
        Assert.Equal(fold, Folding.BelongTogether(b, a));
    }

    [Fact]
    public void Nothing_folds_with_nothing() => Assert.False(Folding.BelongTogether([], Flows.Scan()));

    [Fact]
    public void A_closed_alert_reopens_past_twice_its_excess()
    {
        var closed = Attribution.Of(Flows.Scan(each: 4), [], 1);

        Assert.Null(Reopening.ReasonToReopen(closed, Attribution.Of(Flows.Scan(each: 8), [], 1)));
        Assert.NotNull(Reopening.ReasonToReopen(closed, Attribution.Of(Flows.Scan(each: 9), [], 1)));
    }

    [Fact]
    public void A_closed_alert_reopens_when_somebody_joins_with_more_than_a_fifth()
    {
        var closed = Attribution.Of(Flows.Scan(100, 4), [], 1);
        var joined = Attribution.Of([.. Flows.Scan(100, 4), Flows.Flow("10.9.9.9", "10.7.0.1", 445, 120)], [], 1);

        Assert.Equal("10.9.9.9 joined with 23 % of the excess", Reopening.ReasonToReopen(closed, joined));
    }

    [Theory]
    [InlineData(20, 9, true)]
    [InlineData(19, 9, false)]
    [InlineData(20, 11, false)]
    public void The_twenty_first_alert_in_ten_minutes_is_a_storm(int earlier, int minutesAgo, bool isStorm) =>
        Assert.Equal(
            isStorm,
            Storms.IsStorm(Enumerable.Repeat(Flows.Slice.AddMinutes(-minutesAgo), earlier), Flows.Slice)
        );

    [Fact]
    public void Severity_is_shown_as_a_sum()
    {
        var excess = Attribution.Of([.. Flows.Background(), .. Flows.Scan(60)], Flows.Week(), 1);

        var severity = Severities.Of(Severity.Low, excess, Causes.Of(excess));

        Assert.Equal("high = low + 1 (internal source) + 1 (lateral port)", severity.Sum);
    }

    [Fact]
    public void Factors_move_a_severity_by_two_steps_at_most_and_never_off_the_scale()
    {
        var excess = Attribution.Of([.. Flows.Background(), .. Flows.Scan(60)], Flows.Week(), 1);
        var finding = Causes.Of(excess);

        Assert.Equal(
            Severity.High,
            Severities.Of(Severity.Low, excess, finding, new(null, AssetRoles.Server)).Severity
        );
        Assert.Equal(Severity.Critical, Severities.Of(Severity.High, excess, finding).Severity);
    }

    [Fact]
    public void Our_own_scanner_from_outside_lowers_a_medium_rule()
    {
        var scan = Enumerable
            .Range(0, 200)
            .Select(i => Flows.Flow("192.0.2.9", $"198.51.100.{1 + i}", 8291, 3, Direction.Inbound));
        var excess = Attribution.Of([.. Flows.Background(), .. scan], Flows.Week(), 1);

        Assert.Equal(
            "low = medium - 1 (own scanner)",
            Severities.Of(Severity.Medium, excess, Causes.Of(excess), new(AssetRoles.OwnScanner, null)).Sum
        );
    }

    [Fact]
    public void Our_own_scanner_inside_takes_back_one_step_of_what_its_scan_looks_like()
    {
        List<FlowRow> flows =
        [
            .. Flows.Background(),
            .. Flows.Scan(60).Select(flow => flow with { SourceRole = AssetRoles.OwnScanner }),
        ];
        var excess = Attribution.Of(flows, Flows.Week(), 1);

        Assert.Equal(
            "medium = low + 1 (internal source) + 1 (lateral port) - 1 (own scanner)",
            Severities.Of(Severity.Low, excess, Causes.Of(excess), MainRoles.Of(excess, flows)).Sum
        );
    }

    [Fact]
    public void A_server_that_is_scanned_raises_the_severity()
    {
        List<FlowRow> flows =
        [
            .. Flows.Background(),
            .. Enumerable
                .Range(1, 400)
                .Select(port =>
                    Flows.Flow("192.0.2.9", "198.51.100.7", port, 3, Direction.Inbound) with
                    {
                        DestinationRole = AssetRoles.Server,
                    }
                ),
        ];
        var excess = Attribution.Of(flows, Flows.Week(), 1);

        Assert.Equal(
            "medium = low + 1 (server as destination)",
            Severities.Of(Severity.Low, excess, Causes.Of(excess), MainRoles.Of(excess, flows)).Sum
        );
    }
}
