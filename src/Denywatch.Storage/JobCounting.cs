using Denywatch.Events.Exceptions;
using Denywatch.Storage.Entities;

namespace Denywatch.Storage;

/// <summary>How a job's series are counted.</summary>
/// <param name="Field">Whose values a detector looks at; null for one that counts events.</param>
/// <param name="PartitionField">Whose values are series of their own; null for one series.</param>
/// <param name="Filter">The traffic that is counted; null for all.</param>
public sealed record JobCounting(
    string JobId,
    Detector Detector,
    string? Field,
    string? PartitionField,
    CountedEvents Events,
    TrafficFilter? Filter,
    TimeSpan BucketSpan
)
{
    public const string Firewall = "observer.name";

    /// <summary>
    /// Whether its series have counts of their own, made from flows; else they are those that every firewall has anyway.
    /// </summary>
    public bool HasOwnCounts =>
        Detector.NeedsField()
        || Events != CountedEvents.Denied
        || Filter is not null
        || PartitionField is not (null or Firewall);

    /// <summary>What its own counts are kept by: a slice, or a whole bucket where those of slices cannot be added up.</summary>
    public TimeSpan Step => Detector.NeedsField() ? BucketSpan : Denywatch.Events.DenyFlow.SliceSpan;

    /// <summary>The denied flows that a series is made of; null where a firewall says it, or no flows are kept of them.</summary>
    public CountedFlows? FlowsOf(string partition)
    {
        if (!HasOwnCounts || Events != CountedEvents.Denied)
            return null;

        var (sql, parameters) = Filter is { } filter ? FilterSql.Of(filter, "j") : ("true", []);
        return JobField.Find(PartitionField) is { } field
            ? new($"{sql} AND {field.Has("jpartition")}", [.. parameters, ("jpartition", partition)])
            : new(sql, parameters);
    }
}
