namespace Denywatch.Detection.Tests;

public sealed class CountDistributionTests
{
    /// <summary>The negative binomial's tail, added up term by term from the count on.</summary>
    [Theory]
    [InlineData(0.05, 0.06, 1)]
    [InlineData(0.05, 0.2, 4)]
    [InlineData(3, 9, 2)]
    [InlineData(3, 9, 40)]
    [InlineData(150, 1_200, 150)]
    [InlineData(150, 1_200, 700)]
    [InlineData(150, 150.1, 260)]
    public void The_tail_is_that_of_the_negative_binomial(double mean, double variance, int count)
    {
        var shape = mean * mean / (variance - mean);
        var chance = 0.0;
        for (var k = count; k < count + 6_000; k++)
        {
            chance += Math.Exp(
                SpecialFunctions.LnGamma(k + shape)
                    - SpecialFunctions.LnGamma(shape)
                    - SpecialFunctions.LnGamma(k + 1)
                    + shape * Math.Log(shape / (shape + mean))
                    + k * Math.Log(mean / (shape + mean))
            );
        }

        Assert.Equal(
            Math.Log(chance),
            new CountDistribution(mean, variance).LnChanceOfAtLeast(count),
            1e-6 + 1e-6 * -Math.Log(chance)
        );
    }

    [Theory]
    [InlineData(199, 201)]
    public void The_tail_hardly_jumps_where_another_formula_takes_over(double exact, double approximate)
    {
        foreach (var factor in (double[])[1, 1.5, 2, 3])
        {
            var before = new CountDistribution(exact, exact * exact * 0.04).LnChanceOfAtLeast(exact * factor);
            var after = new CountDistribution(approximate, approximate * approximate * 0.04).LnChanceOfAtLeast(
                approximate * factor
            );

            Assert.InRange(after, before * 1.05 - 0.05, before * 0.95 + 0.05);
        }
    }

    [Theory]
    [InlineData(0.01, 0.01, 0, 0, 0)]
    [InlineData(4, 4.001, 1, 4, 8)]
    [InlineData(10_000, 1_010_000, 8_110, 9_966, 12_049)]
    public void Typical_is_the_median_and_the_bounds_hold_95_percent(
        double mean,
        double variance,
        double lower,
        double median,
        double upper
    )
    {
        var interval = new CountDistribution(mean, variance).Interval();

        Assert.Equal(lower, interval.Lower, Math.Max(0.5, lower * 0.01));
        Assert.Equal(median, interval.Median, Math.Max(0.5, median * 0.01));
        Assert.Equal(upper, interval.Upper, Math.Max(0.5, upper * 0.01));
    }

    [Theory]
    [InlineData(0, -0.693147)]
    [InlineData(1.959964, -3.688879)]
    [InlineData(10, -53.231285)]
    [InlineData(-3, -0.00135081)]
    public void The_normal_tail_is_right_far_out(double z, double ln) =>
        Assert.Equal(ln, SpecialFunctions.LnNormalTail(z), 1e-5);

    [Fact]
    public void More_denies_are_never_likelier()
    {
        foreach (var mean in (double[])[0.02, 1.7, 90, 5_000, 100_000])
        {
            var distribution = new CountDistribution(mean, mean + 0.05 * mean * mean);
            var chances = Enumerable
                .Range(0, 300)
                .Select(i => distribution.LnChanceOfAtLeast(Math.Round(i * (1 + mean / 40))))
                .ToList();

            Assert.Equal(chances.OrderDescending(), chances);
        }
    }
}
