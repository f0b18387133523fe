using Denywatch.Events.Exceptions;
using Denywatch.Storage;
using Denywatch.Storage.Entities;

namespace Denywatch.Web.Features.Jobs;

/// <summary>What is stored about a job, as read at one moment; its <see cref="State"/> follows from it.</summary>
/// <param name="LastScored">Start of the newest scored bucket; null before the first.</param>
/// <param name="ScoredAt">When that was.</param>
/// <param name="Waiting">Buckets that are closed and not yet scored, over all series.</param>
public sealed record JobFacts(
    string JobId,
    string Title,
    string Description,
    string Detector,
    string? PartitionField,
    string? ParentId,
    TimeSpan BucketSpan,
    string[] Influencers,
    bool IsOpen,
    string? Problem,
    int Series,
    int Learning,
    DateTimeOffset? LastScored,
    DateTimeOffset? ScoredAt,
    int Waiting
)
{
    /// <summary>Series it may have: firewalls past that are counted as one, other values have none.</summary>
    public int MostSeries =>
        PartitionField is null ? 1
        : HasOwnCounts ? SeriesHistory.MostSeries
        : SourceDirectory.MaxSources;

    public CountedEvents Events { get; init; }

    /// <summary>ECS field that its detector looks at; null for one that counts events.</summary>
    public string? Field { get; init; }

    /// <summary>The traffic that is counted; null for all.</summary>
    public TrafficFilter? Filter { get; init; }

    /// <summary>Its counts are its own, and not those of firewalls.</summary>
    public bool HasOwnCounts { get; init; }

    /// <summary>Who made it; null for one that is built in.</summary>
    public string? CreatedBy { get; init; }

    /// <summary>Days of stored flows that it is to count before it learns; 0 where all are counted.</summary>
    public int HistoryDays { get; init; }

    /// <summary>Those that are counted.</summary>
    public int HistoryDone { get; init; }

    /// <summary>When an event that was allowed last came, within a week; null where none did.</summary>
    public DateTimeOffset? AllowedAt { get; init; }

    /// <summary>When this was read, by the database's clock.</summary>
    public DateTimeOffset AsOf { get; init; }

    /// <summary>Since when its feed is stopped by a person; null while it is started.</summary>
    public DateTimeOffset? StoppedAt { get; init; }
    public string? StoppedBy { get; init; }
    public string? StoppedWhy { get; init; }

    /// <summary>Counts before this are not learnt; null for all that are kept.</summary>
    public DateTimeOffset? LearnFrom { get; init; }

    /// <summary>Series whose model was forgotten and is not learnt again yet.</summary>
    public int Relearning { get; init; }

    /// <summary>When the oldest bucket that is not scored was, or is, to be scored; null without series.</summary>
    public DateTimeOffset? CloseDue { get; init; }

    /// <summary>Size of all saved models, in bytes.</summary>
    public long ModelBytes { get; init; }

    /// <summary>When a worker last counted and looked at open buckets; null where none ever did.</summary>
    public DateTimeOffset? LookedAt { get; init; }

    /// <summary>Sources that ever sent a line.</summary>
    public int Sources { get; init; }

    /// <summary>Those of them that are silent beyond their rhythm.</summary>
    public int QuietSources { get; init; }

    /// <summary>Receive time of the newest line of any source.</summary>
    public DateTimeOffset? LastLineAt { get; init; }

    /// <summary>Of a job that finds suspects, its last look; null where it did not look yet, and of any other job.</summary>
    public SuspectLook? Look { get; init; }

    /// <summary>Whether it finds suspects, and has neither counts nor models.</summary>
    public bool FindsSuspects => Detectors.Named(Detector).FindsSuspects();

    public JobState State => JobState.Of(this);
}
