using System.IO.Compression;
using System.Text;

namespace Denywatch.Events.Tests;

public sealed class EnvelopeTests
{
    private const string One =
        "{\"timestamp\":\"2024-05-05T18:40:50Z\",\"event_type\":\"drop\",\"src_ip\":\"198.51.100.7\",\"drop\":{\"reason\":\"rules }{\"}}";

    private const string Two =
        "{\"timestamp\":\"2024-05-05T18:40:51Z\",\"event_type\":\"drop\",\"src_ip\":\"198.51.100.8\"}";

    private const string Line = "May 05 2024 18:40:50 fw1 : %ASA-4-106016: Deny IP spoof from (10.0.0.1) to 10.0.0.2";

    [Theory]
    [InlineData($"[{One},{Two}]", 2)]
    [InlineData($"[ {One} , {Two} ]", 2)]
    [InlineData($"{One}{Two}", 2)]
    [InlineData($"{One},{Two}", 2)]
    [InlineData($"{One} {Two}", 2)]
    [InlineData($"{{\"records\":[{One},{Two}]}}", 2)]
    [InlineData($"{{\"records\": [\"{Line}\", {Two}]}}", 2)]
    [InlineData($"[{One},", 1)]
    [InlineData($",{One}", 1)]
    [InlineData($"{One},", 1)]
    [InlineData($"{Two}]", 1)]
    [InlineData($"{{\"records\":[{Two}", 1)]
    [InlineData("[", 0)]
    [InlineData("]", 0)]
    [InlineData("]}", 0)]
    [InlineData(One, 1)]
    public void Documents_come_alone_in_arrays_and_back_to_back(string text, int count)
    {
        var (reading, events) = Parsing.Read(text);

        Assert.Null(reading.Problem);
        Assert.Equal(count, events.Count);
        Assert.All(events, read => Assert.Equal(Verdict.Denied, read.Verdict));
    }

    [Fact]
    public void Lines_come_in_CloudWatch_in_Pub_Sub_and_in_one_inside_the_other()
    {
        var logEvents =
            $"{{\"logGroup\":\"g\",\"logEvents\":[{{\"id\":\"1\",\"timestamp\":1,\"message\":\"{Line}\"}},{{\"id\":\"2\",\"timestamp\":1,\"message\":\"{Line}\"}}]}}";
        var data = Convert.ToBase64String(Encoding.UTF8.GetBytes(logEvents));
        var push =
            $"{{\"message\":{{\"data\":\"{data}\",\"messageId\":\"1\",\"attributes\":{{\"a\":\"b\"}}}},\"subscription\":\"s\"}}";
        var pulled =
            $"{{\"receivedMessages\":[{{\"ackId\":\"x\",\"message\":{{\"data\":\"{data}\",\"messageId\":\"1\"}}}}]}}";
        var alone = $"{{\"data\":\"{data}\",\"messageId\":\"1\"}}";

        foreach (var text in new[] { logEvents, push, pulled, alone })
        {
            var (reading, events) = Parsing.Read(text);
            Assert.Equal(("cisco_asa", null), (reading.Integration, reading.Problem));
            Assert.Equal(["fw1", "fw1"], events.Select(read => read.Observer));
        }
    }

    [Fact]
    public void Firehose_and_Lambda_carry_CloudWatch_compressed()
    {
        var logEvents =
            $"{{\"logGroup\":\"g\",\"logEvents\":[{{\"id\":\"1\",\"timestamp\":1,\"message\":\"{Line}\"}}]}}";
        using var zipped = new MemoryStream();
        using (var zipping = new GZipStream(zipped, CompressionLevel.Fastest))
            zipping.Write(Encoding.UTF8.GetBytes(logEvents));
        var data = Convert.ToBase64String(zipped.ToArray());

        foreach (
            var text in new[]
            {
                $"{{\"requestId\":\"r\",\"timestamp\":1,\"records\":[{{\"data\":\"{data}\"}}]}}",
                $"{{\"awslogs\":{{\"data\":\"{data}\"}}}}",
            }
        )
            Assert.Equal("fw1", Parsing.EventOf(text).Observer);
    }

    [Fact]
    public void A_record_that_is_rejected_says_which_and_the_others_count()
    {
        var (reading, events) = Parsing.Read($"[{One},{{\"level\":\"info\"}},{Two}]");

        Assert.StartsWith(
            "record 2: the document has none of the ECS fields",
            reading.Problem,
            StringComparison.Ordinal
        );
        Assert.Equal(2, events.Count);
    }

    [Fact]
    public void A_batch_that_is_cut_off_counts_what_came()
    {
        var (reading, events) = Parsing.Read($"[{One},{Two},{{\"timestamp\":");

        Assert.Contains("is the batch complete?", reading.Problem);
        Assert.Equal(2, events.Count);
    }

    [Fact]
    public void Envelopes_in_envelopes_end()
    {
        var text = "\"x\"";
        for (var depth = 0; depth < 20; depth++)
            text =
                $"{{\"message\":{{\"data\":\"{Convert.ToBase64String(Encoding.UTF8.GetBytes(text))}\",\"messageId\":\"1\"}},\"subscription\":\"s\"}}";

        Assert.NotNull(Parsing.Read(text).Reading.Problem);
    }

    [Fact]
    public void A_line_in_brackets_is_no_array() =>
        Assert.Equal(
            Verdict.Denied,
            Parsing
                .EventOf("[12345.6] [UFW BLOCK] IN=eth0 OUT= SRC=198.51.100.7 DST=203.0.113.1 PROTO=TCP SPT=1 DPT=22")
                .Verdict
        );
}
