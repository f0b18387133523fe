namespace Denywatch.Alerting;

/// <summary>
/// Finds the dimension that tells an excess best, after Adtributor (Bhagwan et al., NSDI 2014). Of a value, with its part
/// p = typical / all typical and q = count / all counts: its explanatory power is its excess over the whole excess, its
/// surprise is its term of the Jensen-Shannon divergence of q from p. Values are taken in order of surprise, if they explain
/// a tenth or more, until together they explain two thirds; the dimension with the most surprising set wins. "As few values
/// as possible" follows from the tenth; firewalls explain much and surprise little, and so lose.
/// </summary>
internal static class Headlines
{
    private const double LeastPower = 0.1;
    private const double EnoughPower = 0.67;

    /// <summary>A dimension further down must be more surprising by this part, since those further up tell a person more.</summary>
    private const double Better = 1.02;

    private static readonly Dimension[] telling =
    [
        Dimension.Source,
        Dimension.Destination,
        Dimension.Rule,
        Dimension.Port,
        Dimension.SourceNetwork,
        Dimension.Firewall,
        Dimension.SourceAs,
        Dimension.SourceCountry,
        Dimension.DestinationAs,
        Dimension.DestinationCountry,
    ];

    public static Dimension Of(Tallies tallies, double count, double typical)
    {
        if (count <= typical)
            return Dimension.Source;

        var sets = telling.Select(dimension => Explain(tallies[dimension], count, typical)).ToList();
        var enough = sets.Exists(set => set.Power >= EnoughPower);
        var best = sets[0] with { Power = 0, Surprise = 0 };
        foreach (var set in sets)
        {
            var isBetter = enough
                ? set.Power >= EnoughPower && set.Surprise > Better * best.Surprise
                : set.Power > Better * best.Power;
            if (isBetter)
                best = set;
        }

        return best.Dimension;
    }

    private static Explained Explain(Tally tally, double count, double typical)
    {
        var (power, surprise) = (0.0, 0.0);
        var candidates = tally
            .Present.Where(number => tally.NowOf(number) - tally.UsualOf(number) >= LeastPower * (count - typical))
            .Where(number => tally.TextOf(number) != Attribution.Absent)
            .Select(number =>
                (
                    Power: (tally.NowOf(number) - tally.UsualOf(number)) / (count - typical),
                    Surprise: SurpriseOf(typical > 0 ? tally.UsualOf(number) / typical : 0, tally.NowOf(number) / count)
                )
            )
            .OrderByDescending(value => value.Surprise)
            .ThenByDescending(value => value.Power);
        foreach (var value in candidates)
        {
            if (power >= EnoughPower)
                break;
            power += value.Power;
            surprise += value.Surprise;
        }

        return new(tally.Dimension, power, surprise);
    }

    private static double SurpriseOf(double p, double q) => (Term(p, p + q) + Term(q, p + q)) / 2;

    private static double Term(double part, double both) => part > 0 ? part * Math.Log(2 * part / both) : 0;

    private sealed record Explained(Dimension Dimension, double Power, double Surprise);
}
