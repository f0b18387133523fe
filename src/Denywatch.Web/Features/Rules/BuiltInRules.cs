using Denywatch.Storage.Entities;

namespace Denywatch.Web.Features.Rules;

/// <summary>The rules that every installation has; their guides are Markdown files beside this one.</summary>
public static class BuiltInRules
{
    public static readonly Guid SpikeInFirewallDenies = Guid.Parse("eaa77d63-9679-4ce3-be25-3ba8b795e5fa");

    /// <summary>Whether a rule is one of them: its words come with the program.</summary>
    public static bool Has(Guid id) => id == SpikeInFirewallDenies;

    /// <summary>A new object each time: the database keeps what it is given.</summary>
    public static IEnumerable<Rule> All()
    {
        yield return new()
        {
            Id = SpikeInFirewallDenies,
            Name = "Spike in Firewall Denies",
            Description =
                "Firewalls turned away far more connections than this hour of this weekday usually brings. "
                + "Behind it stands either something hostile (a scan, a flood, a machine that calls out to where it should not) "
                + "or something broken (a changed rule, a client that keeps trying, a feed that arrives twice). "
                + "Each alert says how many denies there were, how many were expected, who makes up the difference and what it most likely is.",
            Severity = "low",
            RiskScore = 21,
            Threshold = 75,
            JobIds = [BuiltInJobs.Total, BuiltInJobs.ByFirewall],
            From = "now-30m",
            Interval = "15m",
            Tags =
            [
                "Data Source: Elastic Defend",
                "Data Source: Network Packet Capture",
                "Data Source: Firewall",
                "Use Case: Threat Detection",
                "Rule Type: ML",
                "Rule Type: Machine Learning",
                "Resources: Investigation Guide",
            ],
            References = ["https://www.elastic.co/guide/en/security/current/prebuilt-ml-jobs.html"],
            FalsePositives =
            [
                "An application or a firewall that is configured wrongly: a client points to an address that is gone, or a rule blocks what it should let pass.",
                "Security scans that were announced, and test cycles.",
                "The same log arriving by two ways, or logging switched on for more rules.",
            ],
            Threats =
            [
                new("TA0011", "Command and Control", [new("T1071", "Application Layer Protocol")]),
                new("TA0010", "Exfiltration", [new("T1041", "Exfiltration Over C2 Channel")]),
                new(
                    "TA0007",
                    "Discovery",
                    [new("T1018", "Remote System Discovery"), new("T1046", "Network Service Discovery")]
                ),
                new(
                    "TA0043",
                    "Reconnaissance",
                    [new("T1590", "Gather Victim Network Information"), new("T1595", "Active Scanning")]
                ),
                new(
                    "TA0040",
                    "Impact",
                    [new("T1498", "Network Denial of Service"), new("T1499", "Endpoint Denial of Service")]
                ),
            ],
            Setup = Guide("spike-in-firewall-denies.setup.md"),
            Note = Guide("spike-in-firewall-denies.guide.md"),
        };
    }

    private static string Guide(string file)
    {
        using var stream =
            typeof(BuiltInRules).Assembly.GetManifestResourceStream(file)
            ?? throw new InvalidOperationException($"The guide {file} is not built into the program.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
