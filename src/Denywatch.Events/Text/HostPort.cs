using System.Net;

namespace Denywatch.Events.Text;

/// <summary>
/// One end of a connection in any notation: <c>192.0.2.1</c>, <c>192.0.2.1:80</c>, <c>192.0.2.1:80:X1</c>,
/// <c>192.0.2.1/80</c>, <c>192.0.2.1(80)</c>, <c>[2001:db8::1]:80</c>, <c>2001:db8::1(80)</c>. Null is what is not there.
/// </summary>
internal readonly record struct HostPort(IPAddress? Address, int? Port)
{
    public static HostPort Read(ReadOnlySpan<byte> token)
    {
        Split(token, out var address, out var port);
        return new(address.Address(), port.Port());
    }

    /// <summary>The texts of address and port; empty where there is none.</summary>
    public static void Split(ReadOnlySpan<byte> token, out ReadOnlySpan<byte> address, out ReadOnlySpan<byte> port)
    {
        token = token.Trim("<>,;"u8);
        port = [];
        var end = token.StartsWith((byte)'[') ? token.IndexOf((byte)']') + 1 : token.IndexOfAny(":/("u8);
        // A colon behind no dot belongs to an IPv6 address.
        if (end > 0 && end < token.Length && token[end] == ':' && token[0] != '[' && !token[..end].Contains((byte)'.'))
            end = token.IndexOfAny((byte)'/', (byte)'(');
        if (end <= 0)
        {
            address = token.TrimEnd((byte)'.');
            return;
        }
        address = token[..end];
        if (end + 1 >= token.Length)
            return;
        port = token[(end + 1)..];
        var digits = port.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        port = digits < 0 ? port : port[..digits];
    }

    /// <summary>The ends around the first arrow of the text: <c>a/1->b/2</c>, <c>a(1) -> b(2)</c>, <c>a:1 => b:2</c>.</summary>
    /// <param name="behind">What follows the second end.</param>
    public static bool TryPair(
        ReadOnlySpan<byte> text,
        out ReadOnlySpan<byte> source,
        out ReadOnlySpan<byte> destination,
        out ReadOnlySpan<byte> behind
    )
    {
        source = destination = behind = [];
        var arrow = text.IndexOf("->"u8);
        if (arrow < 0)
            arrow = text.IndexOf("=>"u8);
        if (arrow < 1)
            return false;

        var before = text[..arrow].TrimEnd(" ="u8);
        source = before[(before.LastIndexOfAny(" \t,<"u8) + 1)..];
        var after = text[(arrow + 2)..].TrimStart((byte)' ');
        var end = after.IndexOfAny(" ,>"u8);
        destination = end < 0 ? after : after[..end];
        behind = end < 0 ? [] : after[end..];
        return true;
    }
}
