namespace Denywatch.Bench.Quality;

/// <summary>Denies added to a made series by something that went wrong.</summary>
/// <param name="First">First bucket with added denies.</param>
/// <param name="Last">Last bucket with added denies.</param>
internal readonly record struct MadeIncident(string Type, string Difficulty, int First, int Last)
{
    private const int PerDay = 96;
    private static readonly string[] Loud = ["flood", "slow-scan", "retry-storm", "distributed-scan", "pulsed-retries"];
    private static readonly string[] Quiet = ["flood", "beacon", "slow-scan", "beacon", "pulsed-retries"];

    public static MadeIncident Add(double[] counts, double[] mean, int from, MadeBackground background, Draws draws)
    {
        var type = draws.Of(mean[from] < 0.6 ? Quiet : Loud);
        var length = type switch
        {
            "flood" => draws.Between(1, 4),
            "slow-scan" => draws.Between(16, 48),
            "retry-storm" => draws.Between(4, 2 * PerDay),
            "distributed-scan" => draws.Between(16, 40),
            _ => draws.Between(PerDay / 2, PerDay),
        };
        length = Math.Min(length, counts.Length - from - 1);
        var here = mean.AsSpan(from, length).ToArray().Average();
        var relative = background.Phi + background.WanderSize * background.WanderSize;
        var deviation = Math.Sqrt(here * (background.IsVisits ? 3 : 1) + relative * here * here + 0.05);
        var (lowest, highest) = type switch
        {
            "slow-scan" => (1.5, 4.5),
            "flood" => (8, 40),
            "distributed-scan" => (4, 14),
            _ => (5.0, 16.0),
        };
        var height = Math.Max(type == "beacon" ? 1 : 2, draws.Between(lowest, highest) * deviation);
        var period = type == "beacon" ? draws.Between(1, 6) : draws.Between(8, 24);

        var (first, last, peak) = (-1, from, 0.0);
        for (var i = 0; i < length; i++)
        {
            var added = type switch
            {
                "beacon" => i % period == 0 ? draws.Between(1, 2) : 0,
                "pulsed-retries" => i % period < 2 ? draws.Poisson(height) : 0,
                "distributed-scan" => draws.Poisson(height * Math.Sin(Math.PI * (i + 0.5) / length)),
                _ => draws.Poisson(height),
            };
            if (added == 0)
                continue;
            counts[from + i] += added;
            first = first < 0 ? from + i : first;
            (last, peak) = (from + i, Math.Max(peak, added / deviation));
        }
        return new(
            type,
            peak >= 12 ? "easy"
                : peak >= 5 ? "medium"
                : "hard",
            first < 0 ? from : first,
            last
        );
    }
}
