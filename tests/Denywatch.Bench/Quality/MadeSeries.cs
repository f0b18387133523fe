using Denywatch.Detection;

namespace Denywatch.Bench.Quality;

/// <summary>
/// Labelled series out of a seed: negative binomial counts around a mean with day, week and slow autocorrelated noise, and
/// incidents added on top. For honesty: nothing was tuned on it that the corpus did not already say.
/// </summary>
internal static class MadeSeries
{
    private const int PerDay = 96;
    private static readonly TimeSpan Span = TimeSpan.FromMinutes(15);
    private static readonly string[] Zones = ["UTC", "America/Chicago", "Europe/Berlin", "Asia/Tokyo", "Asia/Dubai"];

    private static readonly string[] Families =
    [
        "sparse",
        "low",
        "office",
        "internet",
        "datacenter",
        "scheduled",
        "biweekly",
        "on-off",
        "shift",
        "gappy",
    ];

    public static List<LabelledSeries> All(int seed, int ofEach) =>
        [
            .. Families.SelectMany(
                (family, f) => Enumerable.Range(0, ofEach).Select(i => One(family, i, new(seed * 7919 + f * 101 + i)))
            ),
        ];

    private static LabelledSeries One(string family, int index, Draws draws)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(draws.Of(Zones));
        var start = new DateTimeOffset(2025, draws.Between(1, 11), draws.Between(1, 28), 0, 0, 0, TimeSpan.Zero);
        var buckets = 7 * PerDay * draws.Between(6, 10);
        DateTimeOffset At(int i) => start + i * Span;

        var background = MadeBackground.Of(family, draws, zone);
        var wander = new Wander(draws, background.WanderSize, draws.Between(24, 96));
        var mean = new double[buckets];
        for (var i = 0; i < buckets; i++)
            mean[i] = background.MeanAt(At(i)) * wander.Next();

        List<Stretch> ignore = [];
        background.AddEvents(mean, At, ignore);

        var counts = new double[buckets];
        for (var i = 0; i < buckets; i++)
            counts[i] = background.IsVisits ? Visits(draws, mean[i]) : draws.NegativeBinomial(mean[i], background.Phi);

        var incidents = new List<LabelledIncident>();
        var wanted = draws.Chance(0.25) ? 0 : draws.Between(1, 4);
        for (var n = 0; n < wanted; n++)
        {
            var room = (buckets - 15 * PerDay) / wanted;
            var from = 14 * PerDay + n * room + draws.Between(0, Math.Max(0, room - 3 * PerDay));
            var incident = MadeIncident.Add(counts, mean, from, background, draws);
            var when = new Stretch(At(incident.First), At(incident.Last));
            if (!ignore.Exists(i => i.Start <= when.End.AddHours(4) && when.Start <= i.End.AddHours(4)))
                incidents.Add(new(incident.Type, incident.Difficulty, when));
            else
                ignore.Add(when);
        }

        var isAbsent = new bool[buckets];
        if (family == "gappy")
            background.Break(counts, isAbsent, incidents, At);
        return new(
            $"made-{family}-{index:00}",
            "made-" + family,
            zone,
            start.AddDays(7),
            incidents,
            ignore,
            [.. Enumerable.Range(0, buckets).Where(i => !isAbsent[i]).Select(i => new CountedBucket(At(i), counts[i]))]
        );
    }

    /// <summary>A quiet series: a visitor comes and tries a few times.</summary>
    private static long Visits(Draws draws, double mean)
    {
        var count = 0L;
        for (var visits = draws.Poisson(mean / 2.5); visits > 0; visits--)
            count += 1 + draws.Poisson(1.5);
        return count;
    }
}

/// <summary>Slow noise around 1: an autoregressive process in the logarithm.</summary>
internal sealed class Wander(Draws draws, double size, double memory)
{
    private readonly double keep = Math.Exp(-1 / memory);
    private double state = draws.Normal();

    public double Next()
    {
        state = keep * state + Math.Sqrt(1 - keep * keep) * draws.Normal();
        return Math.Exp(size * state);
    }
}
