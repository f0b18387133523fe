namespace Denywatch.Detection;

/// <summary>
/// A predictive distribution of a count: negative binomial with the given mean and variance. Above a mean of 200 the gamma
/// distribution stands in for it, by Wilson and Hilferty (1931): the difference is below the third digit there, and the
/// cost no longer grows with the mean.
/// </summary>
internal readonly struct CountDistribution
{
    private const double LargeMean = 200;

    /// <summary>Bounds and clipped moments are near the middle, where the gamma distribution is as good much earlier.</summary>
    private const double FairMean = 60;

    // Exactly Poisson would need an infinite shape; a hair above it is the same to ten digits.
    private const double LeastDispersion = 1.0001;

    private const double ClipAt = 1.5;

    /// <summary>What the mean of a standard normal number loses, and which variance is left, when it is cut at 1.5.</summary>
    private const double NormalLoss = 0.02931;
    private const double NormalVariance = 0.8884;

    private readonly double mean;
    private readonly double variance;

    public CountDistribution(double mean, double variance)
    {
        this.mean = Math.Max(mean, 1e-6);
        this.variance = Math.Max(variance, this.mean * LeastDispersion);
    }

    /// <summary>Natural logarithm of the chance of at least <paramref name="count"/>: 0 or below, precise far into the tail.</summary>
    public double LnChanceOfAtLeast(double count)
    {
        if (count <= 0)
            return 0;
        if (mean > LargeMean)
            return SpecialFunctions.LnNormalTail(ScoreOf(count - 0.5));

        var shape = mean * mean / (variance - mean);
        return SpecialFunctions.LnIncompleteBeta(count, shape, mean / (shape + mean));
    }

    /// <summary>Natural logarithm of the chance of at most <paramref name="count"/>: 0 or below, precise far into the tail.</summary>
    public double LnChanceOfAtMost(double count)
    {
        if (mean > LargeMean)
            return SpecialFunctions.LnNormalTail(-ScoreOf(count + 0.5));

        var shape = mean * mean / (variance - mean);
        return SpecialFunctions.LnIncompleteBeta(shape, count + 1, shape / (shape + mean));
    }

    /// <summary>Natural logarithm of the chance of no count at all.</summary>
    public double LnChanceOfNone => -mean * mean / (variance - mean) * Math.Log(variance / mean);

    /// <summary>Median and central 95 % interval.</summary>
    public (double Lower, double Median, double Upper) Interval()
    {
        if (mean > FairMean)
            return (CountAt(-1.959964), CountAt(0), CountAt(1.959964));

        var shape = mean * mean / (variance - mean);
        var ratio = mean / (shape + mean);
        var chance = Math.Exp(shape * Math.Log(shape / (shape + mean)));
        double lower = -1;
        double median = -1;
        var sum = chance;
        for (var count = 0; ; count++)
        {
            if (lower < 0 && sum >= 0.025)
                lower = count;
            if (median < 0 && sum >= 0.5)
                median = count;
            if (sum >= 0.975 || count > 100_000)
                return (Math.Max(lower, 0), Math.Max(median, 0), count);
            chance *= (count + shape) / (count + 1) * ratio;
            sum += chance;
        }
    }

    /// <summary>Mean and variance of the smaller of the count and a ceiling, 1.5 deviations above the mean and at least 1.</summary>
    public (double Ceiling, double Mean, double Variance) Clipped()
    {
        var deviation = Math.Sqrt(variance);
        if (mean > FairMean)
            return (mean + ClipAt * deviation, mean - NormalLoss * deviation, NormalVariance * variance);

        var ceiling = Math.Max(1, Math.Floor(mean + ClipAt * deviation));
        var shape = mean * mean / (variance - mean);
        var ratio = mean / (shape + mean);
        var chance = Math.Exp(-shape * Math.Log(1 + mean / shape));
        var sum = chance;
        double first = 0;
        double second = 0;
        for (var count = 1; count < ceiling; count++)
        {
            chance *= (count - 1 + shape) / count * ratio;
            sum += chance;
            first += count * chance;
            second += (double)count * count * chance;
        }

        var rest = Math.Max(0, 1 - sum);
        first += ceiling * rest;
        second += ceiling * ceiling * rest;
        return (ceiling, first, Math.Max(second - first * first, 1e-9));
    }

    private double ScoreOf(double count)
    {
        var shape = mean * mean / variance;
        return 3 * Math.Sqrt(shape) * (Math.Cbrt(Math.Max(count, 0) / mean) - 1 + 1 / (9 * shape));
    }

    private double CountAt(double normal)
    {
        var shape = mean * mean / variance;
        var root = Math.Max(0, 1 - 1 / (9 * shape) + normal / (3 * Math.Sqrt(shape)));
        return mean * root * root * root;
    }
}
