namespace Denywatch.Events.Tests.Integrations;

public sealed class PanOsTests
{
    [Theory]
    [InlineData("TRAFFIC", "drop", "deny", Verdict.Denied, "action=deny")]
    [InlineData("TRAFFIC", "end", "reset both", Verdict.Denied, "action=reset both")]
    [InlineData("TRAFFIC", "end", "drop ICMP", Verdict.Denied, "action=drop icmp")]
    [InlineData("TRAFFIC", "deny", "", Verdict.Denied, "subtype=deny")]
    [InlineData("TRAFFIC", "end", "allow", Verdict.Allowed, "action=allow")]
    [InlineData("THREAT", "url", "block-url", Verdict.Denied, "action=block-url")]
    [InlineData("THREAT", "spyware", "sinkhole", Verdict.Denied, "action=sinkhole")]
    [InlineData("THREAT", "vulnerability", "drop-packet", Verdict.Denied, "action=drop-packet")]
    [InlineData("THREAT", "vulnerability", "alert", Verdict.None, null)]
    public void The_action_or_the_subtype_decides(
        string type,
        string subtype,
        string action,
        Verdict verdict,
        string? reason
    )
    {
        var read = Parsing.EventOf(Row(type, subtype, action));

        Assert.Equal(verdict, read.Verdict);
        Assert.Equal(reason, read.Reason);
    }

    [Fact]
    public void Columns_are_read_by_place()
    {
        var read = Parsing.EventOf("<14>May  5 18:40:50 pa1 " + Row("TRAFFIC", "drop", "deny", repeat: "4"));

        Assert.Equal(("198.51.100.7", 4000), (read.Source?.ToString(), read.SourcePort));
        Assert.Equal(("203.0.113.1", 445), (read.Destination?.ToString(), read.DestinationPort));
        Assert.Equal(("tcp", "pa1", "block, all"), (read.Transport, read.Observer, read.Rule));
        Assert.Equal(4, read.Count);
        Assert.Equal(new DateTimeOffset(2024, 5, 5, 18, 40, 49, TimeSpan.Zero), read.Timestamp);
    }

    [Theory]
    [InlineData("end", "0", Verdict.Unanswered)]
    [InlineData("end", "3", Verdict.Allowed)]
    [InlineData("start", "0", Verdict.Allowed)]
    public void An_allowed_session_that_received_nothing_was_not_answered(
        string subtype,
        string received,
        Verdict verdict
    ) =>
        Assert.Equal(
            verdict,
            Parsing
                .EventOf(
                    Row("TRAFFIC", subtype, "allow")
                        + $",2024/05/05 18:40:20,30,any,,1,0x0,AT,US,,1,{received},aged-out"
                )
                .Verdict
        );

    [Fact]
    public void A_row_that_was_cut_off_says_so() =>
        Assert.Contains(
            "cut off",
            Parsing.Read("1,2024/05/05 18:40:50,0123,TRAFFIC,drop,1,2024/05/05 18:40:49,198.51.100.7").Reading.Problem
        );

    [Fact]
    public void Other_log_types_hold_no_verdict()
    {
        var (reading, events) = Parsing.Read(
            "1,2024/05/05 18:40:50,0123,SYSTEM,general,0,2024/05/05 18:40:49,,general,,0,0,general,high,\"denied\""
        );

        Assert.Null(reading.Problem);
        Assert.Empty(events);
    }

    private static string Row(string type, string subtype, string action, string repeat = "1") =>
        $"1,2024/05/05 18:40:50,0123,{type},{subtype},2816,2024/05/05 18:40:49,198.51.100.7,203.0.113.1,,,\"block, all\",,,app,vsys1,u,t,e1,e2,fwd,2024/05/05 18:40:50,7,{repeat},4000,445,0,0,0x0,tcp,{action},66,66,0,1";
}
