using System.Text;
using Denywatch.Events.Integrations.Mapped;

namespace Denywatch.Events.Tests.Integrations;

public sealed class MappedTests
{
    private static readonly Dictionary<string, string> Fields = new()
    {
        ["when"] = "@timestamp",
        ["client.addr"] = "source.ip",
        ["client.port"] = "source.port",
        ["server.addr"] = "destination.ip",
        ["server.port"] = "destination.port",
        ["proto"] = "network.transport",
        ["box"] = "observer.name",
        ["acl"] = "rule.name",
        ["result"] = "event.action",
    };

    private static readonly FieldMapping Json = new() { Format = MappedFormat.Json, Fields = Fields };

    [Theory]
    [InlineData(
        MappedFormat.Json,
        null,
        "{\"when\":1714934450,\"client\":{\"addr\":\"198.51.100.7\",\"port\":4000},\"server.addr\":\"203.0.113.1\",\"server.port\":\"22\",\"proto\":\"TCP\",\"box\":\"fw1\",\"acl\":\"r 1\",\"result\":\"Dropped\"}"
    )]
    [InlineData(
        MappedFormat.KeyValue,
        null,
        "<13>May  5 18:41:00 h when=\"2024-05-05 18:40:50\" client.addr=198.51.100.7 client.port=4000 server.addr=203.0.113.1 server.port=22 proto=tcp box=fw1 acl=\"r 1\" result=dropped"
    )]
    [InlineData(
        MappedFormat.KeyValue,
        ';',
        "when=2024-05-05T18:40:50Z;client.addr=198.51.100.7;client.port=4000;server.addr=203.0.113.1;server.port=22;proto=6;box=fw1;acl=r 1;result=dropped"
    )]
    [InlineData(
        MappedFormat.Csv,
        null,
        "when,result,client.addr,client.port,server.addr,server.port,proto,x,box,acl\n2024-05-05T18:40:50Z,dropped,198.51.100.7,4000,203.0.113.1,22,6,,fw1,\"r 1\""
    )]
    [InlineData(
        MappedFormat.Csv,
        '|',
        "acl|box|proto|server.port|server.addr|client.port|client.addr|result|when\nr 1|fw1|tcp|22|203.0.113.1|4000|198.51.100.7|DROPPED|1714934450"
    )]
    public void A_mapping_says_which_field_is_what(MappedFormat format, char? separator, string lines)
    {
        var reader = new EventReader(Json with { Format = format, Separator = separator });

        List<FirewallEvent> events = [];
        foreach (var line in lines.Split('\n'))
            Assert.Null(reader.Read(Encoding.UTF8.GetBytes(line), Parsing.Receipt(), events).Problem);

        var read = Assert.Single(events);
        Assert.Equal(
            (Verdict.Denied, "action=dropped", "fw1", "r 1", "tcp"),
            (read.Verdict, read.Reason, read.Observer, read.Rule, read.Transport)
        );
        Assert.Equal(
            ("198.51.100.7", 4000, "203.0.113.1", 22),
            (read.Source?.ToString(), read.SourcePort, read.Destination?.ToString(), read.DestinationPort)
        );
        Assert.Equal(new DateTimeOffset(2024, 5, 5, 18, 40, 50, TimeSpan.Zero), read.Timestamp);
    }

    [Theory]
    [InlineData("refused", Verdict.Denied)]
    [InlineData("REFUSED", Verdict.Denied)]
    [InlineData("fine", Verdict.Allowed)]
    [InlineData("drop", Verdict.None)]
    public void Words_of_its_own_decide_alone(string word, Verdict verdict)
    {
        var reader = new EventReader(Json with { Denied = ["Refused"], Allowed = ["fine"] });

        var (_, events) = Parsing.Read(
            Encoding.UTF8.GetBytes($"{{\"client\":{{\"addr\":\"198.51.100.7\"}},\"result\":\"{word}\"}}"),
            reader
        );

        Assert.Equal(verdict, Assert.Single(events).Verdict);
    }

    [Theory]
    [InlineData(
        MappedFormat.KeyValue,
        "{\"@timestamp\":\"2024-05-05T18:40:50Z\",\"message\":\"client.addr=198.51.100.7 result=dropped\",\"host\":{\"name\":\"fw1\"}}"
    )]
    [InlineData(
        MappedFormat.Json,
        "{\"@timestamp\":\"2024-05-05T18:40:50Z\",\"message\":\"{\\\"client\\\":{\\\"addr\\\":\\\"198.51.100.7\\\"},\\\"result\\\":\\\"dropped\\\"}\",\"host\":{\"name\":\"fw1\"}}"
    )]
    public void A_shippers_document_may_carry_the_mapped_line(MappedFormat format, string line)
    {
        var reader = new EventReader(Json with { Format = format });

        var (reading, events) = Parsing.Read(Encoding.UTF8.GetBytes(line), reader);

        Assert.Equal(("mapped", null), (reading.Integration, reading.Problem));
        var read = Assert.Single(events);
        Assert.Equal((Verdict.Denied, "198.51.100.7", "fw1"), (read.Verdict, read.Source?.ToString(), read.Observer));
    }

    [Fact]
    public void A_mapping_tells_the_shape_of_its_times()
    {
        var reader = new EventReader(Json with { TimeFormat = "dd/MM/yyyy HH:mm:ss" });

        var (_, events) = Parsing.Read(
            "{\"when\":\"05/05/2024 18:40:50\",\"client.addr\":\"198.51.100.7\",\"result\":\"deny\"}"u8.ToArray(),
            reader
        );

        Assert.Equal(new DateTimeOffset(2024, 5, 5, 18, 40, 50, TimeSpan.Zero), Assert.Single(events).Timestamp);
        Assert.StartsWith(
            "@timestamp is \"2024-05-05\", which is not of the mapping's time format",
            Parsing
                .Read("{\"when\":\"2024-05-05\",\"client.addr\":\"198.51.100.7\"}"u8.ToArray(), reader)
                .Reading.Problem,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Every_line_can_be_a_deny()
    {
        var reader = new EventReader(
            new FieldMapping
            {
                Format = MappedFormat.Csv,
                Fields = new Dictionary<string, string> { ["a"] = "source.ip" },
                Columns = ["t", "a"],
                EveryLineIsDenied = true,
            }
        );

        var (_, events) = Parsing.Read("x,198.51.100.7"u8.ToArray(), reader);

        Assert.Equal(Verdict.Denied, Assert.Single(events).Verdict);
    }

    [Theory]
    [InlineData("{\"other\":1}", "no field of the mapping is in this line; it looks for when, client.addr")]
    [InlineData("{\"result\":\"deny\"}", "the field for source.ip is missing or no address: \"client.addr\"")]
    [InlineData(
        "{\"when\":\"05.05.2024\",\"client.addr\":\"198.51.100.7\",\"result\":\"deny\"}",
        "@timestamp is \"05.05.2024\", which is no time of a known shape: give the mapping a time format"
    )]
    [InlineData("{\"result\":", "broken JSON at byte")]
    [InlineData("no document", "Own mapping of fields does not know this line")]
    public void A_line_that_does_not_fit_says_what_is_missing(string line, string problem) =>
        Assert.StartsWith(
            problem,
            Parsing.Read(Encoding.UTF8.GetBytes(line), new EventReader(Json)).Reading.Problem,
            StringComparison.Ordinal
        );

    [Theory]
    [InlineData("x", "source.addr", "\"x\" goes to \"source.addr\"; it must be one of")]
    [InlineData("x", "event.action", "no field goes to source.ip")]
    [InlineData("x", "source.ip", "no field goes to event.action")]
    public void A_mapping_that_is_no_use_says_why(string name, string target, string problem)
    {
        var mapping = new FieldMapping
        {
            Format = MappedFormat.Json,
            Fields = new Dictionary<string, string> { [name] = target },
        };

        Assert.StartsWith(problem, mapping.Problem(), StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new EventReader(mapping));
    }
}
