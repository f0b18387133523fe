using System.Text;

namespace Denywatch.Events.Tests;

public sealed class NoticeTests
{
    [Theory]
    [InlineData(
        "May 05 2024 18:40:50 fw1 : %ASA-5-111008: User 'alice' executed the 'access-list in extended deny ip any any' command.",
        "alice",
        "User 'alice' executed the 'access-list in extended deny ip any any' command."
    )]
    [InlineData(
        "May 05 2024 18:40:50 fw1 : %ASA-5-111010: User 'bob', running 'CLI' from IP 192.0.2.200, executed 'write memory'",
        "bob",
        "User 'bob', running 'CLI' from IP 192.0.2.200, executed 'write memory'"
    )]
    [InlineData(
        "<14>May  5 18:40:50 fw1 1,2024/05/05 18:40:50,0123,CONFIG,0,0,2024/05/05 18:40:50,192.0.2.200,,edit,alice,Web,Succeeded,rulebase security rules block-in,1,0x0",
        "alice",
        "edit rulebase security rules block-in"
    )]
    [InlineData(
        "date=2024-05-05 time=18:40:50 devname=\"fw1\" logid=\"0100044547\" type=\"event\" subtype=\"system\" logdesc=\"Object attribute configured\" user=\"alice\" action=\"Edit\" cfgpath=\"firewall.policy\" cfgobj=\"7\" msg=\"Edit firewall.policy 7\"",
        "alice",
        "Edit firewall.policy 7"
    )]
    public void A_changed_configuration_is_a_marker_without_verdict(string line, string by, string what)
    {
        var read = Parsing.EventOf(line);

        Assert.Equal((EventKind.Change, Verdict.None), (read.Kind, read.Verdict));
        Assert.Equal((by, what, "fw1"), (read.By, read.Reason, read.Observer));
        Assert.Equal(new DateTimeOffset(2024, 5, 5, 18, 40, 50, TimeSpan.Zero), read.Timestamp);
    }

    [Fact]
    public void A_change_that_failed_is_none() =>
        Assert.Empty(
            Parsing
                .Read(
                    "1,2024/05/05 18:40:50,0123,CONFIG,0,0,2024/05/05 18:40:50,192.0.2.200,,commit,alice,Web,Failed,,1,0x0"
                )
                .Events
        );

    [Theory]
    [InlineData("<4>May  5 18:40:50 gw kernel: net_ratelimit: 12 callbacks suppressed", 12)]
    [InlineData("<46>May  5 18:40:50 gw systemd-journald[312]: Suppressed 1460 messages from app.service", 1460)]
    [InlineData("<46>May  5 18:40:50 gw rsyslogd: imjournal: 88 messages lost due to rate-limiting", 88)]
    [InlineData(
        "May 05 2024 18:40:50 gw : %ASA-1-106101: Number of cached deny-flows for ACL log has reached limit (4096).",
        1
    )]
    public void What_a_device_left_out_is_told(string line, long count)
    {
        var read = Parsing.EventOf(line);

        Assert.Equal((EventKind.Suppressed, Verdict.None), (read.Kind, read.Verdict));
        Assert.Equal((count, "gw"), (read.Count, read.Observer));
    }

    [Fact]
    public void A_repeated_line_counts_as_often_as_the_syslog_daemon_says()
    {
        var reader = new EventReader();
        const string Denied =
            "[UFW BLOCK] IN=eth0 OUT= SRC=198.51.100.7 DST=203.0.113.10 LEN=60 PROTO=TCP SPT=40112 DPT=23";

        var first = Read("<4>May  5 18:40:50 gw kernel: " + Denied, reader);
        var folded = Read("<4>May  5 18:41:20 gw last message repeated 3 times", reader);
        var whole = Read($"<4>May  5 18:41:30 gw kernel: message repeated 5 times: [ {Denied}]", reader);
        var other = Read("<4>May  5 18:41:40 gw2 last message repeated 9 times", reader);

        Assert.Equal([1], first.Select(read => read.Count));
        Assert.Equal([3], folded.Select(read => read.Count));
        Assert.Equal(new DateTimeOffset(2024, 5, 5, 18, 41, 20, TimeSpan.Zero), Assert.Single(folded).Timestamp);
        Assert.Equal([5], whole.Select(read => read.Count));
        Assert.Equal("198.51.100.7", Assert.Single(whole).Source?.ToString());
        Assert.Empty(other);
    }

    [Fact]
    public void Other_lines_of_a_known_firewall_are_no_rejects_unless_they_could_be_denies()
    {
        var reader = new EventReader();
        Read(
            "<4>May  5 18:40:50 gw kernel: [UFW BLOCK] IN=eth0 OUT= SRC=198.51.100.7 DST=203.0.113.10 PROTO=TCP",
            reader
        );

        var (harmless, _) = Parsing.Read(Bytes("<30>May  5 18:40:51 gw backup: 12 files copied to 192.0.2.9"), reader);
        var (perhaps, _) = Parsing.Read(
            Bytes("<30>May  5 18:40:52 gw newfw: connection from 198.51.100.9 denied"),
            reader
        );
        var (unknown, _) = Parsing.Read("<30>May  5 18:40:51 gw backup: 12 files copied to 192.0.2.9");

        Assert.Equal(("iptables", null), (harmless.Integration, harmless.Problem));
        Assert.StartsWith("no integration recognises this line", perhaps.Problem, StringComparison.Ordinal);
        Assert.True(unknown.IsRejected);
    }

    private static List<FirewallEvent> Read(string line, EventReader reader) =>
        Parsing.Read(Bytes(line), reader).Events;

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
