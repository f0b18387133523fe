namespace Denywatch.Events.Exceptions;

/// <summary>Says what is wrong with a scope.</summary>
internal static class ScopeCheck
{
    public static string? ProblemOf(FlowScope scope)
    {
        if (IsEmpty(scope))
            return "Name at least one condition: an exception without any would subtract all traffic.";
        if (ListsOf(scope).FirstOrDefault(list => list.Count > FlowScope.MostValues) is { Name: { } name })
            return $"The condition {name} lists more than {FlowScope.MostValues} values: use a CIDR or a range.";

        var wrongAddress = scope.Sources.Concat(scope.Destinations).FirstOrDefault(IsNoNetwork);
        if (wrongAddress is not null)
            return $"\"{wrongAddress}\" is neither an address nor a CIDR such as 10.2.3.0/24.";
        if (scope.Ports.FirstOrDefault(IsNoRange) is { } range && IsNoRange(range))
            return $"{range.First}-{range.Last} is no range of ports: from 0 to 65535, the smaller one first.";
        if (scope.TimeOfDay is not { } time)
            return null;
        if (IsBetweenSlices(time.From) || IsBetweenSlices(time.To))
            return "A time of day begins and ends on a multiple of five minutes.";
        return TimeZoneInfo.TryFindSystemTimeZoneById(time.TimeZone, out _)
            ? null
            : $"\"{time.TimeZone}\" is no time zone: use an IANA name such as Europe/Berlin.";
    }

    private static bool IsEmpty(FlowScope scope) =>
        scope.TimeOfDay is null && ListsOf(scope).All(list => list.Count == 0);

    private static IEnumerable<(string Name, int Count)> ListsOf(FlowScope scope) =>
        [
            ("source", scope.Sources.Count),
            ("destination", scope.Destinations.Count),
            ("port", scope.Ports.Count),
            ("transport", scope.Transports.Count),
            ("firewall", scope.Firewalls.Count),
            ("firewall rule", scope.Rules.Count),
            ("direction", scope.Directions.Count),
            ("source country", scope.SourceCountries.Count),
            ("destination country", scope.DestinationCountries.Count),
            ("source AS", scope.SourceAs.Count),
            ("destination AS", scope.DestinationAs.Count),
            ("site", scope.Sites.Count),
            ("source role", scope.SourceRoles.Count),
            ("destination role", scope.DestinationRoles.Count),
            ("integration", scope.Integrations.Count),
        ];

    private static bool IsNoNetwork(string text) => FlowScope.NetworkOf(text) is null;

    private static bool IsNoRange(PortRange range) =>
        range.First < 0 || range.Last > 65_535 || range.First > range.Last;

    private static bool IsBetweenSlices(TimeOnly time) => time.Ticks % DenyFlow.SliceSpan.Ticks != 0;
}
