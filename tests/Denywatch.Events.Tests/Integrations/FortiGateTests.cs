namespace Denywatch.Events.Tests.Integrations;

public sealed class FortiGateTests
{
    private const string Ends = "srcip=198.51.100.7 srcport=4000 dstip=203.0.113.1 dstport=443 proto=6 ";

    [Theory]
    [InlineData("type=\"traffic\" subtype=\"forward\" action=\"deny\"", Verdict.Denied, "action=deny")]
    [InlineData("type=traffic subtype=forward action=close utmaction=block", Verdict.Denied, "utmaction=block")]
    [InlineData("type=traffic subtype=forward action=server-rst", Verdict.Allowed, "action=server-rst")]
    [InlineData("type=traffic subtype=forward action=ip-conn", Verdict.Unanswered, "action=ip-conn")]
    [InlineData("type=traffic subtype=forward action=timeout sentpkt=3 rcvdpkt=0", Verdict.Unanswered, "rcvdpkt=0")]
    [InlineData("type=traffic subtype=forward action=deny sentpkt=0 rcvdpkt=0", Verdict.Denied, "action=deny")]
    [InlineData("type=utm subtype=webfilter action=blocked", Verdict.Denied, "action=blocked")]
    [InlineData("type=utm subtype=ips action=reset_client", Verdict.Denied, "action=reset_client")]
    [InlineData("type=utm subtype=anomaly action=clear_session", Verdict.Denied, "action=clear_session")]
    [InlineData("type=utm subtype=ips action=detected", Verdict.None, null)]
    [InlineData("type=utm subtype=app-ctrl action=pass", Verdict.Allowed, "action=pass")]
    [InlineData("type=event subtype=system action=login status=failed", Verdict.None, null)]
    public void The_log_type_says_which_action_denies(string fields, Verdict verdict, string? reason)
    {
        var read = Parsing.EventOf($"<189>date=2024-05-05 time=18:40:50 devname=\"fgt\" logid=\"1\" {Ends}{fields}");

        Assert.Equal(verdict, read.Verdict);
        Assert.Equal(reason, read.Reason);
    }

    [Theory]
    [InlineData("tz=\"-0500\"", "2024-05-05T23:40:50Z")]
    [InlineData("eventtime=1714934450 tz=\"+0200\"", "2024-05-05T16:40:50Z")]
    [InlineData("eventtime=1714909250123456789", "2024-05-05T18:40:50Z")]
    [InlineData("eventtime=1714935590", "2024-05-05T18:59:50Z")]
    [InlineData("", "2024-05-05T18:40:50Z")]
    public void The_zone_is_stated_or_that_of_the_data_source(string fields, string time)
    {
        var read = Parsing.EventOf(
            $"date=2024-05-05 time=18:40:50 {fields} logid=1 type=traffic subtype=forward {Ends}action=deny"
        );

        Assert.Equal(DateTimeOffset.Parse(time, null), read.Timestamp);
    }

    [Fact]
    public void A_deny_names_its_fields()
    {
        var read = Parsing.EventOf(
            $"date=2024-05-05 time=18:40:50 devname=fgt logid=1 type=traffic subtype=forward {Ends}action=deny policyid=7 policyname=\"no way\" sentpkt=3"
        );

        Assert.Equal(("198.51.100.7", 4000), (read.Source?.ToString(), read.SourcePort));
        Assert.Equal(("203.0.113.1", 443), (read.Destination?.ToString(), read.DestinationPort));
        Assert.Equal(("tcp", "fgt", "no way"), (read.Transport, read.Observer, read.Rule));
        Assert.Equal(3, read.Packets);
    }

    [Theory]
    [InlineData("", "srcip= is missing: the line may be cut off")]
    [InlineData("srcip=10.0.0.999 ", "srcip=\"10.0.0.999\" is not an address")]
    public void A_deny_without_a_source_address_says_so(string source, string problem) =>
        Assert.Equal(
            problem,
            Parsing.Read($"date=2024-05-05 {source}logid=1 type=traffic subtype=forward action=deny").Reading.Problem
        );
}
