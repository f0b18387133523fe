using System.Net;
using Denywatch.Alerting;

namespace Denywatch.Traffic;

/// <summary>Makes incidents of every likely cause.</summary>
public static class Incidents
{
    private static readonly LikelyCause[] Causes =
    [
        .. Enum.GetValues<LikelyCause>().Where(cause => cause != LikelyCause.Unclear),
    ];

    /// <summary>
    /// A month of incidents that ends at <paramref name="end"/>: each cause at least once, the first week quiet, three in
    /// the last 24 hours, one of them still going on.
    /// </summary>
    public static IReadOnlyList<Incident> ForMonth(DateTimeOffset end, int seed, Estate? estate = null)
    {
        estate ??= Estate.Default;
        var dice = Dice.For(seed, 77, 1);
        var incidents = new List<Incident>();
        void Add(LikelyCause cause, TimeSpan before) =>
            incidents.Add(One(cause, end - before, seed, incidents.Count, estate));

        Add(LikelyCause.HorizontalScan, TimeSpan.FromMinutes(35));
        Add(LikelyCause.ApplicationRetry, TimeSpan.FromHours(8.6));
        Add(LikelyCause.Flood, TimeSpan.FromHours(19.3));

        // One about every day and a half before that, in an order that is the seed's.
        var rest = Causes
            .Concat([LikelyCause.HorizontalScan, LikelyCause.SuspiciousOutbound])
            .OrderBy(_ => dice.Next())
            .ToList();
        for (var i = 0; i < rest.Count; i++)
            Add(rest[i], TimeSpan.FromDays(2.2 + i * 1.5) + TimeSpan.FromMinutes(dice.Below(20 * 60)));

        // The one that goes on must still be there some time after the end.
        incidents[0] = incidents[0] with
        {
            Duration = TimeSpan.FromMinutes(95),
            Added = Math.Max(incidents[0].Added, 5_200),
        };
        return [.. incidents.OrderBy(incident => incident.Start)];
    }

    /// <summary>One incident of a cause, of random size and place.</summary>
    /// <param name="number">Sets it apart from others of the same seed.</param>
    public static Incident One(LikelyCause cause, DateTimeOffset start, int seed, int number, Estate? estate = null)
    {
        estate ??= Estate.Default;
        var dice = Dice.For(seed, 50_000 + number, (long)cause);
        var firewall = FirewallFor(cause, estate, dice);
        var outside = Addresses.Internet(dice.Next());
        var inside = firewall.InsideHost(dice.Between(1, 8), dice.Between(1, 220));
        var publicHost = firewall.PublicHost(dice.Between(5, 60));
        var server = firewall.InsideHost(dice.Between(200, 219), dice.Between(1, 30));

        Incident Make(
            double hours,
            long added,
            IPAddress? source,
            IPAddress? destination,
            int? port,
            int width,
            string? rule = null
        ) =>
            new(
                cause,
                firewall.Name,
                start,
                TimeSpan.FromMinutes(Math.Round(hours * 12) * 5),
                added,
                source,
                destination,
                port,
                rule,
                width,
                number
            );

        double Spread(double low, double high) => low * Math.Pow(high / low, dice.Unit());

        return cause switch
        {
            LikelyCause.HorizontalScan => dice.Chance(0.5) || number == 0
                ? Make(
                    Spread(0.5, 2),
                    (long)Spread(1_500, 6_000),
                    inside,
                    null,
                    dice.Of([445, 22, 3389, 80]),
                    dice.Between(120, 250)
                )
                : Make(
                    Spread(0.5, 3),
                    (long)Spread(1_500, 8_000),
                    outside,
                    null,
                    dice.Of([8291, 22, 3389, 9001, 5038]),
                    dice.Between(100, 250)
                ),
            LikelyCause.VerticalScan => Make(
                Spread(0.25, 1.5),
                (long)Spread(800, 4_000),
                outside,
                publicHost,
                null,
                dice.Between(150, 1_500)
            ),
            LikelyCause.DistributedScan => Make(
                Spread(1, 5),
                (long)Spread(2_500, 12_000),
                null,
                null,
                dice.Of([8291, 7547, 2222, 4899, 52869]),
                dice.Between(80, 400)
            ),
            LikelyCause.Flood => Make(
                Spread(0.2, 0.8),
                (long)Spread(6_000, 24_000),
                null,
                publicHost,
                dice.Of([443, 53, 80, 123]),
                dice.Between(3, 60)
            ),
            LikelyCause.ApplicationRetry => Make(
                Spread(1.5, 7),
                (long)Spread(1_800, 9_000),
                inside,
                server,
                dice.Of([1521, 5432, 8443, 9093, 636]),
                dice.Between(1, 3)
            ),
            LikelyCause.NewFirewallRule => Make(
                Spread(4, 12),
                (long)Spread(2_500, 9_000),
                null,
                null,
                dice.Of([25, 587, 445, 8080]),
                dice.Between(14, 40),
                NewRuleOf(firewall, dice)
            ),
            LikelyCause.SuspiciousOutbound => Make(
                Spread(3, 8),
                (long)Spread(700, 2_500),
                inside,
                outside,
                dice.Of([8443, 4444, 1337, 443, 53]),
                1
            ),
            LikelyCause.LateralMovement => Make(
                Spread(0.4, 2),
                (long)Spread(500, 2_000),
                inside,
                null,
                dice.Of([445, 3389, 5985]),
                dice.Between(6, 22)
            ),
            LikelyCause.DiscoveryNoise => Make(
                Spread(1, 5),
                (long)Spread(900, 4_000),
                inside,
                null,
                dice.Of([5353, 1900, 137]),
                dice.Between(1, 4)
            ),
            LikelyCause.LoggingChange => Sized(
                Make(Spread(4, 12), 0, null, null, null, 1),
                firewall.ScansPerSlice + firewall.OfficePerSlice
            ),
            _ => Sized(Make(Spread(2, 6), 0, null, null, null, 1), firewall.ScansPerSlice * Spread(1.2, 2.5)),
        };
    }

    private static Incident Sized(Incident incident, double perSlice) =>
        incident with
        {
            Added = (long)(incident.Duration / TimeSpan.FromMinutes(5) * perSlice),
        };

    private static string NewRuleOf(GeneratedFirewall firewall, Dice dice) =>
        firewall.Integration switch
        {
            "cisco_asa" => dice.Of(["legacy_out", "quarantine_in"]),
            _ => dice.Of(["deny-legacy-smtp", "zero-trust-default", "block-old-clients"]),
        };

    private static GeneratedFirewall FirewallFor(LikelyCause cause, Estate estate, Dice dice)
    {
        // A rule's name can be told only where the vendor logs names; a branch or lab sees no large floods.
        var fitting = cause switch
        {
            LikelyCause.NewFirewallRule => estate.Firewalls.Where(f => f.Integration is not ("pfsense" or "iptables")),
            LikelyCause.Flood
            or LikelyCause.DistributedScan
            or LikelyCause.LoggingChange
            or LikelyCause.BackgroundRise => estate.Firewalls.Where(f => f.ScansPerSlice > 10),
            _ => estate.Firewalls,
        };
        return dice.Of([.. fitting.DefaultIfEmpty(estate.Firewalls[0])]);
    }
}
