using System.Text.Json.Serialization;

namespace Denywatch.Alerting;

/// <summary>What an excess most likely is.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<LikelyCause>))]
public enum LikelyCause
{
    /// <summary>Nothing speaks clearly enough: an answer, not a failure.</summary>
    Unclear,

    /// <summary>One source tries one or a few ports on many hosts.</summary>
    HorizontalScan,

    /// <summary>One source tries many ports on one or a few hosts.</summary>
    VerticalScan,

    /// <summary>Many sources share the work of a scan.</summary>
    DistributedScan,

    /// <summary>Far more than a service could mean to take, at one destination.</summary>
    Flood,

    /// <summary>A client or service that keeps trying what is denied.</summary>
    ApplicationRetry,

    /// <summary>A firewall rule that denied nothing before.</summary>
    NewFirewallRule,

    /// <summary>From inside to few places outside: beaconing, exfiltration.</summary>
    SuspiciousOutbound,

    /// <summary>From inside to several inside hosts, on ports of remote control.</summary>
    LateralMovement,

    /// <summary>Multicast, broadcast and name discovery.</summary>
    DiscoveryNoise,

    /// <summary>The same traffic, logged more often.</summary>
    LoggingChange,

    /// <summary>The usual mix, only more of it.</summary>
    BackgroundRise,
}

/// <summary>One observation behind a likely cause.</summary>
/// <param name="Usual">What is usual, or null where there is no usual.</param>
/// <param name="SpeaksFor">It supports the likely cause; false: it speaks against it.</param>
public sealed record EvidenceRow(string Name, string Value, string? Usual, bool SpeaksFor);

/// <summary>A likely cause with its reasons.</summary>
/// <param name="Confidence">0 to 1.</param>
/// <param name="Techniques">MITRE ATT&amp;CK technique ids.</param>
/// <param name="Checklist">What to look at next, most telling first.</param>
public sealed record CauseFinding(
    LikelyCause Cause,
    LikelyCause? RunnerUp,
    double Confidence,
    IReadOnlyList<EvidenceRow> Evidence,
    IReadOnlyList<string> Techniques,
    IReadOnlyList<string> Checklist
)
{
    /// <summary>What would change this: observations that would make it surer, or turn it to the runner-up. Empty on alerts
    /// from before it was kept.</summary>
    public IReadOnlyList<string> WhatWouldChange { get; init; } = [];
}

/// <summary>A change of a firewall's configuration near the excess, as the firewall or a person said it.</summary>
/// <param name="What">Such as "rule deny-legacy-smtp added".</param>
public sealed record ConfigurationChange(DateTimeOffset At, string What, string? Who = null);
