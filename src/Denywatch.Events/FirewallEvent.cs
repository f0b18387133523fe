using System.Net;

namespace Denywatch.Events;

/// <summary>What a firewall did with the traffic an event speaks of.</summary>
public enum Verdict
{
    /// <summary>The event states no verdict on traffic: a login, a configuration change, a detect-only alert.</summary>
    None,
    Denied,
    Allowed,

    /// <summary>A connection that got no reply: counted only where a data source opts in.</summary>
    Unanswered,
}

/// <summary>What an event tells about.</summary>
public enum EventKind
{
    /// <summary>Traffic, or nothing that concerns us.</summary>
    Traffic,

    /// <summary>
    /// Someone changed or committed the firewall's configuration: a marker for the timeline. <see cref="FirewallEvent.Reason"/>
    /// says what, <see cref="FirewallEvent.By"/> who.
    /// </summary>
    Change,

    /// <summary>
    /// The device left lines out: its counts around this time are "at least". <see cref="FirewallEvent.Count"/> says how
    /// many, 1 where the device does not.
    /// </summary>
    Suppressed,
}

/// <summary>The way of a connection, seen from the sites: ECS <c>network.direction</c>.</summary>
public enum Direction : short
{
    Unknown,
    Inbound,
    Outbound,
    Internal,
    External,
}

/// <summary>One line or document of a data source, as its integration understood it. Absent fields are null.</summary>
public sealed record FirewallEvent
{
    public required Verdict Verdict { get; init; }
    public EventKind Kind { get; init; }

    /// <summary>The words of the device that decided the verdict, such as <c>action=deny</c>; null where there is none.</summary>
    public string? Reason { get; init; }

    /// <summary>ECS <c>@timestamp</c>; null where the line has none: the receiver's time will do.</summary>
    public DateTimeOffset? Timestamp { get; init; }

    /// <summary>ECS <c>event.action</c>, lower case.</summary>
    public string? Action { get; init; }

    public IPAddress? Source { get; init; }
    public int? SourcePort { get; init; }
    public IPAddress? Destination { get; init; }
    public int? DestinationPort { get; init; }

    /// <summary>ECS <c>network.transport</c>, lower case: tcp, udp, icmp, ipv6-icmp, or another IANA keyword.</summary>
    public string? Transport { get; init; }

    /// <summary>ECS <c>network.direction</c> where the device itself says it.</summary>
    public Direction Direction { get; init; }

    /// <summary>ECS <c>observer.name</c>: the firewall, never a relay.</summary>
    public string? Observer { get; init; }

    /// <summary>ECS <c>rule.name</c>, else <c>rule.id</c>: the firewall rule that matched.</summary>
    public string? Rule { get; init; }

    /// <summary>Who made a <see cref="EventKind.Change"/>; null where the device does not say.</summary>
    public string? By { get; init; }

    /// <summary>Attempts the device states (a hit count, "N packets"); 1 where it states none.</summary>
    public long Count { get; init; } = 1;

    /// <summary>Packets where a flow record states them beside its one count.</summary>
    public long? Packets { get; init; }
}
