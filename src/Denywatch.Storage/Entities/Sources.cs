namespace Denywatch.Storage.Entities;

/// <summary>A place with its own networks, zone and rhythm; owns firewalls.</summary>
public sealed class Site
{
    public int Id { get; init; }
    public required string Name { get; set; }

    /// <summary>CIDRs of the site's internal addresses.</summary>
    public string[] Networks { get; set; } = [];

    /// <summary>IANA time zone of its days and weeks.</summary>
    public string TimeZone { get; set; } = "Etc/UTC";
}

/// <summary>ECS <c>observer.name</c>; a relay is never one.</summary>
public sealed class Firewall
{
    public int Id { get; init; }
    public required string Name { get; init; }
    public int? SiteId { get; set; }
    public Site? Site { get; set; }

    /// <summary>The firewall that this is another name of, such as the pair that a standby unit belongs to: counted as that one.</summary>
    public int? AliasOfId { get; set; }
    public Firewall? AliasOf { get; set; }
    public required DateTimeOffset FirstSeenAt { get; init; }
}

/// <summary>One sender's events of one integration and firewall.</summary>
public sealed class DataSource
{
    public int Id { get; init; }

    /// <summary><c>token:NAME</c>, <c>syslog:ADDRESS</c> or <c>demo</c>.</summary>
    public required string Sender { get; init; }

    /// <summary>Name of the integration; <c>unknown</c> for lines that none recognises.</summary>
    public required string Integration { get; init; }

    public required int FirewallId { get; init; }
    public Firewall Firewall { get; init; } = null!;

    /// <summary>Reads every line of the sender as this integration, whatever it looks like.</summary>
    public string? PinnedIntegration { get; set; }

    /// <summary>IANA zone of times that state none.</summary>
    public string TimeZone { get; set; } = "Etc/UTC";

    /// <summary>Which field of its lines is what, as JSON, where a person said so; it goes before the pin.</summary>
    public string? Mapping { get; set; }

    /// <summary>Connections that got no answer count as denied.</summary>
    public bool CountsUnanswered { get; set; }

    public required DateTimeOffset FirstSeenAt { get; init; }

    /// <summary>Receive time of its last line.</summary>
    public DateTimeOffset LastReceivedAt { get; set; }

    /// <summary>Event time of its last event.</summary>
    public DateTimeOffset? LastEventAt { get; set; }

    /// <summary>How long its events take to arrive, in seconds, smoothed: buckets settle for twice this.</summary>
    public double LagSeconds { get; set; }

    /// <summary>The last event that was understood, as JSON, for the set-up guide and the source's page.</summary>
    public string? LastEvent { get; set; }
}

/// <summary>Lines of one source rejected for one reason.</summary>
public sealed class Reject
{
    public required int DataSourceId { get; init; }
    public DataSource DataSource { get; init; } = null!;

    /// <summary>The sentence the parser gave.</summary>
    public required string Reason { get; init; }

    public long Count { get; set; }
    public DateTimeOffset FirstAt { get; set; }
    public DateTimeOffset LastAt { get; set; }

    /// <summary>The newest samples, at most 5, each cut at 2,000 characters.</summary>
    public string[] Samples { get; set; } = [];

    /// <summary>Whole lines kept for reading again, at most <see cref="MostKept"/>.</summary>
    public int Kept { get; set; }

    /// <summary>Whole lines of one reason that are kept until they are read again or past the retention of lines.</summary>
    public const int MostKept = 1_000;
}

/// <summary>A stretch in which no node took events in: lines of senders without acknowledgement may be lost.</summary>
public sealed class IntakeGap
{
    public long Id { get; init; }
    public required DateTimeOffset From { get; init; }
    public required DateTimeOffset To { get; init; }

    /// <summary>Why, in words: stopped, killed, database away.</summary>
    public required string Reason { get; init; }

    /// <summary>Most lines that buffers of a killed node could hold; null where it stopped cleanly.</summary>
    public long? LinesAtRisk { get; init; }
}
