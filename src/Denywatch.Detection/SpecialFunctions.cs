namespace Denywatch.Detection;

/// <summary>Logarithms of tail probabilities, so that 1e-300 and 1e-3000 still differ.</summary>
internal static class SpecialFunctions
{
    /// <summary>ln of the upper tail of the standard normal distribution; relative error 1.2e-7 (Numerical Recipes, erfcc).</summary>
    public static double LnNormalTail(double z)
    {
        var x = Math.Abs(z) / Math.Sqrt(2);
        var t = 1 / (1 + 0.5 * x);
        var poly =
            -1.26551223
            + t
                * (
                    1.00002368
                    + t
                        * (
                            0.37409196
                            + t
                                * (
                                    0.09678418
                                    + t
                                        * (
                                            -0.18628806
                                            + t
                                                * (
                                                    0.27886807
                                                    + t
                                                        * (
                                                            -1.13520398
                                                            + t * (1.48851587 + t * (-0.82215223 + t * 0.17087277))
                                                        )
                                                )
                                        )
                                )
                        )
                );
        var ln = Math.Log(t) - x * x + poly - Math.Log(2);
        return z >= 0 ? ln : LnOneMinusExp(ln);
    }

    /// <summary>ln of the regularized incomplete beta function I_x(a, b), by Lentz's continued fraction.</summary>
    public static double LnIncompleteBeta(double a, double b, double x)
    {
        if (x <= 0)
            return double.NegativeInfinity;
        if (x >= 1)
            return 0;

        var lnFront = LnGamma(a + b) - LnGamma(a) - LnGamma(b) + a * Math.Log(x) + b * Math.Log(1 - x);
        return x < (a + 1) / (a + b + 2)
            ? Math.Min(0, lnFront - Math.Log(a) + Math.Log(BetaFraction(a, b, x)))
            : LnOneMinusExp(Math.Min(-1e-300, lnFront - Math.Log(b) + Math.Log(BetaFraction(b, a, 1 - x))));
    }

    /// <summary>ln Gamma for x above 0: Stirling's series after shifting to x of at least 8.</summary>
    public static double LnGamma(double x)
    {
        var shift = 0.0;
        if (x < 8)
        {
            var product = 1.0;
            for (; x < 8; x++)
                product *= x;
            shift = Math.Log(product);
        }

        var inverse = 1 / x;
        var square = inverse * inverse;
        var series = inverse * (1.0 / 12 - square * (1.0 / 360 - square * (1.0 / 1260 - square / 1680)));
        return (x - 0.5) * Math.Log(x) - x + 0.9189385332046727 + series - shift;
    }

    private static double LnOneMinusExp(double ln) => Math.Log(-double.ExpM1(ln));

    private static double BetaFraction(double a, double b, double x)
    {
        const double tiny = 1e-300;
        var c = 1.0;
        var d = 1 - (a + b) * x / (a + 1);
        d = 1 / (Math.Abs(d) < tiny ? tiny : d);
        var fraction = d;
        for (var m = 1; m <= 500; m++)
        {
            var even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
            d = 1 + even * d;
            c = 1 + even / c;
            d = 1 / (Math.Abs(d) < tiny ? tiny : d);
            c = Math.Abs(c) < tiny ? tiny : c;
            fraction *= d * c;

            var odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
            d = 1 + odd * d;
            c = 1 + odd / c;
            d = 1 / (Math.Abs(d) < tiny ? tiny : d);
            c = Math.Abs(c) < tiny ? tiny : c;
            var step = d * c;
            fraction *= step;
            if (Math.Abs(step - 1) < 1e-12)
                break;
        }

        return fraction;
    }
}
