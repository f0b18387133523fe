namespace Denywatch.Events.Tests.Integrations;

public sealed class AzureTests
{
    private const string Firewall =
        "\"time\":\"2024-05-05T18:40:50.1234567Z\",\"resourceId\":\"/SUBSCRIPTIONS/0/RESOURCEGROUPS/R/PROVIDERS/MICROSOFT.NETWORK/AZUREFIREWALLS/HUB-FW\"";

    [Theory]
    [InlineData(
        "TCP request from 10.0.0.4:4000 to 192.0.2.7:22. Action: Deny. Policy: p. Rule Collection Group: g. Rule Collection: c. Rule: r",
        Verdict.Denied,
        "tcp",
        4000,
        "192.0.2.7",
        22,
        "r"
    )]
    [InlineData(
        "TCP request from 10.0.0.4:4000 to 192.0.2.7:22. Action: Deny. ",
        Verdict.Denied,
        "tcp",
        4000,
        "192.0.2.7",
        22,
        null
    )]
    [InlineData(
        "ICMP Type=8 request from 10.0.0.4 to 192.0.2.7. Action: Deny. ",
        Verdict.Denied,
        "icmp",
        null,
        "192.0.2.7",
        null,
        null
    )]
    [InlineData(
        "HTTPS request from 10.0.0.4:4000 to www.example.com:443. Action: Deny. Rule Collection: c. Rule: r",
        Verdict.Denied,
        "tcp",
        4000,
        null,
        443,
        "r"
    )]
    [InlineData(
        "HTTPS request from 10.0.0.4:4000 to www.example.com:443. Action: Deny. No rule matched. Proceeding with default action",
        Verdict.Denied,
        "tcp",
        4000,
        null,
        443,
        null
    )]
    [InlineData(
        "TCP request from 10.0.0.4:4000 to 192.0.2.7:22. Action: drop. Signature: 2000001. IDS: Probe. Priority: 1. Classification: x",
        Verdict.Denied,
        "tcp",
        4000,
        "192.0.2.7",
        22,
        "Probe"
    )]
    [InlineData(
        "TCP request from 10.0.0.4:4000 to 192.0.2.7:22. Action: alert. Signature: 2000001. IDS: Probe. Priority: 1",
        Verdict.None,
        "tcp",
        4000,
        "192.0.2.7",
        22,
        "Probe"
    )]
    [InlineData(
        "HTTP request from 10.0.0.4:4000 to bad.example:80. Url: bad.example. Action: Deny. ThreatIntel: Bot Networks",
        Verdict.Denied,
        "tcp",
        4000,
        null,
        80,
        "Bot Networks"
    )]
    [InlineData(
        "TCP request from 10.0.0.4:4000 to 192.0.2.7:22 was DNAT'ed to 10.0.0.9:22",
        Verdict.None,
        "tcp",
        4000,
        "192.0.2.7",
        22,
        null
    )]
    public void The_sentence_of_the_older_logs_is_read(
        string sentence,
        Verdict verdict,
        string transport,
        int? sourcePort,
        string? destination,
        int? port,
        string? rule
    )
    {
        var read = Parsing.EventOf(
            $"{{\"category\":\"AzureFirewallNetworkRule\",{Firewall},\"operationName\":\"AzureFirewallNetworkRuleLog\",\"properties\":{{\"msg\":\"{sentence}\"}}}}"
        );

        Assert.Equal((verdict, transport, rule, "HUB-FW"), (read.Verdict, read.Transport, read.Rule, read.Observer));
        Assert.Equal(
            ("10.0.0.4", sourcePort, destination, port),
            (read.Source?.ToString(), read.SourcePort, read.Destination?.ToString(), read.DestinationPort)
        );
    }

    [Theory]
    [InlineData("AZFWNetworkRule", "Deny", Verdict.Denied)]
    [InlineData("AZFWApplicationRule", "Allow", Verdict.Allowed)]
    [InlineData("AZFWThreatIntel", "Alert", Verdict.None)]
    [InlineData("AZFWIdpsSignature", "drop", Verdict.Denied)]
    public void Structured_records_say_it_in_a_field(string category, string action, Verdict verdict)
    {
        var read = Parsing.EventOf(
            $"{{\"category\":\"{category}\",{Firewall},\"properties\":{{\"Protocol\":\"UDP\",\"SourceIp\":\"10.0.0.4\",\"SourcePort\":4000,\"DestinationIp\":\"2001:db8::7\",\"DestinationPort\":53,\"Action\":\"{action}\",\"Rule\":\"r\"}}}}"
        );

        Assert.Equal((verdict, "udp", "r"), (read.Verdict, read.Transport, read.Rule));
        Assert.Equal(("2001:db8::7", 53), (read.Destination?.ToString(), read.DestinationPort));
    }

    [Fact]
    public void Every_tuple_of_a_flow_record_is_an_event_with_its_own_time()
    {
        var (reading, events) = Parsing.Read(
            "{\"records\":[{\"time\":\"2024-05-05T18:41:00Z\",\"category\":\"NetworkSecurityGroupFlowEvent\",\"resourceId\":\"/x/NETWORKSECURITYGROUPS/WEB-NSG\",\"properties\":{\"Version\":1,\"flows\":["
                + "{\"rule\":\"deny\",\"flows\":[{\"mac\":\"m\",\"flowTuples\":[\"1714934450,198.51.100.7,10.0.0.4,4000,22,T,I,D\",\"1714934451,10.0.0.4,198.51.100.8,4001,53,U,O,A\"]}]}]}},"
                + "{\"time\":\"2024-05-05T18:41:00Z\",\"category\":\"FlowLogFlowEvent\",\"targetResourceID\":\"/x/virtualNetworks/hub\",\"flowRecords\":{\"flows\":[{\"aclID\":\"a\",\"flowGroups\":["
                + "{\"flowTuples\":[\"1714934452123,2001:db8::7,2001:db8::4,4002,443,6,I,D,NX,0,0,0,0\"],\"rule\":\"behind\"}]}]}}]}"
        );

        Assert.Equal(("azure_flow", null), (reading.Integration, reading.Problem));
        Assert.Equal([Verdict.Denied, Verdict.Allowed, Verdict.Denied], events.Select(read => read.Verdict));
        Assert.Equal(["deny", "deny", "behind"], events.Select(read => read.Rule));
        Assert.Equal(["WEB-NSG", "WEB-NSG", "hub"], events.Select(read => read.Observer));
        Assert.Equal(["tcp", "udp", "tcp"], events.Select(read => read.Transport));
        Assert.Equal([Direction.Inbound, Direction.Outbound, Direction.Inbound], events.Select(read => read.Direction));
        Assert.Equal(new DateTimeOffset(2024, 5, 5, 18, 40, 52, 123, TimeSpan.Zero), events[2].Timestamp);
    }
}
