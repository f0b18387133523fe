namespace Denywatch.Traffic;

/// <summary>
/// Repeatable random numbers (SplitMix64). Made from a seed and keys such as the slice, so that any slice can be thrown
/// alone and always falls the same.
/// </summary>
internal sealed class Dice(ulong state)
{
    private ulong state = state;

    public static Dice For(int seed, long first, long second = 0) => new(Mix(seed, first, second));

    /// <summary>A number that is always the same for the same keys.</summary>
    public static ulong Mix(int seed, long first, long second = 0)
    {
        var mixed = Scramble((ulong)seed + 0x9E3779B97F4A7C15);
        mixed = Scramble(mixed ^ (ulong)first * 0xD6E8FEB86659FD93);
        return Scramble(mixed ^ (ulong)second * 0xA0761D6478BD642F);
    }

    public ulong Next() => Scramble(state += 0x9E3779B97F4A7C15);

    /// <summary>0 to below 1.</summary>
    public double Unit() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>0 to below <paramref name="bound"/>.</summary>
    public int Below(int bound) => (int)(Unit() * bound);

    public int Between(int low, int high) => low + Below(high - low + 1);

    public bool Chance(double chance) => Unit() < chance;

    public T Of<T>(IReadOnlyList<T> values) => values[Below(values.Count)];

    public double Normal() => Math.Sqrt(-2 * Math.Log(1 - Unit())) * Math.Cos(2 * Math.PI * Unit());

    public int Poisson(double mean)
    {
        if (mean > 30)
            return Math.Max(0, (int)Math.Round(mean + Math.Sqrt(mean) * Normal()));

        var limit = Math.Exp(-mean);
        var product = Unit();
        var count = 0;
        for (; product > limit; count++)
            product *= Unit();
        return count;
    }

    private static ulong Scramble(ulong value)
    {
        value = (value ^ value >> 30) * 0xBF58476D1CE4E5B9;
        value = (value ^ value >> 27) * 0x94D049BB133111EB;
        return value ^ value >> 31;
    }
}
