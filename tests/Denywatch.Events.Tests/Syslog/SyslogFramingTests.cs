using System.Buffers;
using System.Text;
using Denywatch.Events.Syslog;

namespace Denywatch.Events.Tests.Syslog;

public sealed class SyslogFramingTests
{
    [Theory]
    [InlineData("<1>a\n<1>b\n", "<1>a|<1>b")]
    [InlineData("<1>a\r\n <1>b\0<1>c", "<1>a|<1>b|<1>c")]
    [InlineData("4 <1>a5 <1>bb4 <1>c", "<1>a|<1>bb|<1>c")]
    [InlineData("4 <1>a\n<1>line\n5 <1>bb", "<1>a|<1>line|<1>bb")]
    [InlineData("6 <1>a\nb4 <1>c", "<1>a\nb|<1>c")]
    [InlineData("1,2024/05/05,x\n101 1 tap IN=\n", "1,2024/05/05,x|101 1 tap IN=")]
    [InlineData("9999999 <1>a\n<1>b\n", "9999999 <1>a|<1>b")]
    [InlineData("\n\n\0 \n", "")]
    public void A_stream_is_cut_into_messages(string stream, string messages) =>
        Assert.Equal(messages, string.Join('|', Cut(Encoding.ASCII.GetBytes(stream), chunk: 1000)));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    public void Where_the_network_cuts_the_stream_does_not_matter(int chunk)
    {
        var stream = "<1>a\r\n4 <1>b12 <1>123456789\n<1>last one"u8.ToArray();

        Assert.Equal(["<1>a", "<1>b", "<1>123456789", "<1>last one"], Cut(stream, chunk));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(13)]
    [InlineData(100_000)]
    public void A_message_over_the_cap_is_cut_once_and_the_stream_goes_on(int chunk)
    {
        var stream = Encoding.ASCII.GetBytes(
            $"<1>{new string('x', 500)}\n<1>next\n300 <1>{new string('y', 297)}4 <1>z"
        );

        var framing = new SyslogFraming(longest: 64);
        var messages = Cut(stream, chunk, framing);

        Assert.Equal(["<1>" + new string('x', 61), "<1>next", "<1>" + new string('y', 61), "<1>z"], messages);
        Assert.Equal(2, framing.Truncated);
    }

    [Fact]
    public void A_sender_that_counts_is_found_again_at_the_next_count()
    {
        var stream = Encoding.ASCII.GetBytes($"4 <1>a9999999 <1>{new string('x', 500)}5 <1>ok");

        Assert.Equal("<1>ok", Cut(stream, chunk: 50, new SyslogFraming(longest: 64))[^1]);
    }

    [Fact]
    public void Random_bytes_never_wedge_the_stream()
    {
        var random = new Random(7);
        for (var round = 0; round < 300; round++)
        {
            var garbage = new byte[random.Next(1, 3000)];
            random.NextBytes(garbage);
            if (round % 2 == 0)
                Corrupt(garbage, random);
            var stream = (byte[])[.. garbage, .. "\n<1>still here\n"u8];

            var messages = Cut(stream, random.Next(1, 500), new SyslogFraming(longest: 256));

            Assert.True(messages.Sum(message => message.Length) <= stream.Length);
            Assert.All(messages, message => Assert.InRange(message.Length, 1, 256));
        }
    }

    // Bytes that mean something to the framing, in any order.
    private static void Corrupt(byte[] bytes, Random random)
    {
        var telling = "0123456789 <>\n\0\r"u8;
        for (var i = 0; i < bytes.Length; i++)
            bytes[i] = telling[random.Next(telling.Length)];
    }

    private static List<string> Cut(byte[] stream, int chunk, SyslogFraming? framing = null)
    {
        framing ??= new SyslogFraming();
        var messages = new List<string>();
        var pending = ReadOnlySequence<byte>.Empty;
        for (var at = 0; at < stream.Length; at += chunk)
        {
            var next = stream.AsMemory(at, Math.Min(chunk, stream.Length - at));
            pending = Joined(pending, next);
            while (framing.TryRead(ref pending, isCompleted: false, out var message))
                messages.Add(Encoding.Latin1.GetString(message));
        }
        while (framing.TryRead(ref pending, isCompleted: true, out var message))
            messages.Add(Encoding.Latin1.GetString(message));
        return messages;
    }

    /// <summary>Two segments, as a pipe would hand them out.</summary>
    private static ReadOnlySequence<byte> Joined(ReadOnlySequence<byte> before, ReadOnlyMemory<byte> after)
    {
        var first = new Segment(before.ToArray(), 0);
        var second = new Segment(after, first.Memory.Length);
        first.Append(second);
        return new ReadOnlySequence<byte>(first, 0, second, second.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, long index) => (Memory, RunningIndex) = (memory, index);

        public void Append(Segment next) => Next = next;
    }
}
