using System.Net;
using Denywatch.Alerting;

namespace Denywatch.Traffic;

/// <summary>An incident with its truth.</summary>
/// <param name="Added">Denies it adds over its whole duration; an estimate for a duplicate feed, which doubles what is there.</param>
/// <param name="Source">Key source: the one, or the loudest, or null where nobody stands out.</param>
/// <param name="Destination">Key destination, where there is one.</param>
/// <param name="Rule">Firewall rule that denies, where it is not the usual one.</param>
/// <param name="Width">Hosts, ports or sources it touches, as the cause has it.</param>
/// <param name="Number">Sets its random choices apart from those of other incidents.</param>
public sealed record Incident(
    LikelyCause Cause,
    string Firewall,
    DateTimeOffset Start,
    TimeSpan Duration,
    long Added,
    IPAddress? Source,
    IPAddress? Destination,
    int? Port,
    string? Rule,
    int Width,
    int Number
)
{
    public DateTimeOffset End => Start + Duration;
}
