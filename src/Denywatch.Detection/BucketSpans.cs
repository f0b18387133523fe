namespace Denywatch.Detection;

/// <summary>Which bucket span fits a count: short enough to alert early, long enough that a bucket says something.</summary>
public static class BucketSpans
{
    /// <summary>What a job may have, shortest first.</summary>
    public static IReadOnlyList<TimeSpan> All { get; } =
    [.. new[] { 5, 10, 15, 30, 60 }.Select(minutes => TimeSpan.FromMinutes(minutes))];

    /// <summary>With fewer events in the median bucket, chance alone makes it twice as much or nothing.</summary>
    public const int EventsNeeded = 8;

    /// <summary>Most buckets of a span that may be empty.</summary>
    public const double MostEmpty = 0.1;

    /// <summary>
    /// The shortest span whose median bucket holds <see cref="EventsNeeded"/> events and of whose buckets at most
    /// <see cref="MostEmpty"/> are empty; the longest where none does.
    /// </summary>
    /// <param name="slices">Events of 5-minute slices in order of time, empty ones included.</param>
    /// <returns>The span, its median count and its share of empty buckets; null without a whole hour of slices.</returns>
    public static (TimeSpan Span, double Median, double Empty)? Estimate(IReadOnlyList<long> slices)
    {
        ArgumentNullException.ThrowIfNull(slices);
        (TimeSpan Span, double Median, double Empty)? longest = null;
        foreach (var span in All)
        {
            var buckets = slices
                .Chunk((int)(span / All[0]))
                .Where(chunk => chunk.Length == (int)(span / All[0]))
                .Select(chunk => chunk.Sum())
                .Order()
                .ToList();
            if (buckets.Count == 0)
                return longest;
            longest = (span, buckets[buckets.Count / 2], (double)buckets.Count(count => count == 0) / buckets.Count);
            if (longest is { Median: >= EventsNeeded, Empty: <= MostEmpty })
                return longest;
        }
        return longest;
    }
}
