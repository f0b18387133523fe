namespace Denywatch.Detection.SlowSuspects;

/// <summary>
/// How much one source's denies towards one destination and port look like a beacon: a program that calls home at a fixed
/// interval. After RITA's published scoring (Active Countermeasures, v5): the mean of four regularities, each 0 to 1.
/// </summary>
/// <param name="Score">0 to 1; from <see cref="Suspicious"/> on it is worth a finding.</param>
/// <param name="Interval">The typical gap between calls.</param>
/// <param name="Calls">Calls that were looked at.</param>
/// <param name="Length">From the first of them to the last.</param>
public readonly record struct Beacon(double Score, TimeSpan Interval, int Calls, TimeSpan Length)
{
    public const double Suspicious = 0.8;

    /// <summary>A program that was turned away gives up, or is restarted, within so long: its retries are no beacon.</summary>
    public static readonly TimeSpan ShortestLength = TimeSpan.FromHours(2);

    /// <summary>Beacons of one source on one port: whoever calls more places is a client with a list of servers.</summary>
    public const int MostPlaces = 4;

    /// <summary>Fewer calls say nothing of regularity.</summary>
    public const int FewestCalls = 12;

    /// <summary>A typical gap's spread of this many seconds takes the whole score for it, as in RITA.</summary>
    private const double WidestGapSpread = 30;

    /// <summary>
    /// Record score, 0 to 100: 75 at <see cref="Suspicious"/>, 100 at a perfect beat, straight between and below; 0 for what is
    /// shorter than <see cref="ShortestLength"/>.
    /// </summary>
    public double RecordScore =>
        Length < ShortestLength ? 0
        : Score < Suspicious ? Detection.RecordScore.Critical * Score / Suspicious
        : Detection.RecordScore.Critical
            + ((100 - Detection.RecordScore.Critical) * (Score - Suspicious) / (1 - Suspicious));

    /// <summary>Whether it still calls at <paramref name="at"/>: its last call is no older than three beats, and an hour.</summary>
    public bool GoesOn(DateTimeOffset lastCall, DateTimeOffset at) =>
        at - lastCall <= (3 * Interval > patience ? 3 * Interval : patience);

    private static readonly TimeSpan patience = TimeSpan.FromHours(1);

    /// <param name="calls">Times of the denies of a day, in order; those within a second count as one call.</param>
    /// <returns>Null where there are too few calls to say anything.</returns>
    public static Beacon? Of(IReadOnlyList<DateTimeOffset> calls)
    {
        ArgumentNullException.ThrowIfNull(calls);
        var gaps = new List<double>(calls.Count);
        var last = calls.Count > 0 ? calls[0] : default;
        foreach (var call in calls.Skip(1))
        {
            var gap = (call - last).TotalSeconds;
            if (gap < 1)
                continue;
            gaps.Add(gap);
            last = call;
        }
        if (gaps.Count + 1 < FewestCalls)
            return null;

        gaps.Sort();
        var (low, middle, high) = (Quantile(gaps, 0.25), Quantile(gaps, 0.5), Quantile(gaps, 0.75));
        var deviations = gaps.ConvertAll(gap => Math.Abs(gap - middle));
        deviations.Sort();

        var skew = high > low ? Math.Abs((high + low - 2 * middle) / (high - low)) : 0;
        var spread = Math.Max(0, 1 - Quantile(deviations, 0.5) / Math.Max(WidestGapSpread, middle / 8));
        var length = (last - calls[0]).TotalSeconds;
        var score =
            (1 - skew + spread + Steadiness(calls, length) + Math.Min(1, (gaps.Count + 1) * middle / length)) / 4;
        return new(Math.Clamp(score, 0, 1), TimeSpan.FromSeconds(middle), gaps.Count + 1, TimeSpan.FromSeconds(length));
    }

    /// <summary>Whether each of up to 24 equal parts of the time holds about as many calls as the others.</summary>
    private static double Steadiness(IReadOnlyList<DateTimeOffset> calls, double length)
    {
        var parts = new double[Math.Clamp(calls.Count / 4, 2, 24)];
        foreach (var call in calls)
            parts[Math.Min(parts.Length - 1, (int)((call - calls[0]).TotalSeconds / length * parts.Length))]++;

        var mean = parts.Average();
        var deviation = Math.Sqrt(parts.Average(part => (part - mean) * (part - mean)));
        return Math.Max(0, 1 - deviation / mean);
    }

    private static double Quantile(List<double> sorted, double share)
    {
        var at = share * (sorted.Count - 1);
        var below = (int)at;
        var above = Math.Min(below + 1, sorted.Count - 1);
        return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
    }
}
