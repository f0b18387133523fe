namespace Denywatch.Events.Tests.Integrations;

public sealed class CiscoAsaTests
{
    private const string Head = "<164>May  5 2024 18:40:50 fw1 : %ASA-4-";

    [Theory]
    [InlineData(
        "106001: Inbound TCP connection denied from 198.51.100.7/4000 to 203.0.113.1/80 flags SYN on interface outside",
        "198.51.100.7",
        4000,
        "203.0.113.1",
        80,
        "tcp"
    )]
    [InlineData(
        "106006: Deny inbound UDP from 198.51.100.7/4000 to 203.0.113.1/161 on interface outside",
        "198.51.100.7",
        4000,
        "203.0.113.1",
        161,
        "udp"
    )]
    [InlineData(
        "106010: Deny inbound protocol 47 src outside:198.51.100.7 dst inside:203.0.113.1",
        "198.51.100.7",
        null,
        "203.0.113.1",
        null,
        null
    )]
    [InlineData(
        "106014: Deny inbound icmp src outside:198.51.100.7 dst inside:203.0.113.1 (type 8, code 0)",
        "198.51.100.7",
        null,
        "203.0.113.1",
        null,
        "icmp"
    )]
    [InlineData(
        "106015: Deny TCP (no connection) from 198.51.100.7/443 to 203.0.113.1/5679 flags RST  on interface outside",
        "198.51.100.7",
        443,
        "203.0.113.1",
        5679,
        "tcp"
    )]
    [InlineData(
        "106016: Deny IP spoof from (198.51.100.7) to 203.0.113.1 on interface outside",
        "198.51.100.7",
        null,
        "203.0.113.1",
        null,
        null
    )]
    [InlineData(
        "106021: Deny TCP reverse path check from 198.51.100.7 to 203.0.113.1 on interface outside",
        "198.51.100.7",
        null,
        "203.0.113.1",
        null,
        "tcp"
    )]
    [InlineData(
        "106023: Deny tcp src out:198.51.100.7/4000(LOCAL\\a user) dst in:203.0.113.1/443 (9:tag) by access-group \"acl\" [0x0, 0x0]",
        "198.51.100.7",
        4000,
        "203.0.113.1",
        443,
        "tcp"
    )]
    [InlineData(
        "106023: Deny udp src out:2001:db8::7/4000 dst in:2001:db8::1/53 by access-group \"acl\"",
        "2001:db8::7",
        4000,
        "2001:db8::1",
        53,
        "udp"
    )]
    [InlineData(
        "106023: Deny icmp src out:198.51.100.7 dst in:203.0.113.1 (type 3, code 1) by access-group \"acl\"",
        "198.51.100.7",
        null,
        "203.0.113.1",
        null,
        "icmp"
    )]
    [InlineData(
        "106100: access-list acl denied tcp outside/198.51.100.7(4000) -> inside/203.0.113.1(443) hit-cnt 1 first hit [0x0, 0x0]",
        "198.51.100.7",
        4000,
        "203.0.113.1",
        443,
        "tcp"
    )]
    [InlineData(
        "106103: access-list acl denied udp for user 'x' inside/198.51.100.7(4000) -> outside/203.0.113.1(53) hit-cnt 1 first hit",
        "198.51.100.7",
        4000,
        "203.0.113.1",
        53,
        "udp"
    )]
    [InlineData(
        "313001: Denied ICMP type=8, code=0 from 198.51.100.7 on interface outside",
        "198.51.100.7",
        null,
        null,
        null,
        "icmp"
    )]
    [InlineData(
        "313004: Denied ICMP type=0, from laddr 198.51.100.7 on interface inside to 203.0.113.1: no matching session",
        "198.51.100.7",
        null,
        "203.0.113.1",
        null,
        "icmp"
    )]
    [InlineData(
        "338006: Dynamic filter dropped blacklisted TCP traffic from in:198.51.100.7/4000 (198.51.100.7/4000) to out:203.0.113.1/80 (203.0.113.1/80), destination 203.0.113.1 resolved",
        "198.51.100.7",
        4000,
        "203.0.113.1",
        80,
        "tcp"
    )]
    [InlineData(
        "401004: Shunned packet: 198.51.100.7 ==> 203.0.113.1 on interface outside",
        "198.51.100.7",
        null,
        "203.0.113.1",
        null,
        null
    )]
    [InlineData(
        "710003: TCP access denied by ACL from 198.51.100.7/4000 to outside:203.0.113.1/ssh",
        "198.51.100.7",
        4000,
        "203.0.113.1",
        22,
        "tcp"
    )]
    [InlineData(
        "710005: UDP request discarded from 198.51.100.7/137 to outside:203.0.113.1/netbios-ns",
        "198.51.100.7",
        137,
        "203.0.113.1",
        137,
        "udp"
    )]
    public void A_deny_names_both_ends(
        string text,
        string source,
        int? sourcePort,
        string? destination,
        int? port,
        string? transport
    )
    {
        var read = Parsing.EventOf(Head + text);

        Assert.Equal(Verdict.Denied, read.Verdict);
        Assert.Equal(source, read.Source?.ToString());
        Assert.Equal(sourcePort, read.SourcePort);
        Assert.Equal(destination, read.Destination?.ToString());
        Assert.Equal(port, read.DestinationPort);
        Assert.Equal(transport, read.Transport);
        Assert.Equal("fw1", read.Observer);
    }

    [Fact]
    public void A_hit_count_is_counted_and_the_list_is_the_rule()
    {
        var read = Parsing.EventOf(
            Head
                + "106100: access-list outside_in denied tcp o/198.51.100.7(1) -> i/203.0.113.1(2) hit-cnt 12 300-second interval"
        );

        Assert.Equal(12, read.Count);
        Assert.Equal("outside_in", read.Rule);
        Assert.Equal("message 106100 denied", read.Reason);
    }

    [Theory]
    [InlineData("%ASA-session-5-106023")]
    [InlineData("%ASA--4-106023")]
    [InlineData("%FTD-4-106023")]
    public void The_head_may_vary(string head)
    {
        var read = Parsing.EventOf(
            $"May  5 2024 18:40:50: {head}: Deny tcp src o:198.51.100.7/1 dst i:203.0.113.1/2 by access-group \"a\""
        );

        Assert.Equal(Verdict.Denied, read.Verdict);
    }

    [Theory]
    [InlineData(
        "113015: AAA user authentication Rejected : reason = User was not found : local database : user = x : user IP = 198.51.100.7"
    )]
    [InlineData("605004: Login denied from 198.51.100.7/4000 to outside:203.0.113.1/ssh for user \"x\"")]
    [InlineData("733100: [ Scanning] drop rate-1 exceeded. Current burst rate is 8 per second")]
    [InlineData(
        "113029: Group VPN User x IP 198.51.100.7 Session could not be established: session limit of 5 reached"
    )]
    public void Logins_sessions_and_rate_alarms_are_no_denied_traffic(string text)
    {
        var (reading, events) = Parsing.Read(Head + text);

        Assert.Null(reading.Problem);
        Assert.DoesNotContain(events, read => read.Verdict == Verdict.Denied);
    }

    [Fact]
    public void A_permitted_hit_is_allowed() =>
        Assert.Equal(
            Verdict.Allowed,
            Parsing
                .EventOf(
                    Head + "106100: access-list a permitted tcp i/10.0.0.1(1) -> o/198.51.100.1(2) hit-cnt 1 first hit"
                )
                .Verdict
        );

    [Theory]
    [InlineData("430003: AccessControlRuleAction: Block with reset, ", Verdict.Denied)]
    [InlineData("430002: AccessControlRuleAction: Allow, ", Verdict.Allowed)]
    [InlineData("430002: AccessControlRuleAction: Monitor, ", Verdict.None)]
    [InlineData("430001: InlineResult: Blocked, ", Verdict.Denied)]
    [InlineData("430001: InlineResult: Would have dropped, ", Verdict.None)]
    [InlineData("430005: FileAction: Malware Block, ", Verdict.Denied)]
    public void Firepower_events_say_it_in_keys(string text, Verdict verdict)
    {
        var read = Parsing.EventOf(
            $"2024-05-05T18:40:50Z ftd1  %FTD-1-{text}SrcIP: 198.51.100.7, DstIP: 203.0.113.1, SrcPort: 4000, DstPort: 443, Protocol: tcp, AccessControlRuleName: no way"
        );

        Assert.Equal(verdict, read.Verdict);
        Assert.Equal(("198.51.100.7", 4000), (read.Source?.ToString(), read.SourcePort));
        Assert.Equal(("203.0.113.1", 443), (read.Destination?.ToString(), read.DestinationPort));
        Assert.Equal(("tcp", "ftd1", "no way"), (read.Transport, read.Observer, read.Rule));
    }
}
