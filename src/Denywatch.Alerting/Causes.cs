using System.Globalization;

namespace Denywatch.Alerting;

/// <summary>
/// Says what an excess most likely is. Each class states in one line what it looks like, as a product of soft conditions
/// from 0 to 1; the best line wins, if it is good enough and ahead of the next.
/// </summary>
public static class Causes
{
    private const double GoodEnough = 0.35;

    public static CauseFinding Of(Excess excess)
    {
        ArgumentNullException.ThrowIfNull(excess);
        var ranked = Enum.GetValues<LikelyCause>()
            .Where(cause => cause != LikelyCause.Unclear)
            .Select(cause => (Cause: cause, Fit: FitOf(cause, excess)))
            .OrderByDescending(c => c.Fit)
            .ToList();
        var (best, second) = (ranked[0], ranked[1]);
        LikelyCause? runnerUp = second.Fit > 0.05 ? second.Cause : null;
        if (best.Fit < GoodEnough || excess.Shape.Weight < 3)
        {
            LikelyCause? nearest = best.Fit > 0.05 ? best.Cause : null;
            return new(
                LikelyCause.Unclear,
                nearest,
                Math.Clamp(1 - best.Fit, 0, 1),
                EvidenceOf(LikelyCause.Unclear, excess),
                [],
                Playbook.ChecklistOf(LikelyCause.Unclear)
            );
        }

        var confidence = best.Fit * best.Fit / (best.Fit + second.Fit * second.Fit);
        return new(
            best.Cause,
            runnerUp,
            Math.Clamp(confidence, 0, 0.99),
            EvidenceOf(best.Cause, excess),
            Playbook.TechniquesOf(best.Cause),
            Playbook.ChecklistOf(best.Cause)
        );
    }

    /// <summary>The same words everywhere a person reads a cause.</summary>
    public static string Title(LikelyCause cause) =>
        cause switch
        {
            LikelyCause.HorizontalScan => "horizontal scan",
            LikelyCause.VerticalScan => "vertical scan",
            LikelyCause.DistributedScan => "distributed scan",
            LikelyCause.Flood => "flood",
            LikelyCause.ApplicationRetry => "application retry",
            LikelyCause.NewFirewallRule => "new or changed firewall rule",
            LikelyCause.SuspiciousOutbound => "suspicious outbound",
            LikelyCause.LateralMovement => "lateral movement",
            LikelyCause.DiscoveryNoise => "discovery noise",
            LikelyCause.LoggingChange => "logging change or duplicate feed",
            LikelyCause.BackgroundRise => "background rise",
            _ => "unclear",
        };

    private static double FitOf(LikelyCause cause, Excess excess)
    {
        var s = excess.Shape;
        var oneSource = Rise(s.TopSourceShare, 0.35, 0.65);
        var noSource = Rise(1 - s.TopSourceShare, 0.55, 0.8);
        var oldRule = 1 - 0.8 * Rise(s.NewRuleShare, 0.4, 0.8) * (1 - Rise(s.TopSourceShare, 0.6, 0.85));
        var noDiscovery = 1 - Rise(s.DiscoveryShare, 0.4, 0.7);
        var sameMix = Rise(s.MixSimilarity, 0.75, 0.95);
        var clock = Rise(s.Regularity, 0.6, 0.9);
        var fromInside = s.TopSourceIsInternal ? 1 : 0;
        return cause switch
        {
            LikelyCause.DiscoveryNoise => Rise(s.DiscoveryShare, 0.4, 0.8),
            LikelyCause.NewFirewallRule => Rise(s.NewRuleShare, 0.4, 0.8)
                * (1 - Rise(s.TopSourceShare, 0.6, 0.85))
                * noDiscovery,
            LikelyCause.HorizontalScan => oneSource
                * RiseLog(s.TopSourceDestinations, 8, 30)
                * Rise(s.TopSourceTopPortShare, 0.2, 0.45)
                * oldRule
                * noDiscovery
                * (1 - 0.7 * s.InternalShare * s.LateralPortShare * (1 - RiseLog(s.TopSourceDestinations, 30, 80))),
            LikelyCause.VerticalScan => oneSource
                * RiseLog(s.TopPairPorts, 8, 30)
                * (1 - 0.6 * RiseLog(s.TopSourceDestinations, 10, 40))
                * oldRule
                * noDiscovery,
            LikelyCause.LateralMovement => Rise(s.TopSourceShare, 0.3, 0.55)
                * Rise(s.InternalShare, 0.5, 0.8)
                * Rise(s.LateralPortShare, 0.4, 0.75)
                * RiseLog(s.TopSourceDestinations, 2.5, 6)
                * (1 - 0.8 * RiseLog(s.TopSourceDestinations, 40, 100))
                * oldRule,
            LikelyCause.SuspiciousOutbound => Rise(s.OutboundShare, 0.5, 0.8)
                * fromInside
                * Rise(s.TopSourceShare, 0.3, 0.6)
                * (1 - RiseLog(s.TopSourceDestinations, 6, 20))
                * (s.TopDestinationIsNew ? 0.6 + 0.4 * clock : 0.25 + 0.45 * clock)
                * oldRule
                * noDiscovery,
            LikelyCause.ApplicationRetry => Rise(s.TopDestinationShare, 0.4, 0.7)
                * Rise(s.TopPortShare, 0.4, 0.7)
                * RiseLog(s.AttemptsPerTriple, 4, 12)
                * (1 - Rise(s.InboundShare, 0.3, 0.7))
                * (1 - 0.45 * (s.TopDestinationIsNew ? s.OutboundShare : 0))
                * (1 - RiseLog(s.TopPairPorts, 6, 15))
                * oldRule
                * noDiscovery,
            LikelyCause.Flood => Rise(s.TopDestinationShare, 0.5, 0.8)
                * Rise(s.TopPortShare, 0.4, 0.7)
                * RiseLog(s.Weight, 200, 1500)
                * Rise(s.InboundShare, 0.4, 0.8)
                * oldRule,
            LikelyCause.DistributedScan => noSource
                * RiseLog(s.Sources, 12, 40)
                * Rise(s.InboundShare, 0.4, 0.8)
                * Math.Max(Rise(s.TopPortShare, 0.35, 0.7), 0.5 * Rise(s.NewSourceShare, 0.5, 0.9) * (1 - sameMix))
                * (1 - Rise(s.TopDestinationShare, 0.5, 0.8))
                * (1 - 0.7 * sameMix)
                * oldRule,
            LikelyCause.LoggingChange => sameMix
                * noSource
                * Rise(s.PairedShare, 0.4, 0.75)
                * Rise(s.TopFirewallShare, 0.5, 0.85)
                * (1 - Rise(s.TopDestinationShare, 0.5, 0.8)),
            LikelyCause.BackgroundRise => Rise(s.MixSimilarity, 0.65, 0.9)
                * noSource
                * RiseLog(s.Sources, 8, 25)
                * (1 - Rise(s.PairedShare, 0.4, 0.75))
                * (1 - Rise(s.TopPortShare, 0.5, 0.85))
                * (1 - Rise(s.TopDestinationShare, 0.5, 0.8))
                * oldRule
                * noDiscovery,
            _ => 0,
        };
    }

    private static List<EvidenceRow> EvidenceOf(LikelyCause cause, Excess excess)
    {
        var s = excess.Shape;
        var sources = excess.By(Dimension.Source);
        var destinations = excess.By(Dimension.Destination);
        var ports = excess.By(Dimension.Port);
        var oneSource = cause is LikelyCause.HorizontalScan or LikelyCause.VerticalScan or LikelyCause.LateralMovement;
        var manySources =
            cause is LikelyCause.DistributedScan or LikelyCause.BackgroundRise or LikelyCause.LoggingChange;
        var oneTarget = cause is LikelyCause.Flood or LikelyCause.ApplicationRetry or LikelyCause.SuspiciousOutbound;
        var rows = new List<EvidenceRow>
        {
            new(
                "top source's share of the excess",
                Percent(s.TopSourceShare),
                null,
                manySources != s.TopSourceShare >= 0.35
            ),
            new(
                "distinct sources",
                Number(sources.Values),
                Number(sources.UsualValues),
                !oneSource || s.TopSourceShare > 0.5
            ),
            new(
                "distinct destinations",
                Number(destinations.Values),
                Number(destinations.UsualValues),
                cause is LikelyCause.HorizontalScan or LikelyCause.DistributedScan
                    ? s.Destinations > 10
                    : !oneTarget || s.Destinations < 10
            ),
            new(
                "distinct ports",
                Number(ports.Values),
                Number(ports.UsualValues),
                cause != LikelyCause.VerticalScan || s.TopPairPorts > 8
            ),
            new(
                "destination entropy",
                Decimal(destinations.Entropy),
                Decimal(destinations.UsualEntropy),
                !oneTarget || destinations.Entropy <= destinations.UsualEntropy
            ),
            new("direction", DirectionOf(s), null, cause != LikelyCause.SuspiciousOutbound || s.OutboundShare > 0.5),
        };
        if (oneSource)
        {
            rows.Add(
                new(
                    "destinations of the top source",
                    Number(s.TopSourceDestinations),
                    null,
                    s.TopSourceDestinations > 2
                )
            );
            rows.Add(
                new(
                    "ports on its favourite destination",
                    Number(s.TopPairPorts),
                    null,
                    cause == LikelyCause.VerticalScan == s.TopPairPorts > 8
                )
            );
        }

        if (s.GapSeconds is { } gap && (oneTarget || s.Regularity > 0.6))
            rows.Add(
                new(
                    "rhythm of the heaviest flow",
                    $"every {Number(gap)} s, regularity {Decimal(s.Regularity)}",
                    null,
                    s.Regularity > 0.6
                )
            );
        if (s.NewRuleShare > 0.05 || cause == LikelyCause.NewFirewallRule)
            rows.Add(
                new(
                    "denied by rules new since the baseline",
                    Percent(s.NewRuleShare),
                    "0 %",
                    cause == LikelyCause.NewFirewallRule
                )
            );
        if (s.DiscoveryShare > 0.05)
            rows.Add(
                new("discovery and multicast", Percent(s.DiscoveryShare), null, cause == LikelyCause.DiscoveryNoise)
            );
        if (manySources || s.PairedShare > 0.5)
            rows.Add(
                new(
                    "events with a twin in the same second",
                    Percent(s.PairedShare),
                    null,
                    cause == LikelyCause.LoggingChange == s.PairedShare > 0.5
                )
            );
        if (manySources)
            rows.Add(
                new(
                    "likeness to the usual mix",
                    Decimal(s.MixSimilarity),
                    null,
                    cause == LikelyCause.DistributedScan != s.MixSimilarity > 0.8
                )
            );
        rows.Add(new("sources new since the baseline", Percent(s.NewSourceShare), null, true));
        return rows;
    }

    private static string DirectionOf(ExcessShape s) =>
        Math.Max(s.InboundShare, Math.Max(s.OutboundShare, s.InternalShare)) switch
        {
            < 0.5 => "mixed",
            var share when share == s.InboundShare => $"inbound {Percent(share)}",
            var share when share == s.OutboundShare => $"outbound {Percent(share)}",
            var share => $"internal {Percent(share)}",
        };

    private static string Percent(double share) => $"{Math.Round(share * 100)} %";

    private static string Number(double value) =>
        value.ToString(value < 10 ? "0.#" : "N0", CultureInfo.InvariantCulture);

    private static string Decimal(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);

    /// <summary>0 at or below <paramref name="low"/>, 1 at or above <paramref name="high"/>, straight between.</summary>
    private static double Rise(double value, double low, double high) => Math.Clamp((value - low) / (high - low), 0, 1);

    /// <summary>The same for counts, where 10 to 20 is as far as 100 to 200.</summary>
    private static double RiseLog(double value, double low, double high) =>
        Rise(Math.Log(Math.Max(value, 1e-3)), Math.Log(low), Math.Log(high));
}
