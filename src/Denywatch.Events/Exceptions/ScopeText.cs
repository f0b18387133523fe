namespace Denywatch.Events.Exceptions;

/// <summary>A scope in words.</summary>
internal static class ScopeText
{
    public static string Of(FlowScope scope)
    {
        List<string> parts = [];
        void Add<T>(string name, IReadOnlyList<T> values)
        {
            if (values.Count > 0)
                parts.Add($"{name} {string.Join(" or ", values)}");
        }

        Add("source", scope.Sources);
        Add("destination", scope.Destinations);
        Add("port", scope.Ports);
        Add("transport", scope.Transports);
        Add("firewall", scope.Firewalls);
        Add("firewall rule", scope.Rules);
        Add("direction", [.. scope.Directions.Select(direction => direction.ToString().ToLowerInvariant())]);
        Add("source country", scope.SourceCountries);
        Add("destination country", scope.DestinationCountries);
        Add("source AS", scope.SourceAs);
        Add("destination AS", scope.DestinationAs);
        Add("site", scope.Sites);
        Add("source role", scope.SourceRoles);
        Add("destination role", scope.DestinationRoles);
        Add("integration", scope.Integrations);
        if (scope.TimeOfDay is { } time)
            parts.Add($"from {time.From:HH:mm} to {time.To:HH:mm} {time.TimeZone}");
        return parts.Count == 0 ? "all traffic" : string.Join(", ", parts);
    }
}
