using System.Text;

namespace Denywatch.Events.Tests.Integrations;

/// <summary>CEF and LEEF, which any vendor fills with words of its own.</summary>
public sealed class EventFormatTests
{
    private const string Ends =
        "src=198.51.100.7 spt=4000 dst=203.0.113.1 dpt=22 proto=TCP rt=1714934450000 dvchost=fw1";

    [Theory]
    [InlineData("Check Point|VPN-1 & FireWall-1|x|Log|ssh|5|act=Drop", Verdict.Denied, "act=drop")]
    [InlineData("Check Point|SmartDefense|x|Log|probe|5|act=Prevent", Verdict.Denied, "act=prevent")]
    [InlineData("Check Point|SmartDefense|x|Log|probe|5|act=Detect", Verdict.None, "act=detect")]
    [InlineData("Check Point|VPN-1 & FireWall-1|x|Log|https|5|act=Accept", Verdict.Allowed, "act=accept")]
    [InlineData("Fortinet|Fortigate|v7|00013|traffic:forward deny|3|act=deny", Verdict.Denied, "act=deny")]
    [InlineData(
        "Fortinet|Fortigate|v7|00013|traffic:forward close|3|FTNTFGTutmaction=block act=close",
        Verdict.Denied,
        "utmaction=block"
    )]
    [InlineData(
        "Fortinet|Fortigate|v7|00013|traffic:forward server-rst|3|act=server-rst",
        Verdict.Allowed,
        "act=server-rst"
    )]
    [InlineData("Fortinet|Fortigate|v7|18432|utm:anomaly|7|act=clear_session", Verdict.Denied, "act=clear_session")]
    [InlineData("Palo Alto Networks|PAN-OS|10|drop|TRAFFIC|3|act=drop ICMP", Verdict.Denied, "act=drop icmp")]
    [InlineData("Palo Alto Networks|PAN-OS|10|end|TRAFFIC|3|act=reset-both", Verdict.Denied, "act=reset-both")]
    [InlineData("Trend Micro|Deep Security Agent|20|21|Deny|5|act=Deny", Verdict.Denied, "act=deny")]
    [InlineData("Trend Micro|Deep Security Agent|20|1001|IPS|5|act=IDS:Reset", Verdict.None, "act=ids:reset")]
    [InlineData("Trend Micro|Deep Security Agent|20|6001|AC|6|act=detectOnly", Verdict.None, "act=detectonly")]
    [InlineData("Citrix|NetScaler|NS13|APPFW|APPFW_STARTURL|6|act=not blocked", Verdict.None, "act=not blocked")]
    [InlineData("Citrix|NetScaler|NS13|APPFW|APPFW_STARTURL|6|act=blocked", Verdict.Denied, "act=blocked")]
    [InlineData("F5|ASM|15|x|probe|5|act=alerted", Verdict.None, "act=alerted")]
    [InlineData("Incapsula|SIEMintegration|1|1|Normal|0|act=REQ_BLOCKED_ACL", Verdict.Denied, "act=req_blocked_acl")]
    [InlineData("Incapsula|SIEMintegration|1|1|Normal|0|act=REQ_PASSED", Verdict.Allowed, "act=req_passed")]
    [InlineData(
        "Forcepoint|Firewall|6.5|70019|Connection_Discarded|0|deviceFacility=x",
        Verdict.Denied,
        "name=connection_discarded"
    )]
    [InlineData(
        "Forcepoint|Firewall|6.5|70018|Connection_Allowed|0|deviceFacility=x",
        Verdict.Allowed,
        "name=connection_allowed"
    )]
    [InlineData(
        "CISCO|ASA||106023|Deny|5|categoryBehavior=/Access categoryOutcome=/Failure",
        Verdict.Denied,
        "categoryOutcome=/failure"
    )]
    [InlineData("Vendor|Portal|1|7|Login denied|5|cat=x", Verdict.None, null)]
    public void CEF_speaks_in_each_vendors_words(string event_, Verdict verdict, string? reason)
    {
        var read = Parsing.EventOf($"<134>May  5 18:41:00 relay CEF:0|{event_} {Ends}");

        Assert.Equal((verdict, reason, "fw1", "tcp"), (read.Verdict, read.Reason, read.Observer, read.Transport));
        Assert.Equal(
            ("198.51.100.7", 4000, "203.0.113.1", 22),
            (read.Source?.ToString(), read.SourcePort, read.Destination?.ToString(), read.DestinationPort)
        );
        Assert.Equal(new DateTimeOffset(2024, 5, 5, 18, 40, 50, TimeSpan.Zero), read.Timestamp);
    }

    [Theory]
    [InlineData("cs2Label=Rule Name cs2=a = b c=d act=Drop src=198.51.100.7 dst=203.0.113.1")]
    [InlineData("act=Drop src=198.51.100.7 dst=203.0.113.1 cs2=a \\= b cs2Label=Rule Name msg=x")]
    [InlineData("deviceAction=Drop sourceAddress=198.51.100.7 destinationAddress=203.0.113.1 rule_name=r")]
    [InlineData("src=198.51.100.7 dst=203.0.113.1 proto=tcp/https fw_action=\"drop\" cs3Label=rulelabel cs3=r")]
    [InlineData(
        "act=Drop c6a2=198.51.100.7 c6a2Label=Source IPv6 Address c6a3Label=Destination IPv6 Address c6a3=203.0.113.1 cs1=r cs1Label=Policy"
    )]
    public void Values_hold_spaces_and_signs_and_labels_say_what_a_custom_field_is(string extension)
    {
        var read = Parsing.EventOf($"CEF:0|v\\|w|p|1|id|name|5|{extension}");

        Assert.Equal(Verdict.Denied, read.Verdict);
        Assert.Equal(("198.51.100.7", "203.0.113.1"), (read.Source?.ToString(), read.Destination?.ToString()));
        Assert.NotNull(read.Rule);
        Assert.True(read.Transport is null or "tcp");
    }

    [Theory]
    [InlineData("1.0|Vendor|Firewall|1|conn|", "\t", "cat=x|action=deny", Verdict.Denied, "action=deny")]
    [InlineData("2.0|Vendor|Firewall|1|conn|^|", "^", "cat=x|action=allow", Verdict.Allowed, "action=allow")]
    [InlineData("2.0|Vendor|Firewall|1|conn|x5E|", "^", "action=Blocked", Verdict.Denied, "action=blocked")]
    [InlineData("2.0|Check Point|FireWall|1|Drop|0x7C|", "|", "cat=x", Verdict.Denied, "id=drop")]
    [InlineData("2.0|Vendor|Firewall|1|conn|", "\t", "cat=Traffic Denied", Verdict.Denied, "cat=traffic denied")]
    [InlineData("1.0|Vendor|Firewall|1|conn|", " ", "action=deny", Verdict.Denied, "action=deny")]
    [InlineData("1.0|Vendor|IPS|1|probe|", "\t", "action=Detect", Verdict.None, "action=detect")]
    public void LEEF_names_its_separator_or_uses_tabs(
        string header,
        string separator,
        string fields,
        Verdict verdict,
        string? reason
    )
    {
        var ends =
            "src=2001:db8::7|srcPort=4000|dst=2001:db8::1|dstPort=22|proto=6|devTime=May 05 2024 18:40:50|policy=p";
        var line =
            $"<13>May  5 18:41:00 fw1 LEEF:{header}"
            + $"{fields}|{ends}".Replace("|", separator, StringComparison.Ordinal);

        var (reading, events) = Parsing.Read(line);

        Assert.Equal(("leef", null), (reading.Integration, reading.Problem));
        var read = Assert.Single(events);
        Assert.Equal((verdict, reason, "fw1", "p"), (read.Verdict, read.Reason, read.Observer, read.Rule));
        Assert.Equal(
            ("2001:db8::7", 4000, 22, "tcp"),
            (read.Source?.ToString(), read.SourcePort, read.DestinationPort, read.Transport)
        );
        Assert.Equal(new DateTimeOffset(2024, 5, 5, 18, 40, 50, TimeSpan.Zero), read.Timestamp);
    }

    [Fact]
    public void LEEF_tells_the_shape_of_its_times() =>
        Assert.Equal(
            new DateTimeOffset(2024, 5, 5, 16, 40, 50, TimeSpan.Zero),
            Parsing
                .EventOf(
                    "LEEF:1.0|v|p|1|id|src=198.51.100.7\taction=deny\tdevTimeFormat=dd/MM/yyyy HH:mm:ss Z\tdevTime=05/05/2024 18:40:50 +0200"
                )
                .Timestamp
        );

    [Theory]
    [InlineData("rt=May 05 2024 18:40:50", 18)]
    [InlineData("rt=May 05 2024 18:40:50 dtz=Europe/Vienna", 16)]
    [InlineData("dtz=UTC rt=May 05 2024 18:40:50", 18)]
    [InlineData("rt=May 05 2024 18:40:50 dtz=../../etc/passwd", 18)]
    [InlineData("rt=May 05 2024 18:40:50 UTC dtz=Europe/Vienna", 18)]
    [InlineData("start=May 05 2024 17:40:50 rt=May 05 2024 18:40:50", 18)]
    [InlineData("start=May 05 2024 17:40:50", 17)]
    [InlineData("FTNTFGTeventtime=1714934450000000000", 18)]
    public void A_zone_of_its_own_holds_for_times_without_one(string fields, int hour) =>
        Assert.Equal(
            new DateTimeOffset(2024, 5, 5, hour, 40, 50, TimeSpan.Zero),
            Parsing.EventOf($"CEF:0|v|p|1|id|name|5|act=Drop src=198.51.100.7 {fields}").Timestamp
        );

    [Theory]
    [InlineData("CEF:0|Vendor|Product|1|id", "the CEF header is cut off")]
    [InlineData("LEEF:1.0|Vendor|Product", "the LEEF header is cut off")]
    public void A_header_that_is_cut_off_says_what_must_be_there(string line, string problem) =>
        Assert.StartsWith(problem, Parsing.Read(line).Reading.Problem, StringComparison.Ordinal);
}
