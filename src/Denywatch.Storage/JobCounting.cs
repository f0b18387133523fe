using System.Text.Json;
using Denywatch.Events;
using Denywatch.Events.Exceptions;
using Denywatch.Storage.Entities;
using Denywatch.Storage.Mappings;
using Npgsql;

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

    /// <summary>What <see cref="Read"/> reads of a row <c>j</c> of jobs.</summary>
    internal const string Columns =
        "j.id, j.detector, j.field, j.partition_field, j.events, j.filter::text, j.bucket_span";

    /// <param name="first">Place of the first of <see cref="Columns"/>.</param>
    internal static JobCounting Read(NpgsqlDataReader row, int first) =>
        new(
            row.GetString(first),
            Detectors.Named(row.GetString(first + 1)),
            row.TextOrNull(first + 2),
            row.TextOrNull(first + 3),
            Enum.Parse<CountedEvents>(row.GetString(first + 4)),
            FilterOf(row.TextOrNull(first + 5)),
            row.GetFieldValue<TimeSpan>(first + 6)
        );

    /// <summary>A job's filter as its column holds it.</summary>
    public static TrafficFilter? FilterOf(string? json) =>
        json is null ? null : JsonSerializer.Deserialize<TrafficFilter>(json, JsonColumns.Options);

    /// <summary>
    /// Whether its series have counts of their own, made from flows; else they are those that every firewall has anyway.
    /// </summary>
    public bool HasOwnCounts =>
        Detector.NeedsField()
        || Detector.FindsSuspects()
        || Events != CountedEvents.Denied
        || Filter is not null
        || PartitionField is not (null or Firewall);

    /// <summary>What a record tells of: so long until the end of its bucket.</summary>
    public TimeSpan Window => Detector.FindsSuspects() ? SuspectStore.Window : BucketSpan;

    /// <summary>What its own counts are kept by: a slice, or a whole bucket where those of slices cannot be added up.</summary>
    public TimeSpan Step => Detector.NeedsField() ? BucketSpan : DenyFlow.SliceSpan;

    /// <summary>The denied flows that a series is made of; null where a firewall says it, or no flows are kept of them.</summary>
    public CountedFlows? FlowsOf(string partition)
    {
        if (!HasOwnCounts || Events != CountedEvents.Denied)
            return null;

        if (Detector == Detector.Beacon)
            return AllFlows.Of(Caller.Parse(partition).Flows);
        return JobField.Find(PartitionField) is { } field
            ? AllFlows.Of(new(field.Has("jpartition"), [("jpartition", partition)]))
            : AllFlows;
    }

    /// <summary>The denied flows that all its series are made of.</summary>
    public CountedFlows AllFlows
    {
        get
        {
            var (sql, parameters) = FilterSql.Of(Filter ?? TrafficFilter.None, "j");
            return new(sql, parameters);
        }
    }
}
