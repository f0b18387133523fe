using System.Text;
using Denywatch.Events.Text;

namespace Denywatch.Events.Tests.Text;

public sealed class HostPortTests
{
    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1", null)]
    [InlineData("192.0.2.1:80", "192.0.2.1", 80)]
    [InlineData("192.0.2.1:80:X1", "192.0.2.1", 80)]
    [InlineData("192.0.2.1/80", "192.0.2.1", 80)]
    [InlineData("192.0.2.1(80)", "192.0.2.1", 80)]
    [InlineData("<192.0.2.1/80>", "192.0.2.1", 80)]
    [InlineData("192.0.2.1:500(target:class)-(a:b),", "192.0.2.1", 500)]
    [InlineData("192.0.2.1:99999", "192.0.2.1", null)]
    [InlineData("192.0.2.1:", "192.0.2.1", null)]
    [InlineData("2001:db8::1", "2001:db8::1", null)]
    [InlineData("2001:db8::1(80)", "2001:db8::1", 80)]
    [InlineData("2001:db8::1/80", "2001:db8::1", 80)]
    [InlineData("[2001:db8::1]:80", "2001:db8::1", 80)]
    [InlineData("[2001:db8::1]", "2001:db8::1", null)]
    [InlineData("name:80", null, null)]
    [InlineData("[", null, null)]
    [InlineData("", null, null)]
    public void An_end_is_read_in_any_notation(string text, string? address, int? port)
    {
        var end = HostPort.Read(Encoding.UTF8.GetBytes(text));

        Assert.Equal((address, port), (end.Address?.ToString(), end.Port));
    }
}
