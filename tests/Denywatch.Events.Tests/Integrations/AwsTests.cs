using System.Text;

namespace Denywatch.Events.Tests.Integrations;

public sealed class AwsTests
{
    private const string Eve =
        "\"timestamp\":\"2024-05-05T18:40:50.5+0000\",\"src_ip\":\"198.51.100.7\",\"src_port\":4000,\"dest_ip\":\"203.0.113.1\",\"dest_port\":22,\"proto\":\"TCP\"";

    [Theory]
    [InlineData(
        "\"event_type\":\"alert\",\"alert\":{\"action\":\"blocked\",\"signature\":\"s\"}",
        Verdict.Denied,
        "alert.action=blocked"
    )]
    [InlineData(
        "\"event_type\":\"alert\",\"alert\":{\"action\":\"allowed\",\"signature\":\"s\"},\"verdict\":{\"action\":\"drop\"}",
        Verdict.Denied,
        "verdict.action=drop"
    )]
    [InlineData(
        "\"event_type\":\"alert\",\"alert\":{\"action\":\"allowed\",\"signature\":\"s\"},\"verdict\":{\"action\":\"alert\"}",
        Verdict.None,
        "alert.action=allowed"
    )]
    [InlineData("\"event_type\":\"netflow\",\"alert\":{\"signature\":\"s\"}", Verdict.None, null)]
    public void Network_Firewall_denies_with_the_alert_or_the_packets_verdict(
        string fields,
        Verdict verdict,
        string? reason
    )
    {
        var read = Parsing.EventOf(
            $"{{\"firewall_name\":\"anfw\",\"availability_zone\":\"z\",\"event_timestamp\":\"1714934450\",\"event\":{{{Eve},{fields}}}}}"
        );

        Assert.Equal((verdict, reason), (read.Verdict, read.Reason));
        Assert.Equal(
            ("198.51.100.7", 4000, "203.0.113.1", 22),
            (read.Source?.ToString(), read.SourcePort, read.Destination?.ToString(), read.DestinationPort)
        );
        Assert.Equal(("tcp", "anfw", "s"), (read.Transport, read.Observer, read.Rule));
        Assert.Equal(new DateTimeOffset(2024, 5, 5, 18, 40, 50, 500, TimeSpan.Zero), read.Timestamp);
    }

    [Theory]
    [InlineData("BLOCK", Verdict.Denied)]
    [InlineData("ALLOW", Verdict.Allowed)]
    [InlineData("CAPTCHA", Verdict.None)]
    [InlineData("CHALLENGE", Verdict.None)]
    public void WAF_denies_by_the_action_at_the_top_alone(string action, Verdict verdict)
    {
        var read = Parsing.EventOf(
            "{\"timestamp\":1714934450000,\"webaclId\":\"arn:aws:wafv2:eu-central-1:111122223333:regional/webacl/shop/id-1\",\"ruleGroupList\":[{\"terminatingRule\":{\"ruleId\":\"x\",\"action\":\"BLOCK\"}}],\"terminatingRuleId\":\"r\",\"action\":\""
                + action
                + "\",\"httpRequest\":{\"clientIp\":\"2001:db8::7\",\"httpVersion\":\"HTTP/1.1\"}}"
        );

        Assert.Equal(verdict, read.Verdict);
        Assert.Equal(
            ("2001:db8::7", "tcp", "shop", "r"),
            (read.Source?.ToString(), read.Transport, read.Observer, read.Rule)
        );
    }

    [Theory]
    [InlineData(
        "2 111122223333 eni-1 198.51.100.7 10.0.0.1 4000 22 6 3 180 1714934390 1714934450 REJECT OK",
        Verdict.Denied
    )]
    [InlineData(
        "2 111122223333 eni-1 198.51.100.7 10.0.0.1 4000 22 6 3 180 1714934390 1714934450 ACCEPT OK",
        Verdict.Allowed
    )]
    // A custom format that nobody told: version 3 fields in the order of AWS's own example.
    [InlineData(
        "3 vpc-1 subnet-1 i-1 eni-1 111122223333 IPv4 198.51.100.7 10.0.0.1 4000 22 198.51.100.7 10.0.0.1 6 568 3 1714934390 1714934450 REJECT 2 OK",
        Verdict.Denied
    )]
    public void A_flow_record_is_read_by_its_shape(string line, Verdict verdict)
    {
        var read = Parsing.EventOf(line);

        Assert.Equal(verdict, read.Verdict);
        Assert.Equal(
            ("198.51.100.7", 4000, "10.0.0.1", 22),
            (read.Source?.ToString(), read.SourcePort, read.Destination?.ToString(), read.DestinationPort)
        );
        Assert.Equal("tcp", read.Transport);
        Assert.Equal(new DateTimeOffset(2024, 5, 5, 18, 40, 50, TimeSpan.Zero), read.Timestamp);
    }

    [Theory]
    [InlineData("end action dstport srcport protocol dstaddr srcaddr packets vpc-id")]
    [InlineData("${end} ${action} ${dstport} ${srcport} ${protocol} ${dstaddr} ${srcaddr} ${packets} ${vpc-id}")]
    public void A_custom_format_is_read_under_its_header(string header)
    {
        var reader = new EventReader();
        Assert.Null(Parsing.Read(Encoding.UTF8.GetBytes(header), reader).Reading.Problem);

        var (_, events) = Parsing.Read(
            "1714934450 REJECT 443 4000 17 2001:db8::1 2001:db8::7 9 vpc-1"u8.ToArray(),
            reader
        );

        var read = Assert.Single(events);
        Assert.Equal(
            (Verdict.Denied, "udp", "vpc-1", 9L, 1L),
            (read.Verdict, read.Transport, read.Observer, read.Packets, read.Count)
        );
        Assert.Equal(("2001:db8::7", 4000, 443), (read.Source?.ToString(), read.SourcePort, read.DestinationPort));
    }

    [Theory]
    [InlineData(
        "{\"version\":2,\"account_id\":\"1\",\"interface_id\":\"eni-1\",\"srcaddr\":\"198.51.100.7\",\"dstaddr\":\"10.0.0.1\",\"srcport\":4000,\"dstport\":22,\"protocol\":6,\"end\":1714934450,\"action\":\"REJECT\",\"log_status\":\"OK\"}"
    )]
    [InlineData(
        "{\"interface-id\":\"eni-1\",\"srcaddr\":\"198.51.100.7\",\"dstaddr\":\"10.0.0.1\",\"srcport\":\"4000\",\"dstport\":\"22\",\"protocol\":\"6\",\"end\":\"1714934450\",\"action\":\"REJECT\"}"
    )]
    public void Records_that_a_pipeline_made_documents_of_are_read(string line)
    {
        var read = Parsing.EventOf(line);

        Assert.Equal((Verdict.Denied, "tcp", "eni-1"), (read.Verdict, read.Transport, read.Observer));
        Assert.Equal(("198.51.100.7", 4000, 22), (read.Source?.ToString(), read.SourcePort, read.DestinationPort));
        Assert.Equal(new DateTimeOffset(2024, 5, 5, 18, 40, 50, TimeSpan.Zero), read.Timestamp);
    }

    [Fact]
    public void A_record_without_data_is_no_event_that_denies() =>
        Assert.Equal(
            Verdict.None,
            Parsing.EventOf("2 111122223333 eni-1 - - - - - - - 1714934390 1714934450 - NODATA").Verdict
        );

    [Fact]
    public void Records_that_AWS_left_out_are_told()
    {
        var read = Parsing.EventOf("2 111122223333 eni-1 - - - - - - - 1714934390 1714934450 - SKIPDATA");

        Assert.Equal((EventKind.Suppressed, Verdict.None, "eni-1"), (read.Kind, read.Verdict, read.Observer));
        Assert.Equal(new DateTimeOffset(2024, 5, 5, 18, 40, 50, TimeSpan.Zero), read.Timestamp);
    }

    [Fact]
    public void CloudWatch_wraps_many_records_in_one_line()
    {
        var (reading, events) = Parsing.Read(
            "{\"messageType\":\"DATA_MESSAGE\",\"owner\":\"111122223333\",\"logGroup\":\"flow\",\"logStream\":\"eni-1\",\"logEvents\":["
                + "{\"id\":\"1\",\"timestamp\":1714934450000,\"message\":\"2 111122223333 eni-1 198.51.100.7 10.0.0.1 4000 22 6 3 180 1714934390 1714934450 REJECT OK\"},"
                + "{\"id\":\"2\",\"timestamp\":1714934450000,\"message\":\"2 111122223333 eni-1 198.51.100.8 10.0.0.1 4000 22 6 3 180 1714934390 1714934450 REJECT OK\",\"extractedFields\":{\"action\":\"REJECT\"}}]}"
        );

        Assert.Equal(("aws_vpcflow", null), (reading.Integration, reading.Problem));
        Assert.Equal(["198.51.100.7", "198.51.100.8"], events.Select(read => read.Source?.ToString()));
    }
}
