using System.Net;

namespace Denywatch.Events.Exceptions;

/// <summary>Asks a scope about traffic; made once, asked for every event. Free of state; share it.</summary>
public sealed class ScopeMatcher
{
    private readonly FlowScope scope;
    private readonly IPNetwork[] sources;
    private readonly IPNetwork[] destinations;
    private readonly TimeZoneInfo? zone;

    /// <exception cref="ArgumentException">The scope has a <see cref="FlowScope.Problem"/>.</exception>
    public ScopeMatcher(FlowScope scope)
    {
        ArgumentNullException.ThrowIfNull(scope);
        if (scope.Problem is { } problem)
            throw new ArgumentException(problem, nameof(scope));

        this.scope = scope;
        sources = [.. scope.Sources.Select(text => FlowScope.NetworkOf(text)!.Value)];
        destinations = [.. scope.Destinations.Select(text => FlowScope.NetworkOf(text)!.Value)];
        zone = scope.TimeOfDay is { } time ? TimeZoneInfo.FindSystemTimeZoneById(time.TimeZone) : null;
    }

    /// <summary>Whether all of a flow is meant. A flow that lacks a field is not meant by a condition on it.</summary>
    /// <param name="key">Its source is one address: matched before anything is folded.</param>
    public bool Matches(in FlowKey key, in FlowAttributes attributes, string integration) =>
        Holds(sources, key.Source)
        && Holds(destinations, key.Destination)
        && HoldsPort(key.DestinationPort)
        && Holds(scope.Transports, key.Transport)
        && Holds(scope.Firewalls, key.Firewall)
        && Holds(scope.Rules, key.Rule)
        && (scope.Directions.Count == 0 || scope.Directions.Contains(key.Direction))
        && Holds(scope.SourceCountries, attributes.SourceCountry)
        && Holds(scope.DestinationCountries, attributes.DestinationCountry)
        && Holds(scope.SourceAs, attributes.SourceAs)
        && Holds(scope.DestinationAs, attributes.DestinationAs)
        && Holds(scope.Sites, attributes.Site)
        && Holds(scope.SourceRoles, attributes.SourceRole)
        && Holds(scope.DestinationRoles, attributes.DestinationRole)
        && Holds(scope.Integrations, integration)
        && HoldsTime(key.Slice);

    private static bool Holds(IPNetwork[] networks, IPAddress? address) =>
        networks.Length == 0 || address is not null && Array.Exists(networks, network => network.Contains(address));

    private static bool Holds(IReadOnlyList<string> values, string? value) =>
        values.Count == 0 || value is not null && values.Contains(value, StringComparer.Ordinal);

    private static bool Holds(IReadOnlyList<long> values, long? value) =>
        values.Count == 0 || value is { } number && values.Contains(number);

    private bool HoldsPort(int? port)
    {
        if (scope.Ports.Count == 0)
            return true;
        foreach (var range in scope.Ports)
        {
            if (port is { } number && range.Contains(number))
                return true;
        }
        return false;
    }

    private bool HoldsTime(DateTimeOffset slice)
    {
        if (scope.TimeOfDay is not { } time)
            return true;
        var clock = TimeOnly.FromTimeSpan(TimeZoneInfo.ConvertTime(slice, zone!).TimeOfDay);
        return time.From == time.To || clock.IsBetween(time.From, time.To);
    }
}
