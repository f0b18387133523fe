using System.Runtime.InteropServices;

namespace Denywatch.Storage;

/// <summary>15, 60 or 1,440 minutes of a firewall, or of all.</summary>
internal readonly record struct RollupSpan(short Minutes, DateTimeOffset At, int Firewall)
{
    public static RollupSpan Of(short minutes, DateTimeOffset at, int firewall) =>
        new(minutes, new(at.UtcTicks - at.UtcTicks % (minutes * TimeSpan.TicksPerMinute), TimeSpan.Zero), firewall);
}

/// <summary>A dimension of a span.</summary>
/// <param name="Values">Those that are kept, largest first.</param>
/// <param name="Distincts">Values in all; of folded sources as intake estimated them.</param>
/// <param name="Entropy">Normalised: 0 one value, 1 all alike.</param>
internal sealed record Rollup(
    RollupSpan Span,
    RollupDimension Dimension,
    long Total,
    string[] Values,
    long[] Counts,
    int Distincts,
    double Entropy
);

/// <summary>
/// Sums flows to rollups, an hour after the other: each flow is looked at once, quarters are summed to hours and days. In
/// memory, because sorting every value of every span in SQL took ten times as long.
/// </summary>
/// <param name="due">The spans that are wanted.</param>
internal sealed class RollupFold(IReadOnlySet<RollupSpan> due)
{
    private readonly Dictionary<RollupSpan, Tallies> quarters = [];
    private readonly Dictionary<RollupSpan, Tallies> longer = [];

    /// <summary>The counts of a flow go to its quarter, by value; null where the flow has none.</summary>
    /// <param name="sources">Sources that it stands for: more than one where intake folded them.</param>
    public void Add(DateTimeOffset slice, int firewall, ReadOnlySpan<string?> values, long count, int sources)
    {
        var tallies = Of(quarters, RollupSpan.Of(15, slice, firewall));
        for (var dimension = 0; dimension < values.Length; dimension++)
            tallies.Add(dimension, values[dimension] ?? "(none)", new(count, dimension == 0 ? sources : 1));
    }

    /// <summary>Quarters and hours of an hour of which all flows were added.</summary>
    public IEnumerable<Rollup> EndHour()
    {
        foreach (var ((_, at, firewall), tallies) in quarters.ToList())
        {
            Of(quarters, new(15, at, RollupStore.AllFirewalls)).Add(tallies);
            SumUp(at, firewall, tallies);
        }
        foreach (var ((_, at, firewall), tallies) in quarters.Where(quarter => IsOfAll(quarter.Key)))
            SumUp(at, firewall, tallies);

        var rollups = Take(quarters, quarters.Keys).Concat(Take(longer, longer.Keys.Where(span => span.Minutes == 60)));
        return rollups.ToList();
    }

    /// <summary>Days of which all hours were ended.</summary>
    public IEnumerable<Rollup> EndDay() => Take(longer, longer.Keys).ToList();

    private void SumUp(DateTimeOffset at, int firewall, Tallies quarter)
    {
        foreach (short minutes in (ReadOnlySpan<short>)[60, 1440])
        {
            var span = RollupSpan.Of(minutes, at, firewall);
            if (due.Contains(span))
                Of(longer, span).Add(quarter);
        }
    }

    private IEnumerable<Rollup> Take(Dictionary<RollupSpan, Tallies> from, IEnumerable<RollupSpan> spans)
    {
        foreach (var span in spans.ToList())
        {
            from.Remove(span, out var tallies);
            if (!due.Contains(span))
                continue;
            foreach (var dimension in Enum.GetValues<RollupDimension>())
                yield return tallies!.RollupOf(span, dimension);
        }
    }

    private static bool IsOfAll(RollupSpan span) => span.Firewall == RollupStore.AllFirewalls;

    private static Tallies Of(Dictionary<RollupSpan, Tallies> all, RollupSpan span)
    {
        ref var tallies = ref CollectionsMarshal.GetValueRefOrAddDefault(all, span, out _);
        return tallies ??= new();
    }

    private readonly record struct Tally(long Count, int Sources);

    /// <summary>Denies by value, for each dimension.</summary>
    private sealed class Tallies
    {
        private readonly Dictionary<string, Tally>[] byDimension =
        [
            .. Enum.GetValues<RollupDimension>().Select(_ => new Dictionary<string, Tally>(StringComparer.Ordinal)),
        ];

        public void Add(int dimension, string value, Tally more)
        {
            ref var tally = ref CollectionsMarshal.GetValueRefOrAddDefault(byDimension[dimension], value, out _);
            tally = new(tally.Count + more.Count, Math.Max(tally.Sources, more.Sources));
        }

        public void Add(Tallies more)
        {
            for (var dimension = 0; dimension < byDimension.Length; dimension++)
            {
                foreach (var (value, tally) in more.byDimension[dimension])
                    Add(dimension, value, tally);
            }
        }

        public Rollup RollupOf(RollupSpan span, RollupDimension dimension)
        {
            var all = byDimension[(int)dimension];
            var (total, distincts, weighted) = (0L, 0L, 0.0);
            foreach (var (count, sources) in all.Values)
            {
                total += count;
                distincts += sources;
                weighted += count * Math.Log(Math.Max(count, 1));
            }
            var entropy = all.Count == 1 || total == 0 ? 0 : (Math.Log(total) - weighted / total) / Math.Log(all.Count);
            var isSource = dimension == RollupDimension.Source;
            var kept = all.OrderByDescending(value => value.Value.Count)
                .ThenBy(value => value.Key, StringComparer.Ordinal)
                .Take(isSource ? RollupStore.MostSources : RollupStore.MostValues)
                .Where((value, place) => place < RollupStore.MostValues || value.Value.Count >= 0.001 * total)
                .ToList();
            return new(
                span,
                dimension,
                total,
                [.. kept.Select(value => value.Key)],
                [.. kept.Select(value => value.Value.Count)],
                (int)Math.Min(distincts, int.MaxValue),
                Math.Clamp(entropy, 0, 1)
            );
        }
    }
}
