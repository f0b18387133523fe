using Denywatch.Alerting;

namespace Denywatch.Bench.Causes;

/// <summary>Incidents of the second generator: other sizes, other widths, other ways to do the same.</summary>
internal static class OtherCases
{
    private const int Comparable = 18;
    private static readonly DateTimeOffset at = new(2026, 5, 12, 10, 0, 0, TimeSpan.Zero);

    public static IEnumerable<Case> All(int seed)
    {
        var random = new Random(seed * 7_919);
        foreach (var cause in Enum.GetValues<LikelyCause>())
        {
            for (var number = 0; number < Cases.OfEach; number++)
                yield return One(cause, random, number);
        }
    }

    private static Case One(LikelyCause cause, Random random, int number)
    {
        // What is slow by nature raises an alert only where little else is denied.
        var isSlow = cause is LikelyCause.SuspiciousOutbound or LikelyCause.LateralMovement or LikelyCause.VerticalScan;
        var traffic = new OtherTraffic(random, isSlow ? 400 : 5_000);
        var firewall = traffic.Firewalls[random.Next(traffic.Firewalls.Count)];
        var usual = traffic.Usual();
        var incident = new OtherIncidents(traffic, firewall, random).Of(cause, number, usual);
        return new(
            cause,
            firewall.Name,
            traffic.Fold([.. usual, .. incident.Denies], at),
            [.. Enumerable.Range(1, Comparable).Select(day => traffic.Fold(traffic.Usual(), at.AddDays(-day)))],
            incident.Dimension,
            incident.Keys.ToHashSet(StringComparer.Ordinal)
        );
    }
}
