using Denywatch.Web.Features.Alerts;

namespace Denywatch.Web.Tests.Alerts;

public sealed class AlertsViewTests
{
    [Theory]
    [InlineData("/alerts")]
    [InlineData("/alerts?status=Closed&who=Mine&text=10.2.3.4&cause=flood&severity=high&firewall=fw%201&sort=Newest")]
    [InlineData("/alerts?who=Anyone&rule=eaa77d63-9679-4ce3-be25-3ba8b795e5fa&tag=case-7&group=Source")]
    [InlineData("/alerts?status=Snoozed")]
    public void A_view_that_was_read_from_an_address_gives_that_address(string address) =>
        Assert.Equal(address, AlertsView.Read(new Uri("http://localhost" + address)).ToUrl());

    [Theory]
    [InlineData("/alerts?status=nonsense&sort=7&rule=x&text=%20")]
    [InlineData("/alerts?status=Active&who=MineOrNobody&sort=Important")]
    public void What_makes_no_sense_or_is_the_default_is_left_out(string address) =>
        Assert.Equal(AlertsView.Queue, AlertsView.Read(new Uri("http://localhost" + address)));

    [Theory]
    [InlineData(AlertGrouping.Cause, "flood", "/alerts?status=Open&cause=flood")]
    [InlineData(AlertGrouping.Source, "10.2.3.4", "/alerts?status=Open&text=10.2.3.4")]
    [InlineData(AlertGrouping.Assignee, "", "/alerts?status=Open&who=Nobody")]
    [InlineData(AlertGrouping.Source, "", null)]
    public void A_group_leads_to_the_list_of_its_alerts(AlertGrouping by, string key, string? address) =>
        Assert.Equal(
            address,
            (AlertsView.Queue with { Status = AlertScope.Open, Group = by })
                .Within(new(key, key, 1, 1, 1, Some.Start))
                ?.ToUrl()
        );

    [Fact]
    public void The_opened_alert_stands_in_the_address_beside_the_view()
    {
        var address = new Uri("http://localhost" + new AlertsView(Who: AlertHolder.Mine).ToUrl(alert: 12));

        Assert.Equal("/alerts?who=Mine&alert=12", address.PathAndQuery);
        Assert.Equal(12, AlertsView.Opened(address));
    }

    [Fact]
    public void Only_a_sort_does_not_narrow()
    {
        Assert.False(new AlertsView(Sort: AlertSort.Newest).IsNarrowed);
        Assert.True(new AlertsView(Cause: "flood").IsNarrowed);
    }
}
