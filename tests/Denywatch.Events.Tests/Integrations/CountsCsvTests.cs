using System.Text;

namespace Denywatch.Events.Tests.Integrations;

public sealed class CountsCsvTests
{
    [Theory]
    [InlineData(
        "timestamp,count,firewall,source,destination,port",
        "2024-05-05T18:40:00Z,12,fw1,198.51.100.7,203.0.113.1,22"
    )]
    [InlineData("Count;Time;Observer.Name;src;dst;dst_port", "12.0;1714934400;fw1;198.51.100.7;203.0.113.1;22")]
    public void Columns_are_found_by_the_header(string header, string row)
    {
        var reader = new EventReader();

        Assert.Equal(("counts_csv", null), Take(reader, header, out _));
        Assert.Equal(("counts_csv", null), Take(reader, row, out var events));

        var read = Assert.Single(events);
        Assert.Equal((Verdict.Denied, 12L, "fw1"), (read.Verdict, read.Count, read.Observer));
        Assert.Equal(
            ("198.51.100.7", "203.0.113.1", 22),
            (read.Source?.ToString(), read.Destination?.ToString(), read.DestinationPort)
        );
        Assert.Equal(new DateTimeOffset(2024, 5, 5, 18, 40, 0, TimeSpan.Zero), read.Timestamp);
    }

    [Fact]
    public void A_zero_is_heard_and_an_empty_count_is_not()
    {
        var reader = new EventReader();
        Take(reader, "timestamp,count", out _);

        Take(reader, "2024-05-05 18:40:00,0", out var zero);
        Take(reader, "2024-05-05 18:45:00,", out var empty);

        Assert.Equal(Verdict.None, Assert.Single(zero).Verdict);
        Assert.Empty(empty);
    }

    [Theory]
    [InlineData("2024-05-05T18:40:00Z,many", "column count is \"many\"; a whole number from 0 belongs there")]
    [InlineData("2024-05-05T18:40:00Z,-3", "column count is \"-3\"; a whole number from 0 belongs there")]
    [InlineData("yesterday,3", "column timestamp is \"yesterday\"; write 2024-05-01T12:00:00Z or seconds since 1970")]
    public void A_bad_row_says_which_column(string row, string problem)
    {
        var reader = new EventReader();
        Take(reader, "timestamp,count", out _);

        Assert.Equal(("counts_csv", problem), Take(reader, row, out _));
    }

    [Fact]
    public void Each_sender_has_its_own_header()
    {
        Take(new EventReader(), "timestamp,count", out _);

        var other = Take(new EventReader(), "2024-05-05T18:40:00Z,3", out _);

        Assert.StartsWith("no integration recognises this line", other.Problem, StringComparison.Ordinal);
    }

    private static (string? Integration, string? Problem) Take(
        EventReader reader,
        string line,
        out List<FirewallEvent> events
    )
    {
        (var reading, events) = Parsing.Read(Encoding.UTF8.GetBytes(line), reader);
        return (reading.Integration, reading.Problem);
    }
}
