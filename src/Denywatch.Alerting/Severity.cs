using System.Net;
using System.Text.Json.Serialization;
using Denywatch.Events.Assets;

namespace Denywatch.Alerting;

/// <summary>How much an alert matters. A band is of a score; severity is of an alert.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Severity>))]
public enum Severity
{
    Low,
    Medium,
    High,
    Critical,
}

/// <summary>A named reason to move a severity.</summary>
/// <param name="Steps">Up (1, 2) or down (-1).</param>
public sealed record SeverityFactor(string Name, int Steps);

/// <summary>What the owner says the main source and destination of an excess are; null where nothing was said.</summary>
public sealed record MainRoles(string? Source, string? Destination)
{
    public static MainRoles None { get; } = new(null, null);

    /// <param name="flows">Of the bucket, heaviest first: the roles are those that were frozen with them.</param>
    public static MainRoles Of(Excess excess, IReadOnlyList<FlowRow> flows)
    {
        ArgumentNullException.ThrowIfNull(excess);
        return new(
            IPAddress.TryParse(excess.Shape.TopSource, out var source)
                ? flows.FirstOrDefault(flow => source.Equals(flow.Source) && flow.SourceRole is not null)?.SourceRole
                : null,
            IPAddress.TryParse(excess.Shape.TopDestination, out var destination)
                ? flows
                    .FirstOrDefault(flow => destination.Equals(flow.Destination) && flow.DestinationRole is not null)
                    ?.DestinationRole
                : null
        );
    }
}

/// <summary>A severity with the sum that made it.</summary>
public sealed record SeverityFinding(Severity Severity, Severity Start, IReadOnlyList<SeverityFactor> Factors)
{
    /// <summary>Such as "high = low + 1 (internal source) + 1 (lateral port)".</summary>
    public string Sum =>
        Factors.Count == 0
            ? $"{Word(Severity)} = the rule's"
            : $"{Word(Severity)} = {Word(Start)} "
                + string.Join(' ', Factors.Select(f => $"{(f.Steps < 0 ? '-' : '+')} {Math.Abs(f.Steps)} ({f.Name})"));

    private static string Word(Severity severity) =>
        severity switch
        {
            Severity.Low => "low",
            Severity.Medium => "medium",
            Severity.High => "high",
            _ => "critical",
        };
}

/// <summary>Starts at the rule's severity; named factors move it by at most two steps.</summary>
public static class Severities
{
    private const int MostSteps = 2;

    public static SeverityFinding Of(
        Severity ruleSeverity,
        Excess excess,
        CauseFinding finding,
        MainRoles? roles = null
    )
    {
        ArgumentNullException.ThrowIfNull(excess);
        ArgumentNullException.ThrowIfNull(finding);
        var kept = new List<SeverityFactor>();
        var moved = 0;
        foreach (var factor in FactorsOf(excess, finding, roles ?? MainRoles.None))
        {
            // A factor that no longer fits is left out of the sum, so that the sum is always true.
            var next = moved + factor.Steps;
            var result = (int)ruleSeverity + next;
            if (Math.Abs(next) > MostSteps || result is < (int)Severity.Low or > (int)Severity.Critical)
                continue;

            moved = next;
            kept.Add(factor);
        }

        return new((Severity)((int)ruleSeverity + moved), ruleSeverity, kept);
    }

    private static IEnumerable<SeverityFactor> FactorsOf(Excess excess, CauseFinding finding, MainRoles roles)
    {
        var shape = excess.Shape;
        var isHostile =
            finding.Cause
            is LikelyCause.HorizontalScan
                or LikelyCause.VerticalScan
                or LikelyCause.LateralMovement
                or LikelyCause.SuspiciousOutbound;
        if (isHostile && shape.TopSourceIsInternal && shape.InternalShare + shape.OutboundShare > 0.5)
            yield return new("internal source", 1);
        if (isHostile && shape.InternalShare > 0.5 && shape.LateralPortShare > 0.5)
            yield return new("lateral port", 1);
        if (finding.Cause == LikelyCause.SuspiciousOutbound)
            yield return new("suspicious outbound", 1);
        if (finding.Cause == LikelyCause.Flood)
            yield return new("flood", 1);
        if (isHostile && roles.Source == AssetRoles.Server)
            yield return new("server as source", 1);
        if (isHostile && roles.Destination == AssetRoles.Server)
            yield return new("server as destination", 1);
        if (finding.Cause is LikelyCause.DiscoveryNoise or LikelyCause.LoggingChange or LikelyCause.BackgroundRise)
            yield return new(Causes.Title(finding.Cause), -1);
        if (
            excess.Total > 50_000
            || excess.Typical > 0 && excess is { Total: > 5_000 } && excess.Total > 20 * excess.Typical
        )
            yield return new("size", 1);
        // Last: what lowers a severity lowers what the others made of it.
        if (roles.Source is AssetRoles.OwnScanner or AssetRoles.TestSystem or AssetRoles.Guest)
            yield return new(roles.Source, -1);
    }
}
