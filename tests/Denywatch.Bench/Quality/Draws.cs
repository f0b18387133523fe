namespace Denywatch.Bench.Quality;

/// <summary>Random numbers of the usual distributions; the same seed always gives the same ones.</summary>
internal sealed class Draws(int seed)
{
    private readonly Random random = new(seed);

    public double Unit() => random.NextDouble();

    public double Between(double low, double high) => low + (high - low) * random.NextDouble();

    public int Between(int low, int high) => random.Next(low, high + 1);

    public bool Chance(double chance) => random.NextDouble() < chance;

    public T Of<T>(IReadOnlyList<T> values) => values[random.Next(values.Count)];

    public double Normal() =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    public double LogUniform(double low, double high) => Math.Exp(Between(Math.Log(low), Math.Log(high)));

    public long Poisson(double mean)
    {
        if (mean > 500)
            return (long)Math.Max(0, Math.Round(mean + Math.Sqrt(mean) * Normal()));

        // By halves, since e^-mean is gone beyond 700.
        var count = 0L;
        for (; mean > 30; mean -= 30)
            count += Knuth(30);
        return count + Knuth(mean);
    }

    /// <summary>Gamma of the given shape, mean 1 (Marsaglia and Tsang, 2000).</summary>
    public double Gamma(double shape)
    {
        if (shape < 1)
            return Gamma(shape + 1) * (shape + 1) / shape * Math.Pow(1 - random.NextDouble(), 1 / shape);

        var d = shape - 1.0 / 3;
        var c = 1 / Math.Sqrt(9 * d);
        while (true)
        {
            var x = Normal();
            var v = Math.Pow(1 + c * x, 3);
            if (v > 0 && Math.Log(1 - random.NextDouble()) < 0.5 * x * x + d - d * v + d * Math.Log(v))
                return d * v / shape;
        }
    }

    /// <summary>Variance = mean + phi x mean^2.</summary>
    public long NegativeBinomial(double mean, double phi) => Poisson(phi <= 0 ? mean : mean * Gamma(1 / phi));

    public long Binomial(long trials, double chance)
    {
        if (trials > 1_000)
        {
            var mean = trials * chance;
            return Math.Clamp((long)Math.Round(mean + Math.Sqrt(mean * (1 - chance)) * Normal()), 0, trials);
        }

        var successes = 0L;
        for (var i = 0; i < trials; i++)
            successes += random.NextDouble() < chance ? 1 : 0;
        return successes;
    }

    private int Knuth(double mean)
    {
        var limit = Math.Exp(-mean);
        var product = random.NextDouble();
        var count = 0;
        for (; product > limit; count++)
            product *= random.NextDouble();
        return count;
    }
}
