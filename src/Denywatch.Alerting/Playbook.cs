namespace Denywatch.Alerting;

/// <summary>What belongs to a cause: MITRE ATT&amp;CK techniques and the questions to ask next.</summary>
internal static class Playbook
{
    public static IReadOnlyList<string> TechniquesOf(LikelyCause cause) =>
        cause switch
        {
            LikelyCause.HorizontalScan => ["T1046", "T1018"],
            LikelyCause.VerticalScan => ["T1046"],
            LikelyCause.DistributedScan => ["T1595"],
            LikelyCause.Flood => ["T1498", "T1499"],
            LikelyCause.SuspiciousOutbound => ["T1071", "T1041"],
            LikelyCause.LateralMovement => ["T1021", "T1210"],
            _ => [],
        };

    public static IReadOnlyList<string> ChecklistOf(LikelyCause cause) =>
        cause switch
        {
            LikelyCause.HorizontalScan or LikelyCause.VerticalScan =>
            [
                "Is the source one of our own scanners, or a test that was announced?",
                "Were any connections from it allowed in the same hour?",
                "Do the hosts it tried answer on that port from elsewhere?",
                "Inside: who owns the machine, and what ran on it when this began?",
            ],
            LikelyCause.DistributedScan =>
            [
                "Is a weakness of the service on this port in the news?",
                "Is the port open anywhere in the estate?",
                "Were any of these sources allowed through?",
            ],
            LikelyCause.Flood =>
            [
                "Does the destination still answer its users?",
                "How full are the line and the firewall's session table?",
                "Can the provider filter the sources upstream?",
            ],
            LikelyCause.ApplicationRetry =>
            [
                "What changed at the client or the service just before?",
                "Should this connection be allowed? Then a firewall rule is missing.",
                "Does the client point to an address that is gone?",
            ],
            LikelyCause.NewFirewallRule =>
            [
                "Who changed the rule set, and was this meant?",
                "Which clients lost something they need?",
                "Is the rule in the right place in the order?",
            ],
            LikelyCause.SuspiciousOutbound =>
            [
                "Which process on the machine opens the connection?",
                "Who owns the destination, and since when does it exist?",
                "Did any connection to it succeed by another way?",
                "Isolate the machine if nobody can explain it.",
            ],
            LikelyCause.LateralMovement =>
            [
                "Should this machine administer others at all?",
                "Which account was used there, and where else?",
                "Were any of these connections allowed?",
                "Isolate the machine if nobody can explain it.",
            ],
            LikelyCause.DiscoveryNoise =>
            [
                "Is a new device or network segment behind it?",
                "Can the firewall drop this traffic without logging it?",
            ],
            LikelyCause.LoggingChange =>
            [
                "Does a second shipper send the same log?",
                "Was logging switched on for more rules?",
                "Compare raw lines: are they identical?",
            ],
            LikelyCause.BackgroundRise =>
            [
                "Do other firewalls see the same rise?",
                "Did the public address range change?",
                "If it lasts, the model takes it as the new level within a day.",
            ],
            _ =>
            [
                "Look at the largest contributors: does any of them stand out?",
                "Look at the raw lines of the first minutes.",
                "Is a field missing that would tell more?",
            ],
        };
}
