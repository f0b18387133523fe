using System.Globalization;
using Denywatch.Events.Exceptions;

namespace Denywatch.Alerting;

/// <summary>The narrowest traffic that still explains an excess: what an exception made from an alert names at first.</summary>
public static class NarrowestScope
{
    /// <summary>A value that carries less of the excess does not stand for it.</summary>
    private const double Carries = 0.5;

    /// <returns>One source with its port or rule where one source carries the excess; else the destination, port, rule and
    /// firewall that do. Null where nothing does: then there is nothing narrow to except.</returns>
    public static FlowScope? Of(Excess excess)
    {
        ArgumentNullException.ThrowIfNull(excess);
        var source = Carrier(excess, Dimension.Source);
        var port = Carrier(excess, Dimension.Port);
        var rule = port is null || source is null ? Carrier(excess, Dimension.Rule) : null;
        var scope = new FlowScope { Rules = Values(rule), Sources = Values(source) };
        if (source is null)
            scope = scope with
            {
                Destinations = Values(Carrier(excess, Dimension.Destination)),
                Firewalls = Values(Carrier(excess, Dimension.Firewall)),
            };
        scope = int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? scope with
            {
                Ports = [new(number, number)],
            }
            : scope with
            {
                Transports = Values(port),
            };

        // A firewall or a transport alone is everything.
        var isNamed = scope.Sources.Count + scope.Destinations.Count + scope.Ports.Count + scope.Rules.Count > 0;
        return isNamed ? scope : null;
    }

    private static string? Carrier(Excess excess, Dimension dimension) =>
        excess.By(dimension).Top is [{ Share: >= Carries } top, ..] && top.Value != Attribution.Absent
            ? top.Value
            : null;

    private static string[] Values(string? value) => value is null ? [] : [value];
}
