using System.Text;
using Denywatch.Events.Integrations;

namespace Denywatch.Events.Tests;

public sealed class EventReaderTests
{
    [Theory]
    [InlineData("\"hello world\"", "no integration recognises this line, which starts with \"\"hello world\"\"")]
    [InlineData("a\0b", "the line holds NUL bytes")]
    public void A_line_that_nobody_knows_is_rejected_with_its_start(string line, string problem) =>
        Assert.StartsWith(problem, Parsing.Read(line).Reading.Problem, StringComparison.Ordinal);

    [Fact]
    public void A_line_of_10_MB_is_rejected_unread()
    {
        var (reading, events) = Parsing.Read(
            new byte[10_000_000]
                .Select(_ => (byte)'x')
                .ToArray(),
            new EventReader()
        );

        Assert.Contains("10000000 bytes long", reading.Problem);
        Assert.Empty(events);
    }

    [Fact]
    public void UTF16_is_named()
    {
        var (reading, _) = Parsing.Read(Encoding.Unicode.GetBytes("date=2024-05-05 type=traffic"), new EventReader());

        Assert.Contains("UTF-16", reading.Problem);
    }

    [Fact]
    public void Blank_lines_are_no_problem() => Assert.Null(Parsing.Read("  \r\n").Reading.Problem);

    [Fact]
    public void A_relay_with_many_devices_is_followed_line_by_line()
    {
        var reader = new EventReader();
        var names = Catalogue
            .All.SelectMany(integration => Catalogue.SamplesOf(integration).Take(2))
            .Select(line => Parsing.Read(Encoding.UTF8.GetBytes(line), reader).Reading.Integration);

        Assert.Equal(
            string.Join(' ', Catalogue.All.Select(integration => integration.Name)),
            string.Join(' ', names.Distinct(StringComparer.Ordinal))
        );
    }

    [Fact]
    public void A_pinned_source_reads_one_format_only()
    {
        var (reading, _) = Parsing.Read(
            "4,,,1,igb0,match,block,in,4,0x0,,5,1,0,DF,6,tcp,60,198.51.100.7,203.0.113.1,1,2",
            pinned: "cisco_asa"
        );

        Assert.StartsWith(
            "Cisco ASA and Firepower (FTD) does not know this line",
            reading.Problem,
            StringComparison.Ordinal
        );
        Assert.Throws<ArgumentException>(() => new EventReader("no_such_thing"));
    }

    [Fact]
    public void Every_sample_is_read_by_its_integration_when_that_is_pinned()
    {
        foreach (var integration in Catalogue.All.Where(one => one.Name is not ("ecs" or "counts_csv")))
        {
            var reader = new EventReader(integration.Name);
            foreach (var line in Catalogue.SamplesOf(integration))
                Assert.Equal(new(integration.Name, null), Parsing.Read(Encoding.UTF8.GetBytes(line), reader).Reading);
        }
    }

    [Fact]
    public void Other_daemons_of_a_firewall_are_understood_without_an_event()
    {
        var (reading, events) = Parsing.Read("<30>May  5 18:40:50 gw dhcpd[42]: DHCPACK on 10.0.0.7");

        Assert.Null(reading.Problem);
        Assert.Empty(events);
    }

    [Fact]
    public void A_line_without_a_host_belongs_to_its_peer() =>
        Assert.Equal(
            "192.0.2.99",
            Parsing
                .EventOf(
                    "May 05 2024 18:40:50: %ASA-4-106016: Deny IP spoof from (10.0.0.1) to 10.0.0.2",
                    peer: "192.0.2.99"
                )
                .Observer
        );

    [Fact]
    public void Names_that_are_not_UTF8_are_read_as_Latin1()
    {
        var line = Encoding.Latin1.GetBytes(
            "date=2024-05-05 time=18:40:50 devname=\"Zürich\" logid=1 type=traffic subtype=x srcip=10.0.0.1 action=deny"
        );

        Assert.Equal("Zürich", Assert.Single(Parsing.Read(line, new EventReader()).Events).Observer);
    }

    [Fact]
    public void Damaged_lines_never_throw_and_every_rejection_has_a_reason()
    {
        var random = new Random(20240505);
        var samples = Catalogue.All.SelectMany(Catalogue.SamplesOf).Select(Encoding.UTF8.GetBytes).ToArray();
        var readers = Catalogue
            .All.Select(integration => new EventReader(integration.Name))
            .Append(new EventReader())
            .ToArray();

        for (var round = 0; round < 40_000; round++)
        {
            var line = Damage(samples[random.Next(samples.Length)], samples, random);
            foreach (var reader in readers)
            {
                var (reading, events) = Parsing.Read(line, reader);
                Assert.False(reading.Problem?.Length == 0);
                Assert.All(events, read => Assert.True(read.Count >= 1));
            }
        }
    }

    [Fact]
    public void Random_bytes_never_throw()
    {
        var random = new Random(3164);
        var reader = new EventReader();
        for (var round = 0; round < 20_000; round++)
        {
            var line = new byte[random.Next(0, 300)];
            random.NextBytes(line);
            Parsing.Read(line, reader);
        }
    }

    private static byte[] Damage(byte[] sample, byte[][] samples, Random random)
    {
        var line = sample.ToArray();
        switch (random.Next(4))
        {
            case 0:
                return line[..random.Next(line.Length)];
            case 1:
                return [.. line[..random.Next(line.Length)], .. samples[random.Next(samples.Length)]];
            case 2:
                return line[random.Next(line.Length)..];
            default:
                for (var i = random.Next(1, 12); i > 0; i--)
                    line[random.Next(line.Length)] = (byte)random.Next(256);
                return line;
        }
    }
}
