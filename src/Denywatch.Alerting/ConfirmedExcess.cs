using Denywatch.Detection;

namespace Denywatch.Alerting;

/// <summary>Denies of one of an incident's carriers at one firewall.</summary>
/// <param name="At">Start of the slice, of the incident itself; of the bucket, of what it is compared with.</param>
/// <param name="Others">A bit for each other incident whose carriers mean these flows too.</param>
public readonly record struct CarriedCount(DateTimeOffset At, int FirewallId, string Value, long Others, long Count);

/// <summary>A bucket of a firewall that an incident may be compared with.</summary>
/// <param name="IsQuiet">No other confirmed incident lies in it.</param>
public readonly record struct ComparableBucket(DateTimeOffset At, int FirewallId, bool IsQuiet);

/// <summary>Denies of a slice and firewall that belong to an incident: at most as many as its carriers have.</summary>
public readonly record struct SliceExcess(DateTimeOffset Slice, int FirewallId, double Excess);

/// <summary>
/// What of an incident's counts is its own: each carrier's denies above what the carrier has in comparable buckets. The
/// rest, and all other traffic of the same time, stays what is usual.
/// </summary>
public static class ConfirmedExcess
{
    /// <summary>Days back at the same time of day, and buckets just before: what an incident is compared with.</summary>
    public const int ComparableDays = 14;

    public const int ComparableBefore = 4;

    /// <summary>A carrier rises at a firewall by more than so many Poisson deviations, or it is background there.</summary>
    private const double LeastDeviations = 2;

    /// <param name="starts">Start of the incident's first bucket: nothing from there on is usual.</param>
    /// <param name="now">The incident's flows by slice.</param>
    /// <param name="usual">Flows of the same carriers before it, by bucket.</param>
    /// <param name="othersAt">The other incidents that a bucket's flows belong to before this one: their bits.</param>
    public static IReadOnlyList<SliceExcess> Of(
        DateTimeOffset starts,
        TimeSpan span,
        IReadOnlyList<CarriedCount> now,
        IReadOnlyList<CarriedCount> usual,
        IReadOnlyList<ComparableBucket> comparable,
        Func<DateTimeOffset, long> othersAt
    )
    {
        ArgumentNullException.ThrowIfNull(now);
        ArgumentNullException.ThrowIfNull(othersAt);
        var means = new UsualCounts(starts - (ComparableBefore * span), usual, comparable);
        var rises = now.GroupBy(n => (Bucket: CountedSpan.StartOf(n.At, span), n.FirewallId, n.Value))
            .Select(group =>
            {
                var ((bucket, firewall, value), others) = (group.Key, othersAt(group.Key.Bucket));
                var own = group.Where(n => (n.Others & others) == 0).ToList();
                return new Rise(firewall, value, own, means.Of(bucket, firewall, value, others));
            })
            .Where(rise => rise.Count > 0);
        return
        [
            .. rises
                .GroupBy(rise => (rise.FirewallId, rise.Value))
                .Where(IsMore)
                .SelectMany(carrier => carrier)
                .SelectMany(rise => rise.Slices())
                .GroupBy(slice => (slice.Slice, slice.FirewallId))
                .Select(slice => new SliceExcess(slice.Key.Slice, slice.Key.FirewallId, slice.Sum(s => s.Excess)))
                .Where(slice => slice.Excess > 0)
                .OrderBy(slice => slice.Slice)
                .ThenBy(slice => slice.FirewallId),
        ];
    }

    private static bool IsMore(IEnumerable<Rise> carrier)
    {
        var (count, usual) = carrier.Aggregate((0.0, 0.0), (sum, r) => (sum.Item1 + r.Count, sum.Item2 + r.Usual));
        return count - usual > LeastDeviations * Math.Sqrt(usual);
    }

    /// <summary>A carrier's denies in one bucket of a firewall, against what is usual.</summary>
    private sealed record Rise(int FirewallId, string Value, IReadOnlyList<CarriedCount> Own, double Usual)
    {
        public long Count { get; } = Own.Sum(n => n.Count);

        /// <summary>The excess, by slices as the count.</summary>
        public IEnumerable<SliceExcess> Slices() =>
            Own.Select(n => new SliceExcess(n.At, FirewallId, n.Count * Math.Max(0, Count - Usual) / Count));
    }

    /// <summary>Mean counts of carriers in comparable buckets.</summary>
    private sealed class UsualCounts(
        DateTimeOffset justBefore,
        IReadOnlyList<CarriedCount> usual,
        IReadOnlyList<ComparableBucket> comparable
    )
    {
        private readonly ILookup<(DateTimeOffset, int, string), CarriedCount> counts = usual.ToLookup(u =>
            (u.At, u.FirewallId, u.Value)
        );
        private readonly ILookup<int, ComparableBucket> comparable = comparable.ToLookup(c => c.FirewallId);
        private readonly Dictionary<(TimeSpan, int, string, long), double> known = [];

        public double Of(DateTimeOffset bucket, int firewall, string value, long others)
        {
            var key = (bucket.TimeOfDay, firewall, value, others);
            if (!known.TryGetValue(key, out var mean))
                known.Add(key, mean = MeanOf(bucket.TimeOfDay, firewall, value, others));
            return mean;
        }

        private double MeanOf(TimeSpan time, int firewall, string value, long others)
        {
            var alike = comparable[firewall].Where(c => c.At.TimeOfDay == time || c.At >= justBefore).ToList();
            // What was an incident itself is no measure, unless there is no other.
            if (alike.Exists(c => c.IsQuiet))
                alike.RemoveAll(c => !c.IsQuiet);
            return alike.Count == 0
                ? 0
                : alike.Average(c =>
                    counts[(c.At, firewall, value)].Where(u => (u.Others & others) == 0).Sum(u => u.Count)
                );
        }
    }
}
