namespace Denywatch.Events.Tests.Integrations;

public sealed class PfSenseTests
{
    [Theory]
    [InlineData("block", "in", Verdict.Denied, Direction.Inbound)]
    [InlineData("reject", "out", Verdict.Denied, Direction.Outbound)]
    [InlineData("pass", "in", Verdict.Allowed, Direction.Inbound)]
    [InlineData("rdr", "in", Verdict.None, Direction.Inbound)]
    public void The_action_is_the_verdict(string action, string way, Verdict verdict, Direction direction)
    {
        var read = Parsing.EventOf(
            $"<134>1 2024-05-05T18:40:50+02:00 pf1 filterlog 42 - - 4,,,1000000103,igb0,match,{action},{way},4,0x0,,50,1,0,DF,6,tcp,60,198.51.100.7,203.0.113.1,4000,3389,0,S,1,,64240,,mss"
        );

        Assert.Equal((verdict, direction), (read.Verdict, read.Direction));
        Assert.Equal(("198.51.100.7", 4000), (read.Source?.ToString(), read.SourcePort));
        Assert.Equal(("203.0.113.1", 3389), (read.Destination?.ToString(), read.DestinationPort));
        Assert.Equal(("tcp", "pf1", "1000000103"), (read.Transport, read.Observer, read.Rule));
    }

    [Fact]
    public void IPv6_rows_have_columns_of_their_own()
    {
        var read = Parsing.EventOf(
            "<134>May  5 18:40:50 opn filterlog[42]: 6,,,abc,igb1,match,block,in,6,0x00,0xf6279,1,UDP,17,32,2001:db8::7,2001:db8::1,546,547,32"
        );

        Assert.Equal(("2001:db8::7", 547, "udp"), (read.Source?.ToString(), read.DestinationPort, read.Transport));
    }

    [Fact]
    public void A_row_without_the_name_of_its_program_is_known_by_its_shape() =>
        Assert.Equal(
            "pfsense",
            Parsing
                .Read(
                    "4,,,1000000103,igb0,match,block,in,4,0x0,,50,1,0,DF,1,icmp,60,198.51.100.7,203.0.113.1,request,1,2"
                )
                .Reading.Integration
        );

    [Theory]
    [InlineData("4,,,1", "filterlog row has 4 fields; action, direction and IP version are fields 7 to 9")]
    [InlineData("4,,,1,igb0,match,block,in,5,0x0", "filterlog field 9 is \"5\"; the IP version 4 or 6 belongs there")]
    [InlineData(
        "4,,,1,igb0,match,block,in,4,0x0,,50,1,0,DF,6,tcp,60,nonsense",
        "filterlog field 19 is not a source address"
    )]
    public void A_broken_row_says_where(string row, string problem) =>
        Assert.Equal(problem, Parsing.Read("<134>May  5 18:40:50 pf1 filterlog[42]: " + row).Reading.Problem);
}
