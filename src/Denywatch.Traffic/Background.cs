using System.Net;

namespace Denywatch.Traffic;

/// <summary>One denied or allowed attempt, before it becomes an event.</summary>
internal readonly record struct Attempt(
    int Second,
    IPAddress Source,
    int SourcePort,
    IPAddress Destination,
    int Port,
    bool IsUdp,
    string Rule,
    bool IsAllowed = false
);

/// <summary>What a firewall denies on any day: internet scanning, discovery, clients that were set up wrongly.</summary>
internal sealed class Background(int seed)
{
    private const int SliceSeconds = 300;
    private const int KnownScanners = 3_000;
    private const double AllowedPart = 0.08;

    /// <summary>Ports that the internet tries, with their weights; negative ones are UDP.</summary>
    private static readonly (int Port, int Weight)[] ScannedPorts =
    [
        (23, 150),
        (22, 100),
        (445, 70),
        (3389, 70),
        (80, 55),
        (443, 50),
        (8080, 45),
        (6379, 35),
        (1433, 32),
        (5900, 26),
        (2323, 24),
        (81, 20),
        (8443, 22),
        (3306, 20),
        (5432, 18),
        (9200, 14),
        (27017, 12),
        (37215, 14),
        (5555, 20),
        (8728, 12),
        (2375, 10),
        (8088, 10),
        (25, 16),
        (21, 16),
        (110, 6),
        (7547, 10),
        (60001, 8),
        (49152, 6),
        (8888, 12),
        (5985, 6),
        (-5060, 42),
        (-53, 18),
        (-123, 16),
        (-161, 20),
        (-1900, 10),
        (-389, 8),
        (-11211, 6),
        (-3478, 4),
        (-500, 8),
    ];

    private static readonly int[] PortTable = [.. ScannedPorts.SelectMany(p => Enumerable.Repeat(p.Port, p.Weight))];
    private static readonly IPAddress Broadcast = IPAddress.Broadcast;
    private static readonly IPAddress Mdns = IPAddress.Parse("224.0.0.251");
    private static readonly IPAddress Ssdp = IPAddress.Parse("239.255.255.250");

    private readonly IPAddress[] scanners =
    [
        .. Enumerable.Range(0, KnownScanners).Select(i => Addresses.Internet(Dice.Mix(seed, i, 11))),
    ];

    public void AddTo(List<Attempt> attempts, GeneratedFirewall firewall, int index, DateTimeOffset slice)
    {
        var dice = Dice.For(seed, slice.ToUnixTimeSeconds(), index + 1);
        var local = TimeZoneInfo.ConvertTime(slice, firewall.Zone);
        var office = OfficeAt(local);
        var drift = DriftAt(index, slice);

        AddScans(
            attempts,
            firewall,
            dice,
            dice.Poisson(firewall.ScansPerSlice * drift * Math.Exp(0.12 * dice.Normal())),
            slice
        );
        AddDiscovery(attempts, firewall, dice, dice.Poisson(firewall.OfficePerSlice * 0.35 * (0.15 + office)));
        AddWrongClients(attempts, firewall, index, dice, local, office);
        AddStrays(attempts, firewall, dice, dice.Poisson(firewall.OfficePerSlice * 0.3 * office));
        AddAllowed(attempts, firewall, dice, dice.Poisson(attempts.Count * AllowedPart * (0.3 + office)));
    }

    /// <summary>Internet scanning: a heavy-tailed crowd of known sources, and as many that come once.</summary>
    public void AddScans(List<Attempt> attempts, GeneratedFirewall firewall, Dice dice, int count, DateTimeOffset slice)
    {
        var day = slice.ToUnixTimeSeconds() / 86_400;
        while (count > 0)
        {
            IPAddress source;
            int port;
            if (dice.Chance(0.6))
            {
                var scanner = (int)(KnownScanners * Math.Pow(dice.Unit(), 2.6));
                if (Dice.Mix(seed, scanner, day) % 3 == 0)
                    continue; // not every scanner comes every day

                source = scanners[scanner];
                port = dice.Chance(0.85)
                    ? PortTable[Dice.Mix(seed, scanner, 5) % (ulong)PortTable.Length]
                    : dice.Of(PortTable);
            }
            else
            {
                source = Addresses.Internet(dice.Next());
                port = dice.Chance(0.12) ? dice.Between(1024, 65_000) : dice.Of(PortTable);
            }

            var tries = dice.Chance(0.2) ? dice.Between(2, 3) : 1;
            var destination = firewall.PublicHost(dice.Below(254));
            var sourcePort = dice.Between(1024, 65_535);
            for (; tries > 0 && count > 0; tries--, count--)
                attempts.Add(
                    new(
                        dice.Below(SliceSeconds),
                        source,
                        sourcePort,
                        destination,
                        Math.Abs(port),
                        port < 0,
                        firewall.Rules.Inbound
                    )
                );
        }
    }

    private static void AddDiscovery(List<Attempt> attempts, GeneratedFirewall firewall, Dice dice, int count)
    {
        for (; count > 0; count--)
        {
            var source = firewall.InsideHost(dice.Below(4), 20 + dice.Below(60));
            var (destination, port) = dice.Below(4) switch
            {
                0 => (Mdns, 5353),
                1 => (Ssdp, 1900),
                2 => (Broadcast, 67),
                _ => (Broadcast, 137),
            };
            attempts.Add(new(dice.Below(SliceSeconds), source, port, destination, port, true, firewall.Rules.Internal));
        }
    }

    /// <summary>A few machines ask for something they never get: every few minutes, some only while people work.</summary>
    private void AddWrongClients(
        List<Attempt> attempts,
        GeneratedFirewall firewall,
        int index,
        Dice dice,
        DateTimeOffset local,
        double office
    )
    {
        var clients = (int)Math.Ceiling(firewall.OfficePerSlice * 0.8);
        for (var client = 0; client < clients; client++)
        {
            var persona = Dice.For(seed, 7_000 + index * 100 + client, 3);
            var isMachine = persona.Chance(0.4);
            var (port, isOutside) = persona.Below(6) switch
            {
                0 => (9100, false),
                1 => (8530, false),
                2 => (25, true),
                3 => (3128, false),
                4 => (853, true),
                _ => (1433, false),
            };
            var source = firewall.InsideHost(persona.Below(8), persona.Below(200));
            var destination = isOutside
                ? Addresses.Internet(persona.Next())
                : firewall.InsideHost(200 + persona.Below(20), persona.Below(30));
            var mean = (isMachine ? 1 : 1.6 * office) * (0.5 + persona.Unit());
            if (isMachine && local.Hour == 2 && client == 0)
                mean += 6; // a nightly job that somebody forgot
            var rule = isOutside ? firewall.Rules.Outbound : firewall.Rules.Internal;
            for (var tries = dice.Poisson(mean); tries > 0; tries--)
                attempts.Add(
                    new(dice.Below(SliceSeconds), source, dice.Between(49_152, 65_535), destination, port, false, rule)
                );
        }
    }

    private static void AddStrays(List<Attempt> attempts, GeneratedFirewall firewall, Dice dice, int count)
    {
        for (; count > 0; count--)
        {
            var source = firewall.InsideHost(dice.Below(8), dice.Below(200));
            var isOutside = dice.Chance(0.6);
            var destination = isOutside
                ? Addresses.Internet(dice.Next())
                : firewall.InsideHost(dice.Below(200), dice.Below(200));
            var port = dice.Of([443, 80, 8443, 22, 3389, 993, 5228, 1194, 51820, 8000]);
            attempts.Add(
                new(
                    dice.Below(SliceSeconds),
                    source,
                    dice.Between(49_152, 65_535),
                    destination,
                    port,
                    port == 51820,
                    isOutside ? firewall.Rules.Outbound : firewall.Rules.Internal
                )
            );
        }
    }

    private static void AddAllowed(List<Attempt> attempts, GeneratedFirewall firewall, Dice dice, int count)
    {
        for (; count > 0; count--)
        {
            attempts.Add(
                new(
                    dice.Below(SliceSeconds),
                    Addresses.Internet(dice.Next()),
                    dice.Between(1024, 65_535),
                    firewall.PublicHost(10 + dice.Below(4)),
                    dice.Chance(0.8) ? 443 : 80,
                    false,
                    firewall.Rules.Allowed,
                    IsAllowed: true
                )
            );
        }
    }

    /// <summary>How many people are at work, 0 to 1, by the site's clock.</summary>
    private static double OfficeAt(DateTimeOffset local)
    {
        var hour = local.TimeOfDay.TotalHours;
        var day = 1 / (1 + Math.Exp(-(hour - 8) * 2.2)) * (1 / (1 + Math.Exp((hour - 17.3) * 1.8)));
        var lunch = 1 - 0.25 * Math.Exp(-Math.Pow((hour - 12.4) / 0.6, 2));
        return day * lunch * (local.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday ? 0.06 : 1);
    }

    /// <summary>The internet's mood: a slow wander around 1 with a faint daily wave.</summary>
    private double DriftAt(int index, DateTimeOffset slice)
    {
        var blocks = slice.ToUnixTimeSeconds() / (6 * 3600.0);
        var block = (long)Math.Floor(blocks);
        var part = blocks - block;
        double At(long b) => Dice.For(seed, b, 900 + index).Normal();
        var wander = At(block) * (1 - part) + At(block + 1) * part;
        return Math.Exp(0.10 * wander + 0.08 * Math.Sin(2 * Math.PI * (slice.TimeOfDay.TotalHours - 9) / 24));
    }
}
