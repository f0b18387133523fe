namespace Denywatch.Web.Features.SetupGuide;

/// <summary>Which fields an event lacks, and what stays dark without them.</summary>
public static class MissingFields
{
    private static readonly (string Field, string Dark)[] wanted =
    [
        ("source.ip", "who is behind a spike, scans and lateral movement, exceptions by source"),
        ("destination.ip", "whom a spike is aimed at, and a horizontal scan from a vertical one"),
        ("destination.port", "the service that is asked for, vertical scans, lanes by port"),
        ("network.transport", "TCP from UDP: both of one port count as one"),
        ("observer.name", "which firewall it was: all that the sender brings is one"),
        ("rule.name", "a new or changed rule as the likely cause, and exceptions by rule"),
    ];

    public static IReadOnlyList<(string Field, string Dark)> Of(IReadOnlyList<(string Field, string Value)> fields) =>
        [.. wanted.Where(want => fields.All(field => field.Field != want.Field))];
}
