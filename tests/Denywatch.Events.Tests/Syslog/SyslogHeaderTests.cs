using System.Text;
using Denywatch.Events.Syslog;

namespace Denywatch.Events.Tests.Syslog;

public sealed class SyslogHeaderTests
{
    [Theory]
    [InlineData(
        "<134>1 2024-05-05T18:40:50+02:00 gw filterlog 42 - - 1,2",
        "gw",
        "filterlog",
        "1,2",
        "2024-05-05T16:40:50Z"
    )]
    [InlineData(
        "<134>1 2024-05-05T18:40:50Z gw app 42 ID7 [a b=\"x ]\\\" y\"][c d=\"1\"] \uFEFFtext",
        "gw",
        "app",
        "text",
        "2024-05-05T18:40:50Z"
    )]
    [InlineData("<134>1 - gw app - - - text", "gw", "app", "text", null)]
    [InlineData("1 2024-05-05T18:40:50Z gw app - - - text", "gw", "app", "text", "2024-05-05T18:40:50Z")]
    [InlineData("<4>May  5 18:40:50 gw kernel: [1.2] text", "gw", "kernel", "[1.2] text", "2024-05-05T18:40:50Z")]
    [InlineData("May  5 18:40:50 gw filterlog[42]: text", "gw", "filterlog", "text", "2024-05-05T18:40:50Z")]
    [InlineData("<190>May  5 18:40:50 dhcpd[42]: text", null, "dhcpd", "text", "2024-05-05T18:40:50Z")]
    [InlineData("<166>May 05 2024 18:40:50 gw : %ASA-6-1: text", "gw", null, "%ASA-6-1: text", "2024-05-05T18:40:50Z")]
    [InlineData("<166>May 05 2024 18:40:50 gw: %ASA-6-1: text", "gw", null, "%ASA-6-1: text", "2024-05-05T18:40:50Z")]
    [InlineData("May 05 2024 18:40:50: %ASA-6-1: text", null, null, "%ASA-6-1: text", "2024-05-05T18:40:50Z")]
    [InlineData("<166>May 05 2024 18:40:50 CEST: %ASA-6-1: text", null, null, "%ASA-6-1: text", "2024-05-05T16:40:50Z")]
    [InlineData("<166>:May 05 18:40:50 UTC: %ASA-6-1: text", null, null, "%ASA-6-1: text", "2024-05-05T18:40:50Z")]
    [InlineData("<190>4711: sw1: *May  5 2024 18:40:50: %A-6-B: c", "sw1", null, "%A-6-B: c", "2024-05-05T18:40:50Z")]
    [InlineData("<189>RP/0/RSP0/CPU0:May  5 18:40:50.5 : a[2]: c", null, "a", "c", "2024-05-05T18:40:50.5Z")]
    [InlineData("<189>: 2024 May  5 18:40:50 UTC: %A-6-B: c", null, null, "%A-6-B: c", "2024-05-05T18:40:50Z")]
    [InlineData("<134>1 1714934450.5 mx1 flows src=a", "mx1", null, "flows src=a", "2024-05-05T18:40:50.5Z")]
    [InlineData("1714934450.123456789 mx1 flows src=a", "mx1", null, "flows src=a", "2024-05-05T18:40:50.1234567Z")]
    [InlineData("<30>2024:05:05-18:40:50 utm ulogd[1]: id", "utm", "ulogd", "id", "2024-05-05T18:40:50Z")]
    [InlineData("<129>2024-05-05 20:40:50.5 +0200  waf NF a", "waf", null, "NF a", "2024-05-05T18:40:50.5Z")]
    [InlineData("<174>May  5 18:40:50 INFO  uvm[0]:  {}", null, "uvm", "{}", "2024-05-05T18:40:50Z")]
    [InlineData("2024-05-05T18:40:50.5+0200 gw kernel: text", "gw", "kernel", "text", "2024-05-05T16:40:50.5Z")]
    [InlineData(
        "May  5 18:40:50 10.0.0.1 585917: May  5 18:40:47.272: %SEC-6-X: text",
        "10.0.0.1",
        null,
        "%SEC-6-X: text",
        "2024-05-05T18:40:47.272Z"
    )]
    [InlineData(
        "<13>May  5 18:40:51 relay <166>May  5 2024 18:40:50 gw : %ASA-6-1: text",
        "gw",
        null,
        "%ASA-6-1: text",
        "2024-05-05T18:40:50Z"
    )]
    [InlineData(
        "<13>1 2024-05-05T18:40:51Z relay - - - - <4>May  5 18:40:50 gw kernel: text",
        "gw",
        "kernel",
        "text",
        "2024-05-05T18:40:50Z"
    )]
    [InlineData("May  5 18:40:50 office user.info kernel: text", "office", "kernel", "text", "2024-05-05T18:40:50Z")]
    [InlineData("<189>date=2024-05-05 time=18:40:50 x=1", null, null, "date=2024-05-05 time=18:40:50 x=1", null)]
    [InlineData("2024-05-05T18:40:50Z,12", null, null, "2024-05-05T18:40:50Z,12", null)]
    [InlineData("plain text", null, null, "plain text", null)]
    public void A_header_is_read_off_the_message(
        string line,
        string? host,
        string? program,
        string message,
        string? time
    )
    {
        var read = SyslogHeader.Read(Encoding.UTF8.GetBytes(line), Parsing.Receipt());

        Assert.Equal(message, Encoding.UTF8.GetString(read.Message));
        Assert.Equal(host, read.HeaderHost);
        Assert.Equal(program, read.Program);
        Assert.Equal(time is null ? null : DateTimeOffset.Parse(time, null), read.HeaderTime);
    }

    [Theory]
    [InlineData("2024-01-01T00:10:00Z", "Dec 31 23:59:00 gw x: y", "2023-12-31T23:59:00Z")]
    [InlineData("2024-12-31T23:59:00Z", "Jan  1 00:01:00 gw x: y", "2025-01-01T00:01:00Z")]
    [InlineData("2024-05-05T19:00:00Z", "May  8 00:00:00 gw x: y", "2023-05-08T00:00:00Z")]
    [InlineData("2025-05-05T19:00:00Z", "Feb 29 12:00:00 gw x: y", "2024-02-29T12:00:00Z")]
    public void A_missing_year_is_the_one_nearest_before_the_receiver(string receivedAt, string line, string time)
    {
        var receipt = new Receipt(DateTimeOffset.Parse(receivedAt, null), null, TimeZoneInfo.Utc);

        Assert.Equal(
            DateTimeOffset.Parse(time, null),
            SyslogHeader.Read(Encoding.UTF8.GetBytes(line), receipt).HeaderTime
        );
    }

    [Fact]
    public void A_time_without_zone_is_in_the_zone_of_the_source()
    {
        var receipt = Parsing.Receipt(zone: TimeZoneInfo.FindSystemTimeZoneById("Europe/Vienna"));

        var read = SyslogHeader.Read("May  5 18:40:50 gw x: y"u8, receipt);

        Assert.Equal(new DateTimeOffset(2024, 5, 5, 16, 40, 50, TimeSpan.Zero), read.HeaderTime);
    }
}
