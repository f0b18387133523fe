using System.Runtime.InteropServices;

namespace Denywatch.Alerting;

/// <summary>
/// Counts of one dimension's values, now and in every comparable bucket. A value is hashed once a flow and becomes text only
/// where it is shown: a bucket has up to 100,000 flows, and it is compared with eighteen others.
/// </summary>
/// <param name="span">Buckets that "now" spans.</param>
internal abstract class Tally(Dimension dimension, int span)
{
    /// <summary>Rises are told apart by factors of the square root of two, from half a deny up.</summary>
    private const int Steps = 64;

    /// <summary>One-sided 95 % of a normal distribution.</summary>
    private const double Deviations = 1.64;

    private readonly List<Value> values = [];
    private readonly List<int> touched = [];
    private readonly List<(int Number, double Count)[]> comparable = [];
    private double usualCount;
    private double usualDistinct;
    private double usualEntropy;

    public Dimension Dimension { get; } = dimension;

    /// <summary>Numbers of the values that are there now.</summary>
    public IReadOnlyList<int> Present { get; private set; } = [];

    /// <summary>Numbers of all values.</summary>
    public IEnumerable<int> All => Enumerable.Range(0, values.Count);

    public double Entropy { get; private set; }
    public double UsualDistinct => usualDistinct / Math.Max(1, comparable.Count);
    public double UsualEntropy => usualEntropy / Math.Max(1, comparable.Count);

    public abstract int NumberOf(FlowRow flow);
    public abstract string TextOf(int number);

    /// <summary>Adds flows to the bucket that is being counted.</summary>
    public void AddAll(IReadOnlyList<FlowRow> flows, Func<FlowRow, bool>? belongs)
    {
        for (var i = 0; i < flows.Count; i++)
        {
            if (belongs is not null && !belongs(flows[i]))
                continue;
            var number = NumberOf(flows[i]);
            if (number == values.Count)
                values.Add(default);
            if (flows[i].Count <= 0)
                continue;
            ref var value = ref CollectionsMarshal.AsSpan(values)[number];
            if (value.Open == 0)
                touched.Add(number);
            value.Open += flows[i].Count;
        }
    }

    public void EndCurrent()
    {
        var all = CollectionsMarshal.AsSpan(values);
        Entropy = Entropies.Normalised(Counts(all));
        foreach (var number in touched)
            all[number].Now = all[number].Open;
        Present = [.. touched];
        Reopen(all);
    }

    public void EndComparable()
    {
        var all = CollectionsMarshal.AsSpan(values);
        usualDistinct += touched.Count;
        usualEntropy += Entropies.Normalised(Counts(all));
        var counted = new (int, double)[touched.Count];
        for (var i = 0; i < counted.Length; i++)
        {
            ref var value = ref all[touched[i]];
            value.Usual += value.Open;
            usualCount += value.Open;
            counted[i] = (touched[i], value.Open);
        }
        comparable.Add(counted);
        Reopen(all);
    }

    public double NowOf(int number) => values[number].Now;

    /// <summary>Mean over the comparable buckets, for as many buckets as now.</summary>
    public double UsualOf(int number) => values[number].Usual * span / Math.Max(1, comparable.Count);

    /// <summary>Its part of everything in the comparable buckets, 0 to 1.</summary>
    public double UsualShareOf(int number) => usualCount > 0 ? values[number].Usual / usualCount : 0;

    public bool IsNew(int number) => values[number].Usual == 0;

    /// <summary>
    /// Denies of each value, by number, that are neither usual nor a rise as some value always has: what is above its mean
    /// and one Poisson deviation, times the share of rises that are more than chance. As many values rise as much in a
    /// comparable bucket, compared with the mean of the others, is what chance does; the share is one minus that over how
    /// many rise as much now (a false discovery rate; Benjamini and Hochberg, 1995).
    /// </summary>
    public double[] Rises()
    {
        var surplus = Surplus();
        var rises = new double[values.Count];
        foreach (var number in Present)
        {
            var usual = UsualOf(number);
            var rise = NowOf(number) - usual;
            if (StepOf(rise / span) is >= 0 and var step)
                rises[number] = Math.Max(0, rise - Math.Sqrt(usual)) * surplus[step];
        }

        return rises;
    }

    private double[] Surplus()
    {
        var surplus = new double[Steps];
        // One comparable bucket has no others: nothing is known about chance.
        if (comparable.Count < 2)
        {
            Array.Fill(surplus, 1);
            return surplus;
        }

        var now = AtLeast(Present.Select(number => (NowOf(number) - UsualOf(number)) / span));
        var before = comparable
            .Select(bucket =>
                AtLeast(bucket.Select(v => v.Count - (values[v.Number].Usual - v.Count) / (comparable.Count - 1)))
            )
            .ToList();
        for (var step = 0; step < Steps; step++)
        {
            var mean = before.Average(bucket => bucket[step]);
            var variance = before.Sum(bucket => Math.Pow(bucket[step] - mean, 2)) / (before.Count - 1);
            var byChance = mean + Deviations * Math.Sqrt(variance);
            surplus[step] = now[step] > 0 ? Math.Max(0, 1 - byChance / now[step]) : 0;
            // A greater rise is never less remarkable than a smaller one.
            if (step > 0)
                surplus[step] = Math.Max(surplus[step], surplus[step - 1]);
        }

        return surplus;
    }

    /// <summary>How many rise by so much or more, for every step.</summary>
    private static double[] AtLeast(IEnumerable<double> rises)
    {
        var counts = new double[Steps];
        foreach (var rise in rises)
        {
            if (StepOf(rise) is >= 0 and var step)
                counts[step]++;
        }

        for (var step = Steps - 2; step >= 0; step--)
            counts[step] += counts[step + 1];
        return counts;
    }

    private static int StepOf(double rise) =>
        rise < 0.5 ? -1 : Math.Min(Steps - 1, (int)(2 * Math.Log2(2 * rise) + 1e-9));

    private double[] Counts(ReadOnlySpan<Value> all)
    {
        var counts = new double[touched.Count];
        for (var i = 0; i < counts.Length; i++)
            counts[i] = all[touched[i]].Open;
        return counts;
    }

    private void Reopen(Span<Value> all)
    {
        foreach (var number in touched)
            all[number].Open = 0;
        touched.Clear();
    }

    private struct Value
    {
        public double Open;
        public double Now;

        /// <summary>Over all comparable buckets together.</summary>
        public double Usual;
    }
}

/// <summary>A tally whose values are of one type.</summary>
internal sealed class Tally<TKey>(Dimension dimension, int span, Func<FlowRow, TKey> keyOf, Func<TKey, string> textOf)
    : Tally(dimension, span)
    where TKey : notnull
{
    private readonly Dictionary<TKey, int> numbers = [];
    private readonly List<TKey> keys = [];

    public override int NumberOf(FlowRow flow)
    {
        var key = keyOf(flow);
        ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(numbers, key, out var isKnown);
        if (!isKnown)
        {
            number = keys.Count;
            keys.Add(key);
        }

        return number;
    }

    public override string TextOf(int number) => textOf(keys[number]);
}
