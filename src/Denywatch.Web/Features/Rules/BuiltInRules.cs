using Denywatch.Detection;
using Denywatch.Storage.Entities;

namespace Denywatch.Web.Features.Rules;

/// <summary>The rules that every installation has; their guides are Markdown files beside this one.</summary>
public static class BuiltInRules
{
    public static readonly Guid SpikeInFirewallDenies = Guid.Parse("eaa77d63-9679-4ce3-be25-3ba8b795e5fa");

    private static readonly Technique portScan = new("T1046", "Network Service Discovery");
    private static readonly Technique activeScan = new("T1595", "Active Scanning");
    private static readonly Technique flood = new("T1498", "Network Denial of Service");
    private static readonly Technique web = new("T1071", "Application Layer Protocol");
    private static readonly Technique channel = new("T1041", "Exfiltration Over C2 Channel");
    private static readonly Technique firewall = new("T1562.004", "Disable or Modify System Firewall");

    private static Threat Discovery => new("TA0007", "Discovery", [portScan]);
    private static Threat Reconnaissance => new("TA0043", "Reconnaissance", [activeScan]);
    private static Threat Impact => new("TA0040", "Impact", [flood]);
    private static Threat Control => new("TA0011", "Command and Control", [web]);
    private static Threat Exfiltration => new("TA0010", "Exfiltration", [channel]);
    private static Threat Evasion => new("TA0005", "Defense Evasion", [firewall]);

    /// <summary>The main rule seen by one field: for whoever wants an alert of its own for each value.</summary>
    private static readonly (string Id, string Name, string Job, string What, Func<Threat[]> Threats)[] splits =
    [
        (
            "6f0b8d5e-3a7c-4d19-9b52-0c4b7f2a9d01",
            "Firewall",
            BuiltInJobs.ByFirewall,
            "One firewall turns away far more than it usually does at this hour, whatever the others do.",
            () => [Discovery, Reconnaissance, Impact]
        ),
        (
            "6f0b8d5e-3a7c-4d19-9b52-0c4b7f2a9d02",
            "Source",
            BuiltInJobs.BySource,
            "One source is turned away far more often than it usually is at this hour: a machine of one's own that has begun to scan or to call out, or one outside that came back louder.",
            () => [Discovery, Reconnaissance, Control, Exfiltration]
        ),
        (
            "6f0b8d5e-3a7c-4d19-9b52-0c4b7f2a9d03",
            "Destination Port",
            BuiltInJobs.ByDestinationPort,
            "One port is tried, in vain, far more than it usually is at this hour: interest in one service, from one source or from thousands.",
            () => [Discovery, Reconnaissance]
        ),
        (
            "6f0b8d5e-3a7c-4d19-9b52-0c4b7f2a9d04",
            "Destination Country",
            BuiltInJobs.ByDestinationCountry,
            "Far more connections than usual to one country are turned away: machines that want to go where they may not.",
            () => [Control, Exfiltration]
        ),
        (
            "6f0b8d5e-3a7c-4d19-9b52-0c4b7f2a9d05",
            "Source Country",
            BuiltInJobs.BySourceCountry,
            "One country knocks far more than it usually does at this hour.",
            () => [Reconnaissance, Impact]
        ),
        (
            "6f0b8d5e-3a7c-4d19-9b52-0c4b7f2a9d06",
            "Firewall Rule",
            BuiltInJobs.ByFirewallRule,
            "One firewall rule denies far more than it usually does: somebody changed it, or what it is to stop has come.",
            () => [Evasion, Discovery]
        ),
    ];

    /// <summary>Whether a rule is one of them: its words come with the program.</summary>
    public static bool Has(Guid id) => All().Any(rule => rule.Id == id);

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
        foreach (var split in splits)
            yield return Split(split.Id, split.Name, split.Job, split.What, split.Threats());
        yield return Other(
            "6f0b8d5e-3a7c-4d19-9b52-0c4b7f2a9d07",
            "Spike in All Network Events",
            BuiltInJobs.AllEvents,
            "Far more events of every verdict than this hour of this weekday usually brings. A flood that every rule lets through, data on its way out and a client that cannot stop show here, and not among denies. Its alerts say how many; who made them is not kept of events that were allowed.",
            "spike-in-all-network-events",
            [Impact, Exfiltration]
        );
        yield return Other(
            "6f0b8d5e-3a7c-4d19-9b52-0c4b7f2a9d08",
            "Rare Destination Country",
            BuiltInJobs.RareDestinationCountry,
            "Connections go to a country that hardly any went to before. Behind it stands a new partner, somebody on a journey, or a machine that is told what to do from there.",
            "rare-destination-country",
            [Control, Exfiltration],
            threshold: RecordScore.Major // a value that is new among some weeks of them is worth no more, see RarityModel
        );
        yield return Suspects(
            "6f0b8d5e-3a7c-4d19-9b52-0c4b7f2a9d09",
            "Beaconing in Firewall Denies",
            BuiltInJobs.Beaconing,
            "A machine of your own calls one place outside again and again, at the same interval, and the firewall turns it away each time. Programs that are told what to do from outside call home like this; so does a program whose server is gone. It is far too little for a spike.",
            "beaconing-in-firewall-denies",
            [
                "A client that asks for updates, the time or its licence at a fixed interval, and may not.",
                "Monitoring that watches a place outside through a firewall which denies it.",
                "A service that was moved: its clients still call the old address.",
            ],
            [new("TA0011", "Command and Control", [web, new("T1571", "Non-Standard Port")])]
        );
        yield return Suspects(
            "6f0b8d5e-3a7c-4d19-9b52-0c4b7f2a9d0a",
            "Slow Scan in Firewall Denies",
            BuiltInJobs.SlowScanning,
            "One source tries many hosts and ports over a day, a few each hour, so that no hour looks odd. Whoever scans like this does not want to be seen.",
            "slow-scan-in-firewall-denies",
            [
                "An inventory or vulnerability scan that goes easy on the network.",
                "A client that shares files with peers, or looks for its servers by trying many.",
                "A machine that was moved to another network and finds nothing that it knows.",
            ],
            [Discovery, Reconnaissance]
        );
    }

    private static Rule Split(string id, string by, string job, string what, Threat[] threats)
    {
        var rule = Other(id, $"Spike in Firewall Denies by {by}", job, what, "spike-in-denies-by-field", threats);
        rule.Tags = [.. rule.Tags, $"Split: {by}"];
        return rule;
    }

    /// <summary>A rule whose alerts come from what one did over a day, and from no model.</summary>
    private static Rule Suspects(
        string id,
        string name,
        string job,
        string what,
        string guides,
        string[] falsePositives,
        Threat[] threats
    )
    {
        var rule = Other(id, name, job, what, guides, threats);
        (rule.From, rule.Interval, rule.FalsePositives) = ("now-24h", "1h", falsePositives);
        rule.Tags =
        [
            .. rule.Tags.Where(tag =>
                !tag.Contains("ML", StringComparison.Ordinal) && tag != "Rule Type: Machine Learning"
            ),
        ];
        return rule;
    }

    /// <summary>A rule that is off until somebody wants it: its job starts with it.</summary>
    private static Rule Other(
        string id,
        string name,
        string job,
        string what,
        string guides,
        Threat[] threats,
        double threshold = RecordScore.Critical
    ) =>
        new()
        {
            Threshold = threshold,
            Id = Guid.Parse(id),
            Name = name,
            Description = what,
            Severity = "low",
            RiskScore = 21,
            JobIds = [job],
            From = "now-30m",
            Interval = "15m",
            Tags =
            [
                "Data Source: Firewall",
                "Use Case: Threat Detection",
                "Rule Type: ML",
                "Rule Type: Machine Learning",
                "Resources: Investigation Guide",
            ],
            FalsePositives =
            [
                "A scan, a test or a move that was announced.",
                "A new application, partner or site: what is new is unusual until it has been there for some days.",
                "Logging that was switched on, or the same log arriving by two ways.",
            ],
            Threats = [.. threats],
            Setup = Guide($"{guides}.setup.md"),
            Note = Guide($"{guides}.guide.md"),
        };

    private static string Guide(string file)
    {
        using var stream =
            typeof(BuiltInRules).Assembly.GetManifestResourceStream(file)
            ?? throw new InvalidOperationException($"The guide {file} is not built into the program.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
