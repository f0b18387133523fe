using System.Text;

namespace Denywatch.Events.Tests.Integrations;

/// <summary>Google, Cloudflare, Zscaler, Prisma Access and Umbrella.</summary>
public sealed class CloudTests
{
    private const string GcpEntry =
        "{\"jsonPayload\":{\"connection\":{\"dest_ip\":\"10.0.0.4\",\"dest_port\":22,\"protocol\":6,\"src_ip\":\"198.51.100.7\",\"src_port\":4000},\"disposition\":\"DENIED\",\"rule_details\":{\"action\":\"DENY\",\"direction\":\"INGRESS\",\"reference\":\"network:n/firewall:r\"},\"vpc\":{\"vpc_name\":\"n\"}},\"logName\":\"projects/p/logs/compute.googleapis.com%2Ffirewall\",\"timestamp\":\"2024-05-05T18:40:50.123456789Z\"}";

    [Fact]
    public void Google_is_read_bare_and_in_the_message_of_a_subscription()
    {
        var pushed =
            "{\"message\":{\"attributes\":{},\"data\":\""
            + Convert.ToBase64String(Encoding.UTF8.GetBytes(GcpEntry))
            + "\",\"messageId\":\"1\",\"publishTime\":\"2024-05-05T18:40:55Z\"},\"subscription\":\"projects/p/subscriptions/s\"}";

        foreach (var line in new[] { GcpEntry, pushed })
        {
            var read = Parsing.EventOf(line);
            Assert.Equal(
                (Verdict.Denied, "disposition=denied", Direction.Inbound),
                (read.Verdict, read.Reason, read.Direction)
            );
            Assert.Equal(
                ("198.51.100.7", 4000, "10.0.0.4", 22),
                (read.Source?.ToString(), read.SourcePort, read.Destination?.ToString(), read.DestinationPort)
            );
            Assert.Equal(("tcp", "n", "network:n/firewall:r"), (read.Transport, read.Observer, read.Rule));
        }
    }

    [Theory]
    [InlineData(
        "\"Datetime\":\"2024-05-05T18:40:50Z\",\"ClientIP\":\"198.51.100.7\",\"Action\":\"block\",\"RuleID\":\"r\"",
        Verdict.Denied
    )]
    [InlineData(
        "\"Datetime\":1714934450,\"ClientIP\":\"198.51.100.7\",\"Action\":\"managedChallenge\",\"RuleID\":\"r\"",
        Verdict.None
    )]
    [InlineData(
        "\"Datetime\":1714934450000000000,\"ClientIP\":\"198.51.100.7\",\"Action\":\"connectionClose\",\"RuleID\":\"r\"",
        Verdict.Denied
    )]
    [InlineData(
        "\"Datetime\":1714934450,\"SourceIP\":\"198.51.100.7\",\"Action\":\"blockedByPolicy\",\"PolicyName\":\"r\"",
        Verdict.Denied
    )]
    [InlineData(
        "\"Datetime\":1714934450,\"SourceIP\":\"198.51.100.7\",\"Action\":\"allowedOnNoRuleMatch\",\"PolicyName\":\"r\"",
        Verdict.Allowed
    )]
    [InlineData(
        "\"Datetime\":1714934450,\"SrcIP\":\"198.51.100.7\",\"ResolverDecision\":\"blockedByCategory\",\"PolicyName\":\"r\"",
        Verdict.Denied
    )]
    [InlineData(
        "\"Timestamp\":1714934450,\"SourceIP\":\"198.51.100.7\",\"Action\":\"block\",\"SignatureMessage\":\"r\",\"Protocol\":\"tcp\"",
        Verdict.Denied
    )]
    [InlineData(
        "\"Timestamp\":1714934450,\"ClientIP\":\"198.51.100.7\",\"Event\":\"clientFiltered\",\"RuleID\":\"r\"",
        Verdict.Denied
    )]
    [InlineData(
        "\"Timestamp\":1714934450,\"ClientIP\":\"198.51.100.7\",\"Event\":\"connect\",\"IpFirewall\":false,\"RuleID\":\"r\"",
        Verdict.Allowed
    )]
    [InlineData(
        "\"Datetime\":1714934450,\"IPSourceAddress\":\"198.51.100.7\",\"Outcome\":\"drop\",\"RuleName\":\"r\"",
        Verdict.Denied
    )]
    public void Cloudflares_records_are_told_apart_by_their_keys(string fields, Verdict verdict)
    {
        var (reading, events) = Parsing.Read($"{{{fields}}}");

        Assert.Equal(("cloudflare", null), (reading.Integration, reading.Problem));
        var read = Assert.Single(events);
        Assert.Equal((verdict, "198.51.100.7", "r"), (read.Verdict, read.Source?.ToString(), read.Rule));
        Assert.Equal(new DateTimeOffset(2024, 5, 5, 18, 40, 50, TimeSpan.Zero), read.Timestamp);
    }

    [Theory]
    [InlineData("Blocked", Verdict.Denied)]
    [InlineData("Block/Drop", Verdict.Denied)]
    [InlineData("Drop", Verdict.Denied)]
    [InlineData("Allow due to insufficient app data", Verdict.Allowed)]
    [InlineData("OutOfRange", Verdict.None)]
    public void Zscalers_action_decides_with_and_without_the_envelope(string action, Verdict verdict)
    {
        var fields =
            $"{{\"datetime\":\"Sun May  5 18:40:50 2024\",\"csip\":\"10.0.0.4\",\"csport\":\"4000\",\"cdip\":\"203.0.113.1\",\"cdport\":\"22\",\"proto\":\"TCP\",\"rulelabel\":\"r\",\"ipsrulelabel\":\"None\",\"devicename\":\"NA\",\"locationname\":\"vienna\",\"action\":\"{action}\"}}";

        foreach (var line in new[] { fields, $"{{\"sourcetype\":\"zscalernss-fw\", \"event\":{fields}}}" })
        {
            var read = Parsing.EventOf(line);
            Assert.Equal((verdict, "vienna", "r", "tcp"), (read.Verdict, read.Observer, read.Rule, read.Transport));
            Assert.Equal(new DateTimeOffset(2024, 5, 5, 18, 40, 50, TimeSpan.Zero), read.Timestamp);
        }
    }

    [Theory]
    [InlineData("TRAFFIC|drop", "deny", Verdict.Denied)]
    [InlineData("THREAT|url", "block-url", Verdict.Denied)]
    [InlineData("TRAFFIC|end", "reset both", Verdict.Denied)]
    [InlineData("THREAT|file", "alert", Verdict.None)]
    [InlineData("TRAFFIC|end", "allow", Verdict.Allowed)]
    [InlineData("AUTH|x", "deny", Verdict.None)]
    public void Prisma_Access_denies_with_act(string id, string action, Verdict verdict)
    {
        var (reading, events) = Parsing.Read(
            $"May 5 18:40:59 192.0.2.1 2206 <14>1 2024-05-05T18:40:58.1Z stream logforwarder - panwlogs - CEF:0|Palo Alto Networks|LF|2.0|{id}|3|dtz=UTC rt=May 05 2024 18:40:55 start=May 05 2024 18:40:50 src=10.0.0.4 dst=203.0.113.1 cs1=no ssh cs1Label=Rule spt=4000 dpt=22 proto=tcp act={action} dvchost=GP cloud service"
        );

        Assert.Equal(("prisma_access", null), (reading.Integration, reading.Problem));
        var read = Assert.Single(events);
        Assert.Equal((verdict, "GP cloud service", "no ssh"), (read.Verdict, read.Observer, read.Rule));
        Assert.Equal(new DateTimeOffset(2024, 5, 5, 18, 40, 50, TimeSpan.Zero), read.Timestamp);
    }

    [Theory]
    [InlineData(
        "2024-05-05 18:40:50,[1],tunnel 1,CDFW Tunnel Device,INBOUND,1,84,198.51.100.7,,10.0.0.4,,fra1.edc,12,BLOCK",
        Verdict.Denied,
        "icmp",
        "tunnel 1"
    )]
    [InlineData(
        "\"2024-05-05 18:40:50\",\"[1]\",\"tunnel 1\",\"Network Tunnels\",\"OUTBOUND\",\"6\",\"84\",\"198.51.100.7\",\"4000\",\"10.0.0.4\",\"22\",\"fra1.edc\",\"12\",\"ALLOW\",\"\",\"x\"",
        Verdict.Allowed,
        "tcp",
        "tunnel 1"
    )]
    [InlineData(
        "\"2024-05-05 18:40:50\",\"u\", \"u,laptop\", \"198.51.100.7\",\"203.0.113.9\",\"Blocked\",\"1 (A)\", \"NOERROR\",\"bad.example.\",\"Malware\",\"AD Users\",\"AD Users,Roaming Computers\",\"Malware\"",
        Verdict.Denied,
        null,
        "laptop"
    )]
    [InlineData(
        "\"2024-05-05 18:40:50\",\"u\",\"198.51.100.7\",\"203.0.113.9\",\"192.0.2.80\",\"text/html\",\"BLOCKED\",\"http://bad.example/\",\"\",\"ua\",\"403\"",
        Verdict.Denied,
        null,
        "u"
    )]
    [InlineData(
        "\"2024-05-05 18:40:50\",\"u\",\"u,net\",\"198.51.100.7\",\"203.0.113.9\",\"192.0.2.80\",\"\",\"BLOCKED\",\"http://bad.example/\"",
        Verdict.Denied,
        null,
        "u"
    )]
    [InlineData(
        "\"2024-05-05 18:40:50\",\"u\",\"198.51.100.7\",\"4000\",\"192.0.2.80\",\"445\",\"category\"",
        Verdict.None,
        null,
        "u"
    )]
    [InlineData(
        "\"2024-05-05 18:40:50\",\"u\",\"Network Tunnels\",\"1\",\"3\",\"probe\",\"7\",\"HIGH\",\"x\",\"\",\"TCP\",\"1\",\"198.51.100.7\",\"4000\",\"192.0.2.80\",\"445\",\"Would Block\"",
        Verdict.None,
        "tcp",
        "u"
    )]
    public void Umbrellas_logs_are_told_apart_by_their_columns(
        string line,
        Verdict verdict,
        string? transport,
        string observer
    )
    {
        var (reading, events) = Parsing.Read(line);

        Assert.Equal(("cisco_umbrella", null), (reading.Integration, reading.Problem));
        var read = Assert.Single(events);
        Assert.Equal(
            (verdict, "198.51.100.7", transport, observer),
            (read.Verdict, read.Source?.ToString(), read.Transport, read.Observer)
        );
        Assert.Equal(new DateTimeOffset(2024, 5, 5, 18, 40, 50, TimeSpan.Zero), read.Timestamp);
    }

    [Fact]
    public void Umbrellas_names_of_columns_are_no_event()
    {
        var (reading, events) = Parsing.Read(
            "\"Timestamp\",\"Policy Identity\",\"Identities\",\"Internal IP\",\"External IP\""
        );

        Assert.Equal(("cisco_umbrella", null), (reading.Integration, reading.Problem));
        Assert.Empty(events);
    }
}
