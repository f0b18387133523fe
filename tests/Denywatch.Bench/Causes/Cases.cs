using System.Globalization;
using Denywatch.Alerting;
using Denywatch.Traffic;

namespace Denywatch.Bench.Causes;

/// <summary>Incidents of the product's own traffic generator, the one that the demo shows.</summary>
internal static class Cases
{
    public const int OfEach = 20;
    private const int Slices = 3;
    private const int Days = 14;
    private const int Before = 4;

    /// <summary>Buckets of an incident among which the peak is looked for.</summary>
    private const int MostLooks = 12;

    private static readonly TimeSpan quarter = TimeSpan.FromMinutes(15);
    private static readonly DateTimeOffset end = new(2026, 3, 27, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Twenty of every cause, and as many buckets in which nothing happened: unclear is right there.</summary>
    public static IEnumerable<Case> All(int seed)
    {
        var random = new Random(seed);
        foreach (var cause in Enum.GetValues<LikelyCause>())
        {
            for (var number = 1; number <= OfEach; number++)
                yield return One(cause, random, number);
        }
    }

    private static Case One(LikelyCause cause, Random random, int number)
    {
        var seed = random.Next();
        var estate = Scaled(random);
        var start = end.AddMinutes(-5 * random.Next(288 * 7));
        if (cause == LikelyCause.Unclear)
        {
            var quiet = new TrafficGenerator(seed, estate);
            var bucket = Floor(start);
            var usual = estate.Firewalls[random.Next(estate.Firewalls.Count)].Name;
            return new(cause, usual, Flows(quiet, bucket), Comparable(quiet, bucket, bucket), default, Set());
        }

        var incident = Incidents.One(cause, start, seed, number, estate);
        var generator = new TrafficGenerator(seed, estate, [incident]);
        var peak = PeakOf(generator, incident);
        var (dimension, keys) = KeysOf(incident);
        return new(
            cause,
            incident.Firewall,
            Flows(generator, peak),
            Comparable(generator, peak, Floor(start)),
            dimension,
            keys
        );
    }

    /// <summary>The same firewalls, three times quieter to ten times busier, some of them or all.</summary>
    private static Estate Scaled(Random random)
    {
        var factor = 0.3 * Math.Pow(30, random.NextDouble());
        var all = Estate.Default.Firewalls.Select(firewall =>
            firewall with
            {
                ScansPerSlice = firewall.ScansPerSlice * factor,
                OfficePerSlice = Math.Min(100, firewall.OfficePerSlice * factor),
            }
        );
        return new([.. all.Take(random.Next(3, 6))]);
    }

    private static DateTimeOffset PeakOf(TrafficGenerator generator, Incident incident)
    {
        var buckets = new List<DateTimeOffset>();
        for (var bucket = Floor(incident.Start); bucket < incident.End; bucket += quarter)
            buckets.Add(bucket);
        var step = Math.Max(1, buckets.Count / MostLooks);
        return buckets
            .Where((_, i) => i % step == 0)
            .MaxBy(bucket => Flows(generator, bucket).Where(f => f.Firewall == incident.Firewall).Sum(f => f.Count));
    }

    private static List<IReadOnlyList<FlowRow>> Comparable(
        TrafficGenerator generator,
        DateTimeOffset bucket,
        DateTimeOffset episodeStart
    ) =>
        [
            .. Enumerable.Range(1, Days).Select(day => Flows(generator, bucket.AddDays(-day))),
            .. Enumerable.Range(1, Before).Select(before => Flows(generator, episodeStart - before * quarter)),
        ];

    private static IReadOnlyList<FlowRow> Flows(TrafficGenerator generator, DateTimeOffset bucket) =>
        GeneratedFlows.Of(
            Enumerable.Range(0, Slices).SelectMany(slice => generator.Slice(bucket.AddMinutes(5 * slice)))
        );

    private static DateTimeOffset Floor(DateTimeOffset at) =>
        new(at.UtcTicks - at.UtcTicks % quarter.Ticks, TimeSpan.Zero);

    private static (Dimension Dimension, IReadOnlySet<string> Keys) KeysOf(Incident incident) =>
        incident.Cause switch
        {
            LikelyCause.Flood => (Dimension.Destination, Set($"{incident.Destination}")),
            LikelyCause.ApplicationRetry when incident.Width > 1 => (
                Dimension.Destination,
                Set($"{incident.Destination}")
            ),
            LikelyCause.DistributedScan or LikelyCause.DiscoveryNoise => (
                Dimension.Port,
                Set(incident.Port!.Value.ToString(CultureInfo.InvariantCulture))
            ),
            LikelyCause.NewFirewallRule => (Dimension.Rule, Set(incident.Rule!)),
            LikelyCause.LoggingChange or LikelyCause.BackgroundRise => (Dimension.Firewall, Set(incident.Firewall)),
            _ => (Dimension.Source, Set($"{incident.Source}")),
        };

    private static HashSet<string> Set(params string[] keys) => [.. keys];
}
