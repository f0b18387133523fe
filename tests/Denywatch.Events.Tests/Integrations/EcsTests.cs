namespace Denywatch.Events.Tests.Integrations;

public sealed class EcsTests
{
    private const string Ends =
        "\"source\":{\"ip\":\"198.51.100.7\",\"port\":4000},\"destination\":{\"ip\":\"203.0.113.1\",\"port\":22}";

    [Theory]
    [InlineData("\"event\":{\"category\":[\"network\"],\"type\":[\"connection\",\"denied\"]}", Verdict.Denied)]
    [InlineData("\"event.category\":\"network\",\"event.outcome\":\"deny\"", Verdict.Denied)]
    [InlineData("\"event.category\":\"network\",\"event.outcome\":\"failure\"", Verdict.None)]
    [InlineData("\"event.category\":[\"authentication\",\"network\"],\"event.type\":\"denied\"", Verdict.None)]
    [InlineData("\"event.category\":\"network\",\"event.type\":\"denied\",\"event.code\":\"113029\"", Verdict.None)]
    [InlineData("\"event.category\":\"network\",\"event.action\":\"flow_dropped\"", Verdict.Denied)]
    [InlineData("\"event.category\":\"network\",\"event.action\":\"layer3-firewall-denied-flow\"", Verdict.Denied)]
    [InlineData("\"event.category\":\"network\",\"event.action\":\"not blocked\"", Verdict.None)]
    [InlineData("\"event.category\":\"network\",\"event.action\":\"login-denied\"", Verdict.None)]
    [InlineData("\"event.category\":\"email\",\"event.action\":\"blocked\"", Verdict.None)]
    [InlineData(
        "\"event.category\":[\"network\",\"threat\"],\"panw\":{\"panos\":{\"action\":\"drop-packet\"}}",
        Verdict.Denied
    )]
    [InlineData(
        "\"event.category\":\"network\",\"fortinet\":{\"firewall\":{\"action\":\"close\",\"utmaction\":\"block\"}}",
        Verdict.Denied
    )]
    [InlineData("\"event\":{\"category\":\"network\",\"type\":[\"connection\",\"allowed\"]}", Verdict.Allowed)]
    [InlineData("\"event.category\":\"network\",\"event.action\":\"network_flow\"", Verdict.None)]
    [InlineData(
        "\"event.category\":\"network\",\"event.action\":\"network_flow\",\"source.packets\":3,\"destination.packets\":2",
        Verdict.None
    )]
    [InlineData(
        "\"event.category\":\"network\",\"event.action\":\"network_flow\",\"source.packets\":3,\"flow\":{\"final\":true}",
        Verdict.Unanswered
    )]
    [InlineData(
        "\"event.category\":\"network\",\"event.action\":\"network_flow\",\"source.packets\":3,\"flow\":{\"final\":false}",
        Verdict.None
    )]
    [InlineData(
        "\"event.category\":\"network\",\"event.action\":\"connection_attempted\",\"event.type\":[\"start\"],\"event.outcome\":\"unknown\"",
        Verdict.None
    )]
    [InlineData(
        "\"event.category\":[\"network\",\"session\"],\"event.action\":\"netflow_flow\",\"netflow\":{\"firewall_event\":3}",
        Verdict.Denied
    )]
    [InlineData(
        "\"event.category\":[\"network\"],\"event.type\":[\"connection\"],\"netflow\":{\"forwarding_status\":130}",
        Verdict.Denied
    )]
    [InlineData("\"event.category\":\"network\",\"zeek\":{\"connection\":{\"state\":\"S0\"}}", Verdict.Unanswered)]
    [InlineData("\"event.category\":[\"web\"],\"event.type\":[\"access\",\"denied\"]", Verdict.Denied)]
    [InlineData("\"event.category\":[\"intrusion_detection\"],\"event.type\":[\"info\",\"denied\"]", Verdict.Denied)]
    [InlineData("\"event.category\":[\"email\"],\"event.type\":[\"denied\"]", Verdict.None)]
    [InlineData("\"event.category\":[\"iam\",\"network\"],\"event.type\":[\"denied\"]", Verdict.None)]
    // The vendor's own word, where the pipeline typed nothing.
    [InlineData(
        "\"event.category\":\"network\",\"zscaler_zia\":{\"firewall\":{\"action\":\"Blocked\"}}",
        Verdict.Denied
    )]
    [InlineData("\"event.category\":\"network\",\"prisma_access.event.act\":\"deny\"", Verdict.Denied)]
    [InlineData("\"event.category\":\"network\",\"sophos\":{\"xg\":{\"log_subtype\":\"Denied\"}}", Verdict.Denied)]
    [InlineData("\"event.category\":\"network\",\"aws\":{\"vpcflow\":{\"action\":\"REJECT\"}}", Verdict.Denied)]
    [InlineData(
        "\"event.category\":\"network\",\"aws\":{\"waf\":{\"rules\":{\"group\":{\"action\":\"BLOCK\"}}}}",
        Verdict.None
    )]
    public void A_document_is_denied_by_category_and_type_or_by_the_action_word(string fields, Verdict verdict) =>
        Assert.Equal(verdict, Parsing.EventOf($"{{{fields},{Ends}}}").Verdict);

    [Theory]
    [InlineData(
        "{\"@timestamp\":\"2024-05-05T18:40:50Z\",\"event\":{\"category\":\"network\",\"type\":\"denied\"},\"source\":{\"ip\":\"198.51.100.7\",\"port\":4000},\"destination\":{\"ip\":\"203.0.113.1\",\"port\":22},\"network\":{\"transport\":\"tcp\",\"direction\":\"inbound\"},\"observer\":{\"name\":\"fw1\"},\"rule\":{\"name\":\"r\"}}"
    )]
    [InlineData(
        "{\"@timestamp\":1714934450000,\"event.category\":[\"network\"],\"event.type\":[\"denied\"],\"source.ip\":[\"198.51.100.7\",\"10.0.0.1\"],\"source.port\":\"4000\",\"destination.ip\":\"203.0.113.1\",\"destination.port\":22,\"network.iana_number\":\"6\",\"network.direction\":\"inbound\",\"observer.hostname\":\"fw1\",\"rule.id\":\"r\"}"
    )]
    [InlineData(
        "{\"_index\":\"x\",\"_source\":{\"@timestamp\":\"2024-05-05T18:40:50Z\",\"event\":{\"category\":\"network\",\"type\":\"denied\"},\"source\":{\"ip\":\"198.51.100.7\",\"port\":4000},\"destination.ip\":\"203.0.113.1\",\"destination\":{\"port\":22},\"network\":{\"transport\":\"TCP\",\"direction\":\"ingress\"},\"host\":{\"name\":\"fw1\"},\"rule\":[{\"name\":\"r\"}]}}"
    )]
    public void Nested_dotted_single_and_array_values_mean_the_same(string json)
    {
        var read = Parsing.EventOf(json);

        Assert.Equal(new DateTimeOffset(2024, 5, 5, 18, 40, 50, TimeSpan.Zero), read.Timestamp);
        Assert.Equal(("198.51.100.7", 4000), (read.Source?.ToString(), read.SourcePort));
        Assert.Equal(("203.0.113.1", 22), (read.Destination?.ToString(), read.DestinationPort));
        Assert.Equal(
            ("tcp", Direction.Inbound, "fw1", "r"),
            (read.Transport, read.Direction, read.Observer, read.Rule)
        );
    }

    [Theory]
    [InlineData(
        "{\"message\":\" [12345.6] [UFW BLOCK] IN=eth0 OUT= SRC=198.51.100.7 DST=203.0.113.1 PROTO=TCP SPT=1 DPT=22\",\"fromhost\":\"web1\",\"facility\":\"kern\",\"timereported\":\"2024-05-05T18:40:50+00:00\",\"timegenerated\":\"2024-05-05T18:40:51+00:00\"}",
        "iptables",
        "web1"
    )]
    [InlineData(
        "{\"@timestamp\":\"2024-05-05T18:40:50Z\",\"event\":{\"original\":\"<164>May 05 2024 18:40:50 fw1 : %ASA-4-106023: Deny tcp src o:198.51.100.7/1 dst i:203.0.113.1/22 by access-group \\\"a\\\"\"},\"host\":{\"name\":\"collector\"}}",
        "cisco_asa",
        "fw1"
    )]
    [InlineData(
        "{\"message\":\" 4,,,1,igb0,match,block,in,4,0x0,,50,1,0,DF,6,tcp,60,198.51.100.7,203.0.113.1,1,22,0,S\",\"host\":\"pf1\",\"syslogtag\":\"filterlog[42]:\",\"timereported\":\"2024-05-05T18:40:50Z\"}",
        "pfsense",
        "pf1"
    )]
    [InlineData(
        "{\"message\":\" Deny tcp src o:198.51.100.7/1 dst i:203.0.113.1/22 by access-group \\\"a\\\"\",\"syslogtag\":\"%ASA-4-106023:\",\"fromhost\":\"fw1\",\"timereported\":\"2024-05-05T18:40:50Z\"}",
        "cisco_asa",
        "fw1"
    )]
    public void A_document_that_decides_nothing_is_read_by_its_raw_line(
        string json,
        string integration,
        string observer
    )
    {
        var (reading, events) = Parsing.Read(json);

        Assert.Equal((integration, null), (reading.Integration, reading.Problem));
        var read = Assert.Single(events);
        Assert.Equal(Verdict.Denied, read.Verdict);
        Assert.Equal(("198.51.100.7", 22, observer), (read.Source?.ToString(), read.DestinationPort, read.Observer));
        Assert.Equal(new DateTimeOffset(2024, 5, 5, 18, 40, 50, TimeSpan.Zero), read.Timestamp);
    }

    [Theory]
    [InlineData("{\"version\":\"1.1\",\"host\":\"fw1\",\"short_message\":\"LINE\"}")]
    [InlineData("{\"time\":1714934450,\"host\":\"fw1\",\"sourcetype\":\"x\",\"event\":\"LINE\"}")]
    [InlineData("{\"preview\":false,\"result\":{\"_raw\":\"LINE\"}}")]
    [InlineData("{\"log\":\"LINE\\n\",\"stream\":\"stdout\"}")]
    [InlineData("{\"_HOSTNAME\":\"fw1\",\"MESSAGE\":\"LINE\"}")]
    public void Every_shipper_has_a_name_for_the_line(string document)
    {
        var line = "May 05 2024 18:40:50 fw1 : %ASA-4-106016: Deny IP spoof from (10.0.0.1) to 10.0.0.2";

        var (reading, events) = Parsing.Read(document.Replace("LINE", line, StringComparison.Ordinal));

        Assert.Equal(("cisco_asa", null), (reading.Integration, reading.Problem));
        Assert.Equal("fw1", Assert.Single(events).Observer);
    }

    [Theory]
    [InlineData("\"observer\":{\"name\":\"fw1\"}", EventKind.Change)]
    [InlineData("\"host\":{\"name\":\"pc1\"}", EventKind.Traffic)]
    public void A_change_of_a_firewalls_configuration_is_a_marker(string observer, EventKind kind)
    {
        var read = Parsing.EventOf(
            $"{{\"@timestamp\":\"2024-05-05T18:40:50Z\",\"event\":{{\"category\":[\"configuration\"],\"type\":[\"change\"],\"action\":\"policy-edit\"}},\"user\":{{\"name\":\"admin\"}},{observer}}}"
        );

        Assert.Equal((kind, Verdict.None), (read.Kind, read.Verdict));
        Assert.Equal(kind == EventKind.Change ? ("policy-edit", "admin") : (null, null), (read.Reason, read.By));
    }

    [Theory]
    [InlineData("{\"event\":", "broken JSON at byte 9")]
    [InlineData("{\"message\":\"\\ud800\"}", "not valid UTF-8")]
    [InlineData("{nonsense}", "broken JSON at byte 1")]
    public void A_broken_document_says_where(string json, string problem) =>
        Assert.Contains(problem, Parsing.Read(json).Reading.Problem);

    [Theory]
    [InlineData("{\"level\":\"info\"}", "none of the ECS fields")]
    [InlineData(
        "{\"message\":\"something else\",\"fromhost\":\"gw\"}",
        "no integration recognises this line, which starts with \"something else\""
    )]
    public void A_document_that_says_nothing_is_rejected(string json, string problem) =>
        Assert.Contains(problem, Parsing.Read(json).Reading.Problem);

    [Fact]
    public void A_document_in_the_schema_without_a_verdict_is_understood() =>
        Assert.Equal(Verdict.None, Parsing.EventOf("{\"ecs.version\":\"8.0\",\"message\":\"agent started\"}").Verdict);

    [Fact]
    public void A_line_in_a_document_is_read_by_the_pinned_integration_too()
    {
        var json = "{\"message\":\"%ASA-4-106016: Deny IP spoof from (10.0.0.1) to 10.0.0.2\",\"host\":\"fw1\"}";

        Assert.Equal("cisco_asa", Parsing.Read(json, pinned: "cisco_asa").Reading.Integration);
        Assert.StartsWith(
            "Fortinet FortiGate and FortiProxy does not know",
            Parsing.Read(json, pinned: "fortinet_fortigate").Reading.Problem,
            StringComparison.Ordinal
        );
    }
}
