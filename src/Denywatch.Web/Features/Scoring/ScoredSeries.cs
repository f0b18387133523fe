using Denywatch.Storage;
using Denywatch.Storage.Entities;

namespace Denywatch.Web.Features.Scoring;

/// <summary>What alerting needs to know of a series.</summary>
public sealed record ScoredSeries(int Id, string JobId, string Partition, int? FirewallId, JobCounting Counting)
{
    public static ScoredSeries Of(Series series) =>
        new(series.Id, series.JobId, series.Partition, series.FirewallId, series.Job.Counting);

    public static ScoredSeries Of(DueSeries series) =>
        new(series.Id, series.JobId, series.Partition, series.FirewallId, series.Counting);

    public TimeSpan BucketSpan => Counting.BucketSpan;

    /// <summary>What a record tells of: so long until the end of its bucket.</summary>
    public TimeSpan Window => Counting.Window;

    /// <summary>The time that the record of a bucket tells of.</summary>
    public (DateTimeOffset From, DateTimeOffset To) WindowOf(DateTimeOffset bucket) =>
        (bucket + BucketSpan - Window, bucket + BucketSpan);

    /// <summary>The flows that it is made of; null where its firewall says it.</summary>
    public CountedFlows? Own => Counting.FlowsOf(Partition);

    /// <summary>Those of its flows that count; that would count where <paramref name="counted"/> says so.</summary>
    public CountedFlows Counted(CountedFlows? counted = null) => (counted ?? CountedFlows.Stored).Of(Own);

    /// <summary>How a person calls it.</summary>
    public string Title => TitleOf(Partition, Counting.PartitionField);

    /// <summary>Such as "fw-edge-1", "destination port 445" or "all firewalls".</summary>
    /// <param name="field">ECS field whose value the partition is; null for a firewall.</param>
    public static string TitleOf(string partition, string? field = null)
    {
        ArgumentNullException.ThrowIfNull(partition);
        return partition.Length == 0 ? "all firewalls"
            : JobField.Find(field) is { Name: not JobCounting.Firewall } split ? $"{split.Title} {partition}"
            : partition;
    }
}
