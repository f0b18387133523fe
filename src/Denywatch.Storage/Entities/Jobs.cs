using Denywatch.Alerting;
using Denywatch.Events.Exceptions;

namespace Denywatch.Storage.Entities;

/// <summary>Which events a job counts; the names are stored.</summary>
public enum CountedEvents
{
    /// <summary>What firewalls denied.</summary>
    Denied,

    /// <summary>Events of every verdict: needs sources that log what they allow, too.</summary>
    All,
}

/// <summary>What is counted and modelled.</summary>
public sealed class Job
{
    /// <summary>Such as <c>high_count_network_denies</c>.</summary>
    public required string Id { get; init; }
    public required string Title { get; set; }
    public required string Description { get; set; }

    /// <summary>The detector function, one of <see cref="Detectors"/>.</summary>
    public required string Detector { get; init; }

    /// <summary>ECS field whose distinct values are counted, or whose values may be rare; null for detectors without one.</summary>
    public string? Field { get; init; }

    /// <summary>ECS field whose values are series of their own; null for one series.</summary>
    public string? PartitionField { get; init; }

    public CountedEvents Events { get; init; }

    /// <summary>The traffic that is counted; null for all.</summary>
    public TrafficFilter? Filter { get; init; }

    /// <summary>The job this one splits, if any.</summary>
    public string? ParentId { get; init; }

    public TimeSpan BucketSpan { get; init; } = TimeSpan.FromMinutes(15);
    public string[] Influencers { get; set; } = [];

    /// <summary>Closed jobs are not scored.</summary>
    public bool IsOpen { get; set; } = true;

    /// <summary>What stopped it, in words; null while all is well.</summary>
    public string? Problem { get; set; }

    /// <summary>Since when its feed is stopped: what comes is counted and not scored; null while it is started.</summary>
    public DateTimeOffset? StoppedAt { get; private set; }
    public string? StoppedBy { get; private set; }
    public string? StoppedWhy { get; private set; }

    /// <summary>Counts before this are not learnt; null for all that are kept.</summary>
    public DateTimeOffset? LearnFrom { get; set; }

    /// <summary>Who made it; null for one that is built in.</summary>
    public string? CreatedBy { get; init; }

    /// <summary>Days of stored flows that it is to count before it learns; 0 where all are counted.</summary>
    public int HistoryDays { get; private set; }

    /// <summary>Those of <see cref="HistoryDays"/> that are counted.</summary>
    public int HistoryDone { get; private set; }

    /// <summary>Stored, so that SQL can ask.</summary>
    public bool HasOwnCounts
    {
        get => Counting.HasOwnCounts;
        private init { }
    }

    /// <summary>How its series are counted.</summary>
    public JobCounting Counting =>
        new(Id, Detectors.Named(Detector), Field, PartitionField, Events, Filter, BucketSpan);

    /// <summary>Stops its feed; false when it is stopped already.</summary>
    public bool Stop(string by, string why, DateTimeOffset at)
    {
        if (StoppedAt is not null)
            return false;

        (StoppedAt, StoppedBy, StoppedWhy) = (at, by, why);
        return true;
    }

    /// <summary>Opens it and starts its feed where it stopped; false when it runs.</summary>
    public bool Start()
    {
        if (IsOpen && StoppedAt is null)
            return false;

        (IsOpen, StoppedAt, StoppedBy, StoppedWhy) = (true, null, null, null);
        return true;
    }
}

/// <summary>A stretch that a job does not learn from, such as a migration that will not come again. It is scored all the same.</summary>
public sealed class JobExclusion
{
    public int Id { get; init; }
    public required string JobId { get; init; }

    /// <summary>Half open, on bucket boundaries.</summary>
    public required DateTimeOffset From { get; init; }
    public required DateTimeOffset Until { get; init; }
    public required string Reason { get; init; }
    public required string By { get; init; }
    public required DateTimeOffset At { get; init; }
}

/// <summary>One job's counts for one partition value, and the state of its model.</summary>
public sealed class Series
{
    public int Id { get; init; }
    public required string JobId { get; init; }
    public Job Job { get; init; } = null!;

    /// <summary>Value of the partition field; empty for a job without one.</summary>
    public required string Partition { get; init; }

    /// <summary>The firewall counted; null for all.</summary>
    public int? FirewallId { get; init; }

    /// <summary>It has counts of its own (<see cref="SeriesCounts"/>); those of firewalls are what it counts otherwise.</summary>
    public bool OwnCounts { get; init; }

    /// <summary>From when on stored flows are in its own counts; null until they are, and it is not scored before.</summary>
    public DateTimeOffset? CountedSince { get; init; }

    /// <summary>0 to <see cref="Shards"/> - 1: which closing task scores it.</summary>
    public required short Shard { get; init; }

    /// <summary>Saved <c>SeriesModel</c>; null before the first bucket.</summary>
    public byte[]? State { get; set; }

    /// <summary>Compare-and-set counter of the state.</summary>
    public int Version { get; set; }

    /// <summary>The first bucket not yet scored.</summary>
    public DateTimeOffset NextBucket { get; set; }

    /// <summary>Counts before <see cref="NextBucket"/> changed from here on: score again from the nearest snapshot.</summary>
    public DateTimeOffset? RescoreFrom { get; set; }

    /// <summary>Why they changed, in words that end "scored again because of ...".</summary>
    public string? RescoreReason { get; set; }

    /// <summary>Fixed, so that any number of nodes agrees on who scores what.</summary>
    public const int Shards = 4;
}

/// <summary>What a rule says about MITRE ATT&amp;CK.</summary>
public sealed record Threat(string TacticId, string Tactic, Technique[] Techniques);

public sealed record Technique(string Id, string Name);

/// <summary>Turns anomaly records into alerts.</summary>
public sealed class Rule
{
    public required Guid Id { get; init; }
    public required string Name { get; set; }
    public required string Description { get; set; }

    /// <summary>low, medium, high or critical: where an alert's severity starts.</summary>
    public required string Severity { get; set; }

    /// <summary>0 to 100; exported unchanged.</summary>
    public required int RiskScore { get; set; }

    /// <summary>Jobs whose records it reads.</summary>
    public required string[] JobIds { get; set; }

    /// <summary>Record score at which it alerts, 0 to 100.</summary>
    public double Threshold { get; set; } = 75;

    /// <summary>Denies a bucket must have, however odd they are.</summary>
    public long Floor { get; set; }

    /// <summary>Actual minus typical a bucket must have.</summary>
    public long MinimumExcess { get; set; }

    /// <summary>Times typical a bucket must have; 0 asks for none.</summary>
    public double Ratio { get; set; }

    /// <summary>Buckets in a row that must be above the line before it alerts.</summary>
    public int Duration { get; set; } = 1;

    /// <summary>False alarms a year that score 75 stands for, over all series of the rule.</summary>
    public double Sensitivity { get; set; } = Detection.Sensitivity.UsualPerYear;

    /// <summary>Kept, shown and exported; never decides whether a result alerts.</summary>
    public string From { get; set; } = "now-30m";

    /// <summary>Kept, shown and exported; never decides whether a result alerts.</summary>
    public string Interval { get; set; } = "15m";

    public string[] Tags { get; set; } = [];
    public string[] References { get; set; } = [];
    public string[] FalsePositives { get; set; } = [];
    public List<Threat> Threats { get; set; } = [];

    /// <summary>Set-up guide, Markdown, in our words.</summary>
    public string Setup { get; set; } = "";

    /// <summary>Investigation guide, Markdown, in our words.</summary>
    public string Note { get; set; } = "";

    /// <summary>
    /// All that the file says it was imported from, unknown keys too, as JSON with a table for each of the file's; null for
    /// a rule that is built in. Where it and the fields above differ (a threshold that was tuned), the fields hold.
    /// </summary>
    public string? Document { get; set; }

    /// <summary>When its records alert.</summary>
    public RuleSettings ToSettings() => new(Threshold, Floor, MinimumExcess, Ratio, Duration, Sensitivity);

    public void Tune(RuleSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        (Threshold, Floor, MinimumExcess) = (settings.Threshold, (long)settings.Floor, (long)settings.MinimumExcess);
        (Ratio, Duration, Sensitivity) = (settings.Ratio, settings.Duration, settings.Sensitivity);
    }

    public bool IsEnabled { get; private set; }

    /// <summary>Since when it is on or off: a rule never alerts for time it was off.</summary>
    public DateTimeOffset SwitchedAt { get; private set; }

    /// <summary>Switches it; false when it already stands so.</summary>
    public bool Switch(bool on, DateTimeOffset at)
    {
        if (IsEnabled == on)
            return false;

        (IsEnabled, SwitchedAt) = (on, at);
        return true;
    }

    /// <summary>Whether a result for the bucket that starts at <paramref name="bucket"/> may raise an alert.</summary>
    public bool AlertsFor(DateTimeOffset bucket) => IsEnabled && bucket >= SwitchedAt;
}

/// <summary>A rule as it stood from one change to the next.</summary>
public sealed class RuleVersion
{
    public required Guid RuleId { get; init; }

    /// <summary>From 1.</summary>
    public required int Number { get; init; }
    public required DateTimeOffset At { get; init; }
    public required string By { get; init; }

    /// <summary>import, tune, roll back; start for what came with the program.</summary>
    public required string Deed { get; init; }
    public string? Why { get; init; }

    /// <summary>The whole definition, as JSON with a table for each of a rule file's.</summary>
    public required string Definition { get; init; }
}
