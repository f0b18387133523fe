using System.Text;

namespace Denywatch.Events.Tests.Integrations;

public sealed class WindowsFirewallTests
{
    private const string Text =
        "The Windows Filtering Platform has blocked a connection.\r\n\r\nApplication Information:\r\n\tProcess ID:\t\t4\r\n\tApplication Name:\tSystem\r\n\r\nNetwork Information:\r\n\tDirection:\t\tInbound\r\n\tSource Address:\t\t198.51.100.7\r\n\tSource Port:\t\t4000\r\n\tDestination Address:\t203.0.113.1\r\n\tDestination Port:\t\t445\r\n\tProtocol:\t\t6\r\n\r\nFilter Information:\r\n\tFilter Run-Time ID:\t70000";

    public static TheoryData<string> Blocked =>
        [
            "{\"event\":{\"code\":\"5157\",\"provider\":\"Microsoft-Windows-Security-Auditing\"},\"winlog\":{\"computer_name\":\"win1\",\"event_id\":\"5157\",\"event_data\":{\"Direction\":\"%%14592\",\"SourceAddress\":\"198.51.100.7\",\"SourcePort\":\"4000\",\"DestAddress\":\"203.0.113.1\",\"DestPort\":\"445\",\"Protocol\":\"6\"},\"time_created\":\"2024-05-05T18:40:50Z\"}}",
            "{\"@timestamp\":\"2024-05-05T18:40:50Z\",\"event.code\":\"5152\",\"event.provider\":\"Microsoft-Windows-Security-Auditing\",\"host.name\":\"win1\",\"source.ip\":\"198.51.100.7\",\"source.port\":4000,\"destination.ip\":\"203.0.113.1\",\"destination.port\":445,\"network.transport\":\"tcp\",\"network.direction\":\"inbound\"}",
            "{\"EventTime\":\"2024-05-05T18:40:50Z\",\"Hostname\":\"win1\",\"EventID\":5157,\"SourceName\":\"Microsoft-Windows-Security-Auditing\",\"Direction\":\"%%14592\",\"SourceAddress\":\"198.51.100.7\",\"SourcePort\":\"4000\",\"DestAddress\":\"203.0.113.1\",\"DestPort\":\"445\",\"Protocol\":\"6\"}",
            "<Event xmlns=\"http://schemas.microsoft.com/win/2004/08/events/event\"><System><Provider Name=\"Microsoft-Windows-Security-Auditing\"/><EventID Qualifiers=\"0\">5157</EventID><TimeCreated SystemTime=\"2024-05-05T18:40:50.000Z\"/><Computer>win1</Computer></System><EventData><Data Name=\"Direction\">%%14592</Data><Data Name=\"SourceAddress\">198.51.100.7</Data><Data Name=\"SourcePort\">4000</Data><Data Name=\"DestAddress\">203.0.113.1</Data><Data Name=\"DestPort\">445</Data><Data Name=\"Protocol\">6</Data></EventData></Event>",
            "<13>1 2024-05-05T18:40:50Z win1 Microsoft-Windows-Security-Auditing 4 - - 5157: "
                + Text.Replace("\r\n", " ", StringComparison.Ordinal),
            "<13>1 2024-05-05T18:40:50Z win1 Security-Auditing 4 - - "
                + Text.Replace("\r\n", "#015#012", StringComparison.Ordinal)
                    .Replace("\t", " ", StringComparison.Ordinal),
            "<13>May  5 18:40:50 win1 MSWinEventLog\t1\tSecurity\t100\tSun May 05 18:40:50 2024\t5157\tMicrosoft-Windows-Security-Auditing\tN/A\tN/A\tFailure Audit\twin1\tFiltering Platform Connection\t\t"
                + Text.Replace("\r\n", "  ", StringComparison.Ordinal),
        ];

    [Theory]
    [MemberData(nameof(Blocked))]
    public void A_blocked_connection_is_read_from_every_shape_of_the_event(string line)
    {
        var (reading, events) = Parsing.Read(line);

        Assert.Equal(("windows_firewall", null), (reading.Integration, reading.Problem));
        var read = Assert.Single(events);
        Assert.Equal(
            (Verdict.Denied, "tcp", Direction.Inbound, "win1"),
            (read.Verdict, read.Transport, read.Direction, read.Observer)
        );
        Assert.Equal(
            ("198.51.100.7", 4000, "203.0.113.1", 445),
            (read.Source?.ToString(), read.SourcePort, read.Destination?.ToString(), read.DestinationPort)
        );
        Assert.Equal(new DateTimeOffset(2024, 5, 5, 18, 40, 50, TimeSpan.Zero), read.Timestamp);
    }

    [Theory]
    [InlineData(5152, Verdict.Denied)]
    [InlineData(5153, Verdict.Denied)]
    [InlineData(5159, Verdict.Denied)]
    [InlineData(5156, Verdict.Allowed)]
    [InlineData(5158, Verdict.Allowed)]
    public void The_event_id_decides(int id, Verdict verdict) =>
        Assert.Equal(
            verdict,
            Parsing
                .EventOf(
                    $"{{\"EventID\":{id},\"SourceName\":\"Microsoft-Windows-Security-Auditing\",\"SourceAddress\":\"198.51.100.7\",\"DestAddress\":\"203.0.113.1\"}}"
                )
                .Verdict
        );

    [Theory]
    [InlineData("DROP", "RECEIVE", Verdict.Denied, Direction.Inbound)]
    [InlineData("DROP", "SEND", Verdict.Denied, Direction.Outbound)]
    [InlineData("ALLOW", "RECEIVE", Verdict.Allowed, Direction.Inbound)]
    [InlineData("OPEN-INBOUND", "-", Verdict.Allowed, Direction.Unknown)]
    [InlineData("CLOSE", "-", Verdict.None, Direction.Unknown)]
    public void The_firewalls_own_log_is_read_without_its_head(
        string action,
        string path,
        Verdict verdict,
        Direction direction
    )
    {
        var read = Parsing.EventOf(
            $"2024-05-05 18:40:50 {action} UDP 198.51.100.7 203.0.113.1 4000 53 60 - - - - - - - {path} 4",
            peer: "win1"
        );

        Assert.Equal(
            (verdict, direction, "udp", "win1"),
            (read.Verdict, read.Direction, read.Transport, read.Observer)
        );
        Assert.Equal(new DateTimeOffset(2024, 5, 5, 18, 40, 50, TimeSpan.Zero), read.Timestamp);
    }

    [Fact]
    public void Its_columns_follow_the_head()
    {
        var reader = new EventReader();
        foreach (
            var head in new[]
            {
                "#Version: 1.5",
                "#Software: Microsoft Windows Firewall",
                "#Time Format: Local",
                "#Fields: date time action protocol dst-ip src-ip dst-port src-port path",
            }
        )
            Assert.Null(Parsing.Read(Encoding.UTF8.GetBytes(head), reader).Reading.Problem);

        var (_, events) = Parsing.Read(
            "2024-05-05 18:40:50 DROP TCP 203.0.113.1 2001:db8::7 22 4000 RECEIVE"u8.ToArray(),
            reader
        );

        Assert.Equal(
            ("2001:db8::7", 4000, 22),
            (Assert.Single(events).Source?.ToString(), events[0].SourcePort, events[0].DestinationPort)
        );
    }

    [Fact]
    public void Lines_that_it_left_out_are_told()
    {
        var read = Parsing.EventOf("2024-05-05 18:40:50 INFO-EVENTS-LOST - - - - - - - - - - - - 17 -");

        Assert.Equal((EventKind.Suppressed, 17L, Verdict.None), (read.Kind, read.Count, read.Verdict));
        Assert.Equal(new DateTimeOffset(2024, 5, 5, 18, 40, 50, TimeSpan.Zero), read.Timestamp);
    }

    [Fact]
    public void A_line_of_iptables_behind_a_time_is_not_its() =>
        Assert.Equal(
            "iptables",
            Parsing
                .Read("2024-05-05 18:40:50 DROP IN=eth0 OUT= SRC=198.51.100.7 DST=203.0.113.1 PROTO=TCP SPT=1 DPT=22")
                .Reading.Integration
        );
}
