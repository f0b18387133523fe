using System.Text;

namespace Denywatch.Events.Tests.Integrations;

/// <summary>Suricata and Zeek.</summary>
public sealed class SensorTests
{
    private const string Ends =
        "\"timestamp\":\"2024-05-05T18:40:50.123456+0000\",\"flow_id\":1,\"src_ip\":\"198.51.100.7\",\"src_port\":4000,\"dest_ip\":\"203.0.113.1\",\"dest_port\":22,\"proto\":\"TCP\",\"host\":\"ips1\"";

    [Theory]
    [InlineData(
        "\"event_type\":\"drop\",\"drop\":{\"len\":60,\"reason\":\"rules\"}",
        Verdict.Denied,
        "event_type=drop"
    )]
    [InlineData(
        "\"event_type\":\"alert\",\"alert\":{\"action\":\"blocked\",\"signature\":\"s\"}",
        Verdict.Denied,
        "alert.action=blocked"
    )]
    [InlineData(
        "\"event_type\":\"alert\",\"alert\":{\"action\":\"allowed\"},\"verdict\":{\"action\":\"reject\",\"reject\":[\"tcp-reset\"]}",
        Verdict.Denied,
        "verdict.action=reject"
    )]
    [InlineData("\"event_type\":\"alert\",\"alert\":{\"action\":\"allowed\"}", Verdict.None, "alert.action=allowed")]
    [InlineData(
        "\"event_type\":\"flow\",\"flow\":{\"pkts_toserver\":3,\"pkts_toclient\":0,\"state\":\"new\"}",
        Verdict.Unanswered,
        "flow.pkts_toclient=0"
    )]
    [InlineData(
        "\"event_type\":\"flow\",\"flow\":{\"pkts_toserver\":3,\"pkts_toclient\":2,\"state\":\"closed\"}",
        Verdict.Allowed,
        "event_type=flow"
    )]
    [InlineData(
        "\"event_type\":\"flow\",\"flow\":{\"pkts_toserver\":3,\"pkts_toclient\":0,\"action\":\"drop\"}",
        Verdict.Denied,
        "flow.action=drop"
    )]
    [InlineData("\"event_type\":\"dns\",\"dns\":{\"type\":\"query\"}", Verdict.None, null)]
    public void Suricata_denies_with_drops_and_blocked_alerts(string fields, Verdict verdict, string? reason)
    {
        var (reading, events) = Parsing.Read($"{{{Ends},{fields}}}");

        Assert.Equal(("suricata", null), (reading.Integration, reading.Problem));
        var read = Assert.Single(events);
        Assert.Equal((verdict, reason, "ips1"), (read.Verdict, read.Reason, read.Observer));
    }

    [Fact]
    public void A_document_of_the_schema_about_Suricata_is_read_as_one_of_the_schema()
    {
        var (reading, events) = Parsing.Read(
            "{\"@timestamp\":\"2024-05-05T18:40:50Z\",\"event\":{\"category\":[\"network\",\"intrusion_detection\"],\"type\":[\"allowed\"]},\"suricata\":{\"eve\":{\"event_type\":\"alert\",\"src_ip\":\"x\",\"alert\":{\"action\":\"blocked\"}}},\"source\":{\"ip\":\"198.51.100.7\"}}"
        );

        Assert.Equal("ecs", reading.Integration);
        Assert.Equal(Verdict.Denied, Assert.Single(events).Verdict);
    }

    [Theory]
    [InlineData("S0", Verdict.Unanswered)]
    [InlineData("RSTOS0", Verdict.Unanswered)]
    [InlineData("REJ", Verdict.None)]
    [InlineData("SF", Verdict.Allowed)]
    [InlineData("OTH", Verdict.None)]
    public void Zeek_tells_what_nobody_answered_in_JSON_and_in_columns(string state, Verdict verdict)
    {
        var json =
            $"{{\"ts\":1714934450.5,\"uid\":\"C1\",\"id.orig_h\":\"198.51.100.7\",\"id.orig_p\":4000,\"id.resp_h\":\"10.0.0.4\",\"id.resp_p\":22,\"proto\":\"tcp\",\"conn_state\":\"{state}\",\"local_orig\":false,\"local_resp\":true,\"orig_pkts\":2,\"resp_pkts\":0}}";
        var columns =
            $"1714934450.500000\tC0000000000001\t198.51.100.7\t4000\t10.0.0.4\t22\ttcp\t-\t-\t-\t-\t{state}\tF\tT\t0\tS\t2\t80\t0\t0\t-";

        foreach (var line in new[] { json, columns })
        {
            var read = Parsing.EventOf(line);
            Assert.Equal((verdict, Direction.Inbound, 22), (read.Verdict, read.Direction, read.DestinationPort));
            Assert.Equal(new DateTimeOffset(2024, 5, 5, 18, 40, 50, 500, TimeSpan.Zero), read.Timestamp);
        }
    }

    [Fact]
    public void Zeeks_columns_follow_its_head()
    {
        var reader = new EventReader();
        foreach (
            var head in new[]
            {
                "#separator \\x09",
                "#path\tconn",
                "#fields\tts\tid.resp_h\tid.resp_p\tid.orig_h\tuid\tconn_state",
                "#types\ttime\taddr\tport\taddr\tstring\tstring",
            }
        )
            Assert.Null(Parsing.Read(Encoding.UTF8.GetBytes(head), reader).Reading.Problem);

        var (reading, events) = Parsing.Read(
            "1714934450.5\t10.0.0.4\t22\t198.51.100.7\tC1\tS0"u8.ToArray(),
            new EventReader("zeek")
        );
        Assert.NotNull(reading.Problem); // not the order without a head, and nothing that tells it

        (_, events) = Parsing.Read("1714934450.500000\t10.0.0.4\t22\t198.51.100.7\tC1\tS0"u8.ToArray(), reader);
        Assert.Equal(("198.51.100.7", 22), (Assert.Single(events).Source?.ToString(), events[0].DestinationPort));
    }
}
