using Denywatch.Storage.Entities;

namespace Denywatch.Web.Features.Rules;

/// <summary>The jobs that every installation has.</summary>
public static class BuiltInJobs
{
    public const string Total = "high_count_network_denies";
    public const string ByFirewall = "high_count_network_denies_by_firewall";

    private static readonly string[] influencers =
    [
        "destination.geo.country_name",
        "destination.as.organization.name",
        "source.ip",
        "destination.port",
        "source.geo.country_name",
    ];

    /// <summary>New objects each time: the database keeps what it is given.</summary>
    public static IEnumerable<Job> All()
    {
        yield return new()
        {
            Id = Total,
            Title = "High count of network denies",
            Description =
                "Counts every denied connection of the estate in one series and looks for buckets with more of them than this hour of this weekday usually has.",
            Detector = "high_count",
            Influencers = influencers,
        };
        yield return new()
        {
            Id = ByFirewall,
            Title = "High count of network denies, by firewall",
            Description =
                "The same count, one series for each firewall, so that a spike on a small one does not drown in the traffic of a big one.",
            Detector = "high_count",
            PartitionField = "observer.name",
            ParentId = Total,
            Influencers = influencers,
        };
    }
}
