namespace Denywatch.Events.Tests.Integrations;

public sealed class IptablesTests
{
    private const string Packet =
        "IN=eth0 OUT= MAC=00:00:5e:00:53:01 SRC=198.51.100.7 DST=203.0.113.1 LEN=60 TOS=0x00 PREC=0x00 TTL=50 ID=1 DF PROTO=TCP SPT=4000 DPT=23 WINDOW=64240 RES=0x00 SYN URGP=0";

    [Theory]
    [InlineData("kernel: [12345.678901] [UFW BLOCK] ", Verdict.Denied, "block", "UFW BLOCK")]
    [InlineData("kernel: [UFW LIMIT BLOCK] ", Verdict.Denied, "block", "UFW LIMIT BLOCK")]
    [InlineData("kernel: [UFW ALLOW] ", Verdict.Allowed, "allow", "UFW ALLOW")]
    [InlineData("kernel: [UFW AUDIT] ", Verdict.None, null, "UFW AUDIT")]
    [InlineData("kernel: FINAL_REJECT: ", Verdict.Denied, "final_reject", "FINAL_REJECT")]
    [InlineData("kernel: filter_IN_public_DROP: ", Verdict.Denied, "filter_in_public_drop", "filter_IN_public_DROP")]
    [InlineData(
        "kernel: filter_IN_block_ACCEPT: ",
        Verdict.Allowed,
        "filter_in_block_accept",
        "filter_IN_block_ACCEPT"
    )]
    [InlineData("kernel: iptables DROP_INPUT: ", Verdict.Denied, "drop_input", "iptables DROP_INPUT")]
    [InlineData("kernel: Shorewall:net-fw:DROP:", Verdict.Denied, "drop", "Shorewall:net-fw:DROP")]
    [InlineData("kernel: Firewall: *TCP_IN Blocked* ", Verdict.Denied, "blocked", "Firewall: *TCP_IN Blocked")]
    [InlineData("kernel: DROPIN=", Verdict.Denied, "drop", "DROP")]
    [InlineData("nft-drop:  ", Verdict.Denied, "nft-drop", "nft-drop")]
    [InlineData("kernel: fwlogdrop ", Verdict.Denied, "fwlogdrop", "fwlogdrop")]
    [InlineData("kernel: new ssh connection ", Verdict.None, null, "new ssh connection")]
    [InlineData("kernel: ", Verdict.None, null, null)]
    [InlineData("kernel: [WAN_IN-default-D]", Verdict.Denied, "drop", "WAN_IN")]
    [InlineData("kernel: [WAN_IN-2000-R]", Verdict.Denied, "reject", "WAN_IN")]
    [InlineData("kernel: [WAN_OUT-2000-A]", Verdict.Allowed, "accept", "WAN_OUT")]
    [InlineData("[WAN_LOCAL-D-2147483647] DESCR=\"x\" ", Verdict.Denied, "drop", "WAN_LOCAL-2147483647")]
    public void The_prefix_of_the_rule_says_the_verdict(string prefix, Verdict verdict, string? action, string? rule)
    {
        var packet = prefix.EndsWith("IN=", StringComparison.Ordinal) ? Packet[3..] : Packet;

        var read = Parsing.EventOf("May  5 18:40:50 gw " + prefix + packet);

        Assert.Equal(verdict, read.Verdict);
        Assert.Equal(action, read.Action);
        Assert.Equal(rule, read.Rule);
        Assert.Equal(("198.51.100.7", 4000), (read.Source?.ToString(), read.SourcePort));
        Assert.Equal(("203.0.113.1", 23), (read.Destination?.ToString(), read.DestinationPort));
        Assert.Equal(("tcp", "gw"), (read.Transport, read.Observer));
    }

    [Fact]
    public void Of_an_ICMP_error_the_outer_packet_counts()
    {
        var read = Parsing.EventOf(
            "May  5 18:40:50 gw kernel: DROP: IN=eth0 OUT= SRC=198.51.100.7 DST=203.0.113.1 PROTO=ICMP TYPE=3 CODE=3 [SRC=203.0.113.1 DST=198.51.100.7 PROTO=UDP SPT=53 DPT=4000 LEN=40 ]"
        );

        Assert.Equal("198.51.100.7", read.Source?.ToString());
        Assert.Equal("icmp", read.Transport);
        Assert.Null(read.DestinationPort);
    }

    [Fact]
    public void A_line_that_was_cut_off_says_so() =>
        Assert.Contains(
            "cut off",
            Parsing.Read("May  5 18:40:50 gw kernel: TTL=126 ID=15317 PROTO=TCP SPT=59344 DPT=443").Reading.Problem
        );
}
