using Denywatch.Events;

namespace Denywatch.Alerting;

/// <summary>Whether an excess is more of the same.</summary>
internal static class Mixes
{
    /// <summary>
    /// How much of the excess by port lies as the usual traffic of the same way does: the overlap of both distributions, over
    /// the overlap that as many usual flows would have by chance. Cosine would call a scan of the one busiest port alike.
    /// </summary>
    /// <param name="flows">Distinct flows in the excess; attempts of one flow are not independent of each other.</param>
    /// <returns>0 to 1.</returns>
    public static double Similarity(Tallies tallies, Direction way, int flows)
    {
        var mix = tallies.MixOf(way);
        double ExcessOf(int number) => Math.Max(0, mix.NowOf(number) - mix.UsualOf(number));
        var excess = mix.Present.Sum(ExcessOf);
        if (excess <= 0 || flows == 0)
            return 0;

        var overlap = mix.Present.Sum(number => Math.Min(ExcessOf(number) / excess, mix.UsualShareOf(number)));
        var byChance = 1 - mix.All.Sum(number => MeanDeviation(flows * mix.UsualShareOf(number))) / flows / 2;
        return Math.Min(1, overlap / Math.Max(0.1, byChance));
    }

    /// <summary>Denies of a flow at a firewall over what is usual there; 0 where nothing is usual.</summary>
    public static double Repetition(
        IReadOnlyList<FlowRow> current,
        IReadOnlyList<IReadOnlyList<FlowRow>> comparableBuckets,
        string? firewall
    )
    {
        var usual = Typical(comparableBuckets.SelectMany(bucket => bucket), firewall);
        return usual > 0 ? Typical(current, firewall) / usual : 0;
    }

    private static double Typical(IEnumerable<FlowRow> flows, string? firewall)
    {
        var (count, logs) = (0, 0.0);
        foreach (var flow in flows)
        {
            if (flow.Count <= 0 || flow.Firewall != firewall)
                continue;
            count++;
            logs += Math.Log(flow.Count);
        }

        return count > 0 ? Math.Exp(logs / count) : 0;
    }

    /// <summary>Of a Poisson count: 2 exp(-m) m^(k + 1) / k!, k the whole part of the mean (Crow, 1958).</summary>
    private static double MeanDeviation(double mean)
    {
        if (mean <= 0)
            return 0;
        if (mean > 50)
            return Math.Sqrt(2 * mean / Math.PI);

        var whole = (int)mean;
        var term = 2 * Math.Exp(-mean) * mean;
        for (var k = 1; k <= whole; k++)
            term *= mean / k;
        return term;
    }
}
