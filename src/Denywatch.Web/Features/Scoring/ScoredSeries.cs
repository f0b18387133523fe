using Denywatch.Storage;
using Denywatch.Storage.Entities;

namespace Denywatch.Web.Features.Scoring;

/// <summary>What alerting needs to know of a series.</summary>
public sealed record ScoredSeries(int Id, string JobId, string Partition, int? FirewallId, TimeSpan BucketSpan)
{
    public static ScoredSeries Of(Series series) =>
        new(series.Id, series.JobId, series.Partition, series.FirewallId, series.Job.BucketSpan);

    public static ScoredSeries Of(DueSeries series) =>
        new(series.Id, series.JobId, series.Partition, series.FirewallId, series.BucketSpan);

    /// <summary>How a person calls it.</summary>
    public string Title => TitleOf(Partition);

    public static string TitleOf(string partition) => partition.Length == 0 ? "all firewalls" : partition;
}
