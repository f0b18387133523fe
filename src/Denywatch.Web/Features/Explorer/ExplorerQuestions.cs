using Denywatch.Events.Exceptions;

namespace Denywatch.Web.Features.Explorer;

/// <summary>Whose lanes stand below the line.</summary>
public enum ViewBy
{
    Firewall,
    Source,
    Destination,
    Port,
    SourceCountry,
    DestinationCountry,
    SourceAs,
    Rule,
    Integration,
}

/// <summary>Order of the flows below the chart.</summary>
public enum FlowSort
{
    Newest,
    Oldest,
    Count,
    Source,
    Destination,
    Port,
}

/// <summary>What one look at the explorer's axis asks for.</summary>
/// <param name="From">Start; moved down to a whole step.</param>
/// <param name="To">End, exclusive.</param>
public sealed record TimelineQuestion(DateTimeOffset From, DateTimeOffset To)
{
    public TrafficFilter Filter { get; init; } = TrafficFilter.None;
    public ViewBy ViewBy { get; init; }

    /// <summary>Page of lanes, from 0.</summary>
    public int LanePage { get; init; }

    public int LanesPerPage { get; init; } = 10;

    /// <summary>Steps that the answer has at most: no more than there are pixels, 100 to 1,000.</summary>
    public int MostSteps { get; init; } = 720;

    /// <summary>Also counts the same stretch a week before.</summary>
    public bool ComparesWeek { get; init; }
}

/// <summary>A stretch of time whose denies are taken apart: a bucket, a step of a zoomed-out line, or what was brushed.</summary>
/// <param name="Firewall">Name of the firewall whose lane it is; null for all.</param>
public sealed record BucketQuestion(DateTimeOffset From, DateTimeOffset To, string? Firewall = null)
{
    public TrafficFilter Filter { get; init; } = TrafficFilter.None;
}

/// <summary>A page of flows.</summary>
/// <param name="Text">Part of an address, port, firewall or firewall rule that listed flows have.</param>
public sealed record FlowQuestion(DateTimeOffset From, DateTimeOffset To, string? Text = null)
{
    public TrafficFilter Filter { get; init; } = TrafficFilter.None;
    public FlowSort Sort { get; init; }
    public int Offset { get; init; }

    /// <summary>1 to 500.</summary>
    public int Limit { get; init; } = 50;
}
