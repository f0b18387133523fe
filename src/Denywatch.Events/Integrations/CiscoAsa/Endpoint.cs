using System.Net;
using Denywatch.Events.Text;

namespace Denywatch.Events.Integrations.CiscoAsa;

/// <summary>
/// One end of a connection: <c>outside:10.1.2.3/443</c>, <c>inside/10.1.2.3(2006)</c>, <c>10.1.2.3</c>, with or without
/// a user in parentheses behind it. A name in place of the address leaves the address null.
/// </summary>
internal readonly record struct Endpoint(IPAddress? Address, int? Port)
{
    public static Endpoint Read(ReadOnlySpan<byte> token)
    {
        token = token.Trim(",.;"u8);
        if (token.EndsWith(":"u8) && !token.EndsWith("::"u8))
            token = token[..^1];
        var arrow = token.IndexOf("->"u8);
        if (arrow > 0)
            token = token[..arrow];
        if (token.Length > 2 && token[0] == '(' && token[^1] == ')')
            token = token[1..^1]; // "IP spoof from (0.0.0.0)"

        var bracket = token.IndexOf((byte)'(');
        var inBrackets = bracket < 0 ? [] : token[(bracket + 1)..].TrimEnd((byte)')');
        if (bracket >= 0)
            token = token[..bracket];

        var slash = token.LastIndexOf((byte)'/');
        var head = slash < 0 ? token : token[..slash];
        var tail = slash < 0 ? [] : token[(slash + 1)..];

        // "inside/10.1.2.3(2006)" of 106100: the interface comes before the slash, the port in the parentheses.
        if (tail.Address() is { } behindSlash)
            return new(behindSlash, PortOf(inBrackets));
        return new(AddressIn(head), PortOf(tail));
    }

    private static IPAddress? AddressIn(ReadOnlySpan<byte> text)
    {
        if (text.Address() is { } plain)
            return plain;
        var colon = text.IndexOf((byte)':');
        return colon < 0 ? null : text[(colon + 1)..].Address();
    }

    private static int? PortOf(ReadOnlySpan<byte> text) => text.Port() ?? PortNames.Of(text);
}
