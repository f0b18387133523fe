using Denywatch.Storage;
using Denywatch.Storage.Entities;

namespace Denywatch.Web.Features.Rules;

/// <summary>The jobs that every installation has. Those that a new installation does not need yet are closed: they start with a rule.</summary>
public static class BuiltInJobs
{
    public const string Total = "high_count_network_denies";
    public const string ByFirewall = "high_count_network_denies_by_firewall";
    public const string BySource = "high_count_network_denies_by_source";
    public const string ByDestinationPort = "high_count_network_denies_by_destination_port";
    public const string ByDestinationCountry = "high_count_network_denies_by_destination_country";
    public const string BySourceCountry = "high_count_network_denies_by_source_country";
    public const string ByFirewallRule = "high_count_network_denies_by_firewall_rule";

    /// <summary>As Elastic calls it, so that a rule written for Elastic's finds ours.</summary>
    public const string AllEvents = "high_count_network_events";

    /// <summary>As Elastic calls it.</summary>
    public const string RareDestinationCountry = "rare_destination_country";

    public const string Beaconing = "beaconing_in_network_denies";
    public const string SlowScanning = "slow_scan_in_network_denies";

    private static readonly TimeSpan suspectSpan = TimeSpan.FromHours(1);

    private static readonly string[] influencers =
    [
        "destination.geo.country_name",
        "destination.as.organization.name",
        "source.ip",
        "destination.port",
        "source.geo.country_name",
    ];

    private static readonly (string Id, string Field, string Why)[] splits =
    [
        (
            BySource,
            JobField.Source,
            "A machine of one's own that is turned away more often than it usually is stands out, however loud the others are. Inside addresses have a series from their first day on, others once they were among the largest of seven days."
        ),
        (
            ByDestinationPort,
            "destination.port",
            "Interest in one service rises long before it shows in the sum: a fresh weakness, a worm, a client with an old setting."
        ),
        (
            ByDestinationCountry,
            "destination.geo.country_iso_code",
            "Machines that suddenly want to go to one country, and may not."
        ),
        (
            BySourceCountry,
            "source.geo.country_iso_code",
            "One country that knocks more than it usually does, beneath the noise of all the others."
        ),
        (
            ByFirewallRule,
            "rule.name",
            "A rule that denies more than it used to: somebody changed it, or what it is to stop has come."
        ),
    ];

    /// <summary>Whether a job is one of them: it is closed, and never deleted.</summary>
    public static bool Has(string id) => All().Any(job => job.Id == id);

    /// <summary>New objects each time: the database keeps what it is given.</summary>
    public static IEnumerable<Job> All()
    {
        yield return new()
        {
            Id = Total,
            Title = "High count of network denies",
            Description =
                "Counts every denied connection of the estate in one series and looks for buckets with more of them than this hour of this weekday usually has.",
            Detector = Detector.HighCount.Name(),
            Influencers = influencers,
        };
        yield return new()
        {
            Id = ByFirewall,
            Title = "High count of network denies, by firewall",
            Description =
                "The same count, one series for each firewall, so that a spike on a small one does not drown in the traffic of a big one.",
            Detector = Detector.HighCount.Name(),
            PartitionField = JobCounting.Firewall,
            ParentId = Total,
            Influencers = influencers,
        };
        foreach (var (id, name, why) in splits)
            yield return new()
            {
                Id = id,
                Title = $"High count of network denies, by {JobField.Find(name)!.Title}",
                Description = $"The same count, one series for each {JobField.Find(name)!.Title}. {why}",
                Detector = Detector.HighCount.Name(),
                PartitionField = name,
                ParentId = Total,
                Influencers = influencers,
                IsOpen = false,
            };
        yield return new()
        {
            Id = AllEvents,
            Title = "High count of network events",
            Description =
                "Counts events of every verdict, allowed ones too, in one series: what floods a line may be let through by every rule. Needs sources that log what they allow.",
            Detector = Detector.HighCount.Name(),
            Events = CountedEvents.All,
            IsOpen = false,
        };
        yield return new()
        {
            Id = RareDestinationCountry,
            Title = "Rare destination country",
            Description =
                "Looks for a country that connections go to and hardly ever went to before, in events of every verdict. Needs sources that log what they allow, and the country table.",
            Detector = Detector.Rare.Name(),
            Field = "destination.geo.country_iso_code",
            Events = CountedEvents.All,
            IsOpen = false,
        };
        yield return new()
        {
            Id = Beaconing,
            Title = "Beaconing in network denies",
            Description =
                "Looks for machines of one's own that call one place outside at a beat, and are turned away each time: once an hour, over the 24 hours before. Nothing of it is counted and modelled; a beat is told by the times of the calls alone.",
            Detector = Detector.Beacon.Name(),
            PartitionField = Caller.Field,
            BucketSpan = suspectSpan,
            Influencers = ["source.ip", "destination.ip", "destination.port"],
            IsOpen = false,
        };
        yield return new()
        {
            Id = SlowScanning,
            Title = "Slow scan in network denies",
            Description =
                "Looks for sources that try far more pairs of host and port within 24 hours than they did on any day before, and so few in each hour that no bucket shows it. Machines of one's own are compared with themselves, strangers with the busiest stranger of each of the 28 days before.",
            Detector = Detector.SlowScan.Name(),
            PartitionField = JobField.Source,
            BucketSpan = suspectSpan,
            Influencers = ["source.ip", "destination.ip", "destination.port"],
            IsOpen = false,
        };
    }
}
