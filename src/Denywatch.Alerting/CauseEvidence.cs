using System.Globalization;

namespace Denywatch.Alerting;

/// <summary>The observations behind a cause. Every share in it is a contributor's, so that a page states one basis only.</summary>
internal static class CauseEvidence
{
    public static IReadOnlyList<EvidenceRow> Of(
        LikelyCause cause,
        Excess excess,
        IReadOnlyList<ConfigurationChange> changes
    )
    {
        var s = excess.Shape;
        var isOneSource =
            cause
            is LikelyCause.HorizontalScan
                or LikelyCause.VerticalScan
                or LikelyCause.LateralMovement
                or LikelyCause.SuspiciousOutbound;
        var isManySources =
            cause is LikelyCause.DistributedScan or LikelyCause.BackgroundRise or LikelyCause.LoggingChange;
        var isOneTarget = cause is LikelyCause.Flood or LikelyCause.ApplicationRetry;
        var rows = new List<EvidenceRow>();

        void Add(string name, string value, string? usual = null, bool speaksFor = true) =>
            rows.Add(new(name, value, usual, speaksFor));

        if (s.TopSource is not null)
            Add(
                "top source's share of the excess",
                $"{Percent(excess.ShareOf(Dimension.Source, s.TopSource))}, {s.TopSource}",
                speaksFor: isManySources ? s.TopSourceShare < 0.4 : !isOneSource || s.TopSourceShare >= 0.4
            );
        AddDistinct(rows, excess, Dimension.Source, "sources", s.SourceEntropy, true);
        AddDistinct(
            rows,
            excess,
            Dimension.Destination,
            "destinations",
            s.DestinationEntropy,
            cause is not (LikelyCause.HorizontalScan or LikelyCause.DistributedScan) || s.Destinations >= 10
        );
        AddDistinct(rows, excess, Dimension.Port, "ports", s.PortEntropy, !isOneTarget || s.TopPortShare >= 0.5);
        if (s.Weight > 0)
            Add(
                "direction",
                DirectionOf(s),
                speaksFor: cause != LikelyCause.SuspiciousOutbound || s.OutboundShare > 0.5
            );
        if (isOneSource)
        {
            var hosts = s.TopSourceDestinations;
            Add(
                "destinations of the top source",
                Number(hosts),
                speaksFor: hosts > 2 || cause == LikelyCause.SuspiciousOutbound
            );
            Add(
                "ports on its favourite destination",
                Number(s.TopPairPorts),
                speaksFor: cause == LikelyCause.VerticalScan == s.TopPairPorts > 8
            );
        }

        if (isOneTarget || cause == LikelyCause.SuspiciousOutbound)
            Add(
                "heaviest source, destination and port",
                $"{Number(Math.Round(s.TopTripleShare * s.Weight))} denies",
                speaksFor: cause == LikelyCause.Flood || s.AttemptsPerTriple > 3
            );
        if (s.GapSeconds is { } gap && (isOneTarget || isOneSource || s.Regularity > 0.6))
            Add(
                "rhythm of the heaviest flow",
                $"every {Number(gap)} s, regularity {Decimal(s.Regularity)}",
                "0.31 by chance",
                s.Regularity > 0.6 || cause != LikelyCause.SuspiciousOutbound
            );
        if (s.LateralPortShare > 0.5)
            Add("kind of port", "remote control or file sharing", speaksFor: cause != LikelyCause.DiscoveryNoise);
        else if (s.DiscoveryShare > 0.5)
            Add(
                "kind of port",
                "multicast, broadcast or name discovery",
                speaksFor: cause == LikelyCause.DiscoveryNoise
            );
        AddNovelty(rows, excess, cause);
        if (isManySources || s.PairedShare > s.UsualPairedShare + 0.3)
            Add(
                "events with a twin within two seconds",
                Percent(s.PairedShare),
                Percent(s.UsualPairedShare),
                cause == LikelyCause.LoggingChange || s.PairedShare < s.UsualPairedShare + 0.3
            );
        if (isManySources)
            Add(
                "likeness to the usual mix of ports",
                Decimal(s.MixSimilarity),
                speaksFor: cause == LikelyCause.DistributedScan == s.MixSimilarity < 0.55
            );
        foreach (var change in changes)
            Add(
                $"changed {change.At.UtcDateTime:yyyy-MM-dd HH:mm} UTC",
                change.Who is { } who ? $"{change.What}, by {who}" : change.What,
                speaksFor: cause is LikelyCause.NewFirewallRule or LikelyCause.LoggingChange
            );
        return rows;
    }

    private static void AddDistinct(
        List<EvidenceRow> rows,
        Excess excess,
        Dimension dimension,
        string name,
        double entropy,
        bool speaksFor
    )
    {
        var part = excess.By(dimension);
        if (part.Top is [{ Value: Attribution.Absent, Share: > 0.5 }, ..])
        {
            rows.Add(new($"distinct {name}", "not in the log", null, false));
            return;
        }

        rows.Add(new($"distinct {name}", Number(part.Values), Number(part.UsualValues), speaksFor));
        rows.Add(new($"spread of the excess over {name}", Decimal(entropy), Decimal(part.UsualEntropy), speaksFor));
    }

    private static void AddNovelty(List<EvidenceRow> rows, Excess excess, LikelyCause cause)
    {
        if (excess.ComparableBuckets == 0)
            return;

        var fresh = excess.By(Dimension.Rule).Top.FirstOrDefault(c => c is { IsNew: true, Share: > 0.05 });
        if (fresh is not null && fresh.Value != Attribution.Absent)
            rows.Add(
                new(
                    "denied by a rule that denied nothing before",
                    $"{Percent(fresh.Share)}, {fresh.Value}",
                    "0 %",
                    cause is LikelyCause.NewFirewallRule or LikelyCause.LoggingChange
                )
            );
        var newSources = excess.By(Dimension.Source).Top.Where(c => c.IsNew && c.Value != Attribution.Absent).ToList();
        if (newSources.Count > 0)
            rows.Add(
                new(
                    "largest sources that are new since the baseline",
                    $"{newSources.Count} of {excess.By(Dimension.Source).Top.Count}",
                    null,
                    cause is not (LikelyCause.BackgroundRise or LikelyCause.LoggingChange)
                )
            );
    }

    private static string DirectionOf(ExcessShape s) =>
        Math.Max(s.InboundShare, Math.Max(s.OutboundShare, s.InternalShare)) switch
        {
            < 0.6 => "mixed",
            var share when share == s.InboundShare => "inbound",
            var share when share == s.OutboundShare => "outbound",
            _ => "internal",
        };

    private static string Percent(double share) => $"{Math.Round(share * 100)} %";

    private static string Number(double value) =>
        value.ToString(value < 10 ? "0.#" : "N0", CultureInfo.InvariantCulture);

    private static string Decimal(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);
}
