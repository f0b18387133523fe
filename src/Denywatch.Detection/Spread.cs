namespace Denywatch.Detection;

/// <summary>
/// How far counts stray from their mean: variance = theta x mean + phi x mean^2, both learnt from the model's own errors by
/// weighted least squares, starting from a wide belief that a week of history replaces.
/// </summary>
internal sealed class Spread(TimeSpan span)
{
    private const double WideTheta = 1.5;
    private const double WidePhi = 0.15;
    private const double PriorWeight = 30;

    /// <summary>Relative spread that is added while less than a week is known: only a tenfold count is odd on day two.</summary>
    private const double IgnorancePhi = 1;

    /// <summary>What is left of the ignorance where other series of the same job were asked.</summary>
    private const double BorrowedIgnorance = 0.25;

    private const double MostTheta = 40;
    private const double MostPhi = 1.5;

    private readonly double keep = Math.Pow(0.5, span / TimeSpan.FromDays(21));
    private readonly double bucketsPerWeek = TimeSpan.FromDays(7) / span;

    private double meanMean;
    private double meanSquare;
    private double squareSquare;
    private double meanError;
    private double squareError;
    private double learnt;
    private double theta = WideTheta;
    private double phi = WidePhi;
    private double priorTheta = WideTheta;
    private double priorPhi = WidePhi;
    private double ignoranceAtFirst = IgnorancePhi;

    public bool IsSettled => learnt >= bucketsPerWeek;

    public double VarianceOf(double mean) => SettledVarianceOf(mean) + Ignorance * mean * mean;

    /// <summary>The variance without what is added while history is short.</summary>
    public double SettledVarianceOf(double mean) => theta * mean + phi * mean * mean;

    private double Ignorance => ignoranceAtFirst * Math.Pow(Math.Max(0, 1 - learnt / bucketsPerWeek), 2);

    /// <summary>Takes the median of what other series of the same job have learnt as the belief to start from.</summary>
    public void Borrow(IEnumerable<Spread> others)
    {
        var settled = others.Where(other => other.IsSettled).ToList();
        if (settled.Count == 0)
            return;

        theta = priorTheta = settled.Select(other => other.theta).Order().ElementAt(settled.Count / 2);
        phi = priorPhi = settled.Select(other => other.phi).Order().ElementAt(settled.Count / 2);
        ignoranceAtFirst = BorrowedIgnorance;
    }

    public void Learn(double mean, double count)
    {
        // An error of more than three deviations says something about an incident, not about the spread.
        var error = Math.Min((count - mean) * (count - mean), 9 * VarianceOf(mean) + 12);
        var square = mean * mean;
        var scale = mean + 0.1 * square + 0.02;
        var weight = 1 / (scale * scale);
        meanMean = meanMean * keep + weight * square;
        meanSquare = meanSquare * keep + weight * mean * square;
        squareSquare = squareSquare * keep + weight * square * square;
        meanError = meanError * keep + weight * mean * error;
        squareError = squareError * keep + weight * square * error;
        learnt++;

        // The prior speaks as so many buckets at this very mean.
        var belief = PriorWeight * weight;
        var a = meanMean + belief * square;
        var b = meanSquare + belief * mean * square;
        var c = squareSquare + belief * square * square;
        var prior = priorTheta * mean + priorPhi * square;
        var d = meanError + belief * mean * prior;
        var e = squareError + belief * square * prior;
        var determinant = a * c - b * b;
        if (determinant > 1e-9 * a * c)
            (theta, phi) = ((d * c - e * b) / determinant, (e * a - d * b) / determinant);
        else
            (theta, phi) = (1, (e - b) / Math.Max(c, 1e-12));

        // Within bounds, and the one refitted where the other met its bound: wider, and nothing would ever be odd.
        if (phi < 0)
            theta = d / a;
        theta = Math.Clamp(theta, 1, MostTheta);
        phi = Math.Clamp((e - theta * b) / c, 0, MostPhi);
    }

    public void Save(StateWriter state)
    {
        state.Add([meanMean, meanSquare, squareSquare, meanError, squareError, learnt, theta, phi]);
        state.Add([priorTheta, priorPhi, ignoranceAtFirst]);
    }

    public void Load(ref StateReader state)
    {
        meanMean = state.Double();
        meanSquare = state.Double();
        squareSquare = state.Double();
        meanError = state.Double();
        squareError = state.Double();
        learnt = state.Double();
        theta = state.Double();
        phi = state.Double();
        priorTheta = state.Double();
        priorPhi = state.Double();
        ignoranceAtFirst = state.Double();
    }
}
