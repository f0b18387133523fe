using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Denywatch.Events.Exceptions;

/// <summary>A closed range of ports, 0 to 65,535.</summary>
public readonly record struct PortRange(int First, int Last)
{
    public bool Contains(int port) => port >= First && port <= Last;

    /// <summary>Such as "445" or "8000-8100".</summary>
    public override string ToString() =>
        First == Last
            ? First.ToString(CultureInfo.InvariantCulture)
            : string.Create(CultureInfo.InvariantCulture, $"{First}-{Last}");
}

/// <summary>
/// A time of day on slice boundaries, half open: slices that start from <paramref name="From"/> until before
/// <paramref name="To"/> by the clock of <paramref name="TimeZone"/>. From 22:00 to 06:00 goes over midnight; from and to
/// alike is the whole day.
/// </summary>
/// <param name="TimeZone">IANA name.</param>
public sealed record TimeOfDay(TimeOnly From, TimeOnly To, string TimeZone);

/// <summary>
/// Which denied traffic is meant. Every condition that is given must hold, by one of its values; a condition that is not
/// given holds for all traffic. The fields are those of a deny flow, as they were frozen at intake.
/// </summary>
public sealed record FlowScope
{
    /// <summary>Values that one condition may list.</summary>
    public const int MostValues = 256;

    /// <summary>Addresses or CIDRs.</summary>
    public IReadOnlyList<string> Sources { get; init; } = [];

    /// <summary>Addresses or CIDRs.</summary>
    public IReadOnlyList<string> Destinations { get; init; } = [];

    public IReadOnlyList<PortRange> Ports { get; init; } = [];

    /// <summary>As <c>network.transport</c> has it: tcp, udp, icmp, ...</summary>
    public IReadOnlyList<string> Transports { get; init; } = [];

    /// <summary>Names of firewalls.</summary>
    public IReadOnlyList<string> Firewalls { get; init; } = [];

    /// <summary>Names of firewall rules.</summary>
    public IReadOnlyList<string> Rules { get; init; } = [];

    public IReadOnlyList<Direction> Directions { get; init; } = [];

    /// <summary>ISO 3166-1 alpha-2.</summary>
    public IReadOnlyList<string> SourceCountries { get; init; } = [];

    /// <summary>ISO 3166-1 alpha-2.</summary>
    public IReadOnlyList<string> DestinationCountries { get; init; } = [];

    public IReadOnlyList<long> SourceAs { get; init; } = [];
    public IReadOnlyList<long> DestinationAs { get; init; } = [];

    /// <summary>Names of sites.</summary>
    public IReadOnlyList<string> Sites { get; init; } = [];

    /// <summary>Roles of assets, such as <c>own scanner</c>.</summary>
    public IReadOnlyList<string> SourceRoles { get; init; } = [];

    /// <summary>Roles of assets.</summary>
    public IReadOnlyList<string> DestinationRoles { get; init; } = [];

    /// <summary>Names of integrations, such as <c>cisco_asa</c>.</summary>
    public IReadOnlyList<string> Integrations { get; init; } = [];

    public TimeOfDay? TimeOfDay { get; init; }

    /// <summary>What is wrong with it, as a sentence that says how to mend it; null where nothing is.</summary>
    public string? Problem => ScopeCheck.ProblemOf(this);

    /// <summary>Such as "source 10.2.3.4, port 445".</summary>
    public override string ToString() => ScopeText.Of(this);

    /// <summary>One network for an address or a CIDR; null where it is neither. Bits past the prefix are not minded.</summary>
    public static IPNetwork? NetworkOf(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var written = slash < 0 ? text : text[..slash];
        if (!IPAddress.TryParse(written, out var address))
            return null;
        // 10.1.2 and 010.1.2.3 can be parsed, as 10.1.0.2 and 8.1.2.3: nobody means that.
        if (address.AddressFamily == AddressFamily.InterNetwork && address.ToString() != written)
            return null;

        var longest = address.GetAddressBytes().Length * 8;
        if (slash < 0)
            return new(address, longest);
        if (
            !int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var prefix)
            || prefix > longest
        )
            return null;

        var bytes = address.GetAddressBytes();
        for (var bit = prefix; bit < longest; bit++)
            bytes[bit / 8] &= (byte)~(0x80 >> bit % 8);
        return new(new IPAddress(bytes), prefix);
    }
}
