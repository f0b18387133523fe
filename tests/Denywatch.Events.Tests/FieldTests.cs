using System.Net;
using System.Text;
using Denywatch.Events.Integrations;
using Denywatch.Events.Text;

namespace Denywatch.Events.Tests;

public sealed class FieldTests
{
    [Fact]
    public void Any_IPv6_address_is_read_as_the_framework_reads_it()
    {
        var random = new Random(6);
        var bytes = new byte[16];
        for (var round = 0; round < 5000; round++)
        {
            random.NextBytes(bytes);
            // Runs of zeros are what the short form is about.
            for (var zeros = random.Next(0, 12); zeros > 0; zeros--)
                bytes[random.Next(16)] = 0;
            var address = new IPAddress(bytes);
            var longForm = string.Join(
                ':',
                Enumerable.Range(0, 8).Select(i => $"{(bytes[2 * i] << 8) | bytes[(2 * i) + 1]:X4}")
            );

            foreach (var text in new[] { address.ToString(), longForm, $"[{address}]", $"{address}%eth0" })
                Assert.Equal(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address, Of(text));
        }
    }

    [Theory]
    [InlineData("::", "::")]
    [InlineData("::1", "::1")]
    [InlineData("2001:db8::", "2001:db8::")]
    [InlineData("::ffff:192.0.2.1", "192.0.2.1")]
    [InlineData("64:ff9b::192.0.2.1", "64:ff9b::c000:201")]
    [InlineData("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0")]
    [InlineData("192.0.2.1", "192.0.2.1")]
    [InlineData("010.0.0.1", "10.0.0.1")]
    public void Short_and_mixed_forms_are_addresses(string text, string address) =>
        Assert.Equal(IPAddress.Parse(address), Of(text));

    [Theory]
    [InlineData(":")]
    [InlineData(":::")]
    [InlineData("1::2::3")]
    [InlineData("1:2:3:4:5:6:7:8:9")]
    [InlineData("1:2:3:4:5:6:7:")]
    [InlineData("12345::")]
    [InlineData("00:50:56:00:00:01")]
    [InlineData("fe80::g")]
    [InlineData("1.2.3")]
    [InlineData("10.0.0.256")]
    [InlineData("http://192.0.2.1")]
    public void What_only_looks_like_an_address_is_none(string text) => Assert.Null(Of(text));

    [Theory]
    [InlineData("deny", Verdict.Denied)]
    [InlineData("DROPPED", Verdict.Denied)]
    [InlineData("flow_dropped", Verdict.Denied)]
    [InlineData("layer3-firewall-denied-flow", Verdict.Denied)]
    [InlineData("blockedByPolicy", Verdict.Denied)]
    [InlineData("Block/Reset", Verdict.Denied)]
    [InlineData("reset-both", Verdict.Denied)]
    [InlineData("block-continue", Verdict.Denied)]
    [InlineData("Allowed", Verdict.Allowed)]
    [InlineData("passthrough", Verdict.Allowed)]
    [InlineData("not blocked", Verdict.None)]
    [InlineData("Would Block", Verdict.None)]
    [InlineData("login-denied", Verdict.None)]
    [InlineData("detectOnly", Verdict.None)]
    [InlineData("IDS:Reset", Verdict.None)]
    [InlineData("unblocked", Verdict.None)]
    [InlineData("dropbox", Verdict.None)]
    [InlineData("alert", Verdict.None)]
    [InlineData("", Verdict.None)]
    public void An_action_word_means_the_same_with_every_vendor(string word, Verdict verdict) =>
        Assert.Equal(verdict, ActionWords.Of(Encoding.UTF8.GetBytes(word)));

    [Theory]
    [InlineData("2024-05-05T18:40:50Z", 0)]
    [InlineData("2024-05-05 20:40:50 +0200", 0)]
    [InlineData("2024-05-05 18:40:50 UTC", 0)]
    [InlineData("2024/05/05 18:40:50", 0)]
    [InlineData("1714934450", 0)]
    [InlineData("1714934450.250000", 250)]
    [InlineData("1714934450250", 250)]
    [InlineData("1714934450250000", 250)]
    [InlineData("1714934450250000000", 250)]
    [InlineData("May 05 2024 18:40:50", 0)]
    [InlineData("May 05 2024 18:40:50.250 UTC", 250)]
    [InlineData("Sun May  5 18:40:50 2024", 0)]
    [InlineData("Sun, May 5 2024 18:40:50", 0)]
    public void A_time_is_read_in_every_shape(string text, int milliseconds) =>
        Assert.Equal(
            new DateTimeOffset(2024, 5, 5, 18, 40, 50, milliseconds, TimeSpan.Zero),
            AnyTime.Of(Encoding.UTF8.GetBytes(text), Parsing.Receipt())
        );

    [Theory]
    [InlineData("05/05/2024 18:40:50", "dd/MM/yyyy HH:mm:ss")]
    [InlineData("5/5/24 6:40:50 PM", "M/d/yy h:mm:ss a")]
    [InlineData("20240505184050", "yyyyMMddHHmmss")]
    [InlineData("05/May/2024:20:40:50 +0200", "dd/MMM/yyyy:HH:mm:ss Z")]
    [InlineData("Sun May 05 20:40:50 CEST 2024", "EEE MMM dd HH:mm:ss z yyyy")]
    [InlineData("2024-05-05T18:40:50.000Z", "yyyy-MM-dd'T'HH:mm:ss.SSSX")]
    [InlineData("05.05.2024 20:40:50 Europe/Vienna", "dd.MM.yyyy HH:mm:ss z")]
    public void A_time_is_read_in_the_shape_that_a_pattern_tells(string text, string pattern) =>
        Assert.Equal(
            new DateTimeOffset(2024, 5, 5, 18, 40, 50, TimeSpan.Zero),
            PatternTime.Of(Encoding.UTF8.GetBytes(text), Encoding.UTF8.GetBytes(pattern), TimeZoneInfo.Utc)
        );

    [Theory]
    [InlineData("31/02/2024 18:40:50", "dd/MM/yyyy HH:mm:ss")]
    [InlineData("05/05/2024 25:40:50", "dd/MM/yyyy HH:mm:ss")]
    [InlineData("05-05-2024", "dd/MM/yyyy")]
    [InlineData("", "dd/MM/yyyy")]
    [InlineData("05/05/2024", "")]
    [InlineData("05/05/2024", "'dd")]
    [InlineData("05/05/2024", "QQ/MM/yyyy")]
    public void A_time_of_another_shape_is_none(string text, string pattern) =>
        Assert.Null(PatternTime.Of(Encoding.UTF8.GetBytes(text), Encoding.UTF8.GetBytes(pattern), TimeZoneInfo.Utc));

    private static IPAddress? Of(string text) => ((ReadOnlySpan<byte>)Encoding.UTF8.GetBytes(text)).Address();
}
