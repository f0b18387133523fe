namespace Denywatch.Alerting;

/// <summary>
/// Tells what of the present flows is excess and what would be there anyway. The bucket is a mixture of both; each flow's
/// chance to be excess follows from its source, destination, port, rule and firewall by Bayes' rule, each taken as
/// independent of the others (naive Bayes).
/// </summary>
internal static class Mixture
{
    private static readonly Dimension[] telling =
    [
        Dimension.Source,
        Dimension.Destination,
        Dimension.Port,
        Dimension.Rule,
        Dimension.Firewall,
    ];

    /// <summary>A part of each value's count that is counted to both sides: no single value is proof, it speaks at most 50 to 1.</summary>
    private const double Doubt = 0.02;

    /// <returns>For each flow the part that is excess, 0 to 1.</returns>
    public static double[] ExcessParts(IReadOnlyList<FlowRow> current, Tallies tallies)
    {
        var all = (double)current.Sum(flow => flow.Count);
        var rises = telling
            .Select(dimension => (Tally: tallies[dimension], Rises: tallies[dimension].Rises()))
            .ToList();
        var most = rises.Count == 0 ? 0 : rises.Max(of => of.Rises.Sum());
        if (most <= 0)
            return new double[current.Count];

        var prior = Math.Clamp(most / all, 0.001, 0.999);
        var odds = new double[current.Count];
        Array.Fill(odds, Math.Log(prior / (1 - prior)));
        foreach (var (tally, rise) in rises)
        {
            var logs = LogRatios(tally, rise, all, most);
            for (var i = 0; i < odds.Length; i++)
                odds[i] += logs[tally.NumberOf(current[i])];
        }

        return Array.ConvertAll(odds, odd => 1 / (1 + Math.Exp(-odd)));
    }

    /// <summary>
    /// For each value the logarithm of how much likelier it is in the excess than in the rest. A dimension in which less of
    /// the excess can be seen, since it is spread thinly over what is there anyway, has less say.
    /// </summary>
    private static double[] LogRatios(Tally tally, double[] rises, double all, double most)
    {
        var seen = rises.Sum();
        var say = seen / most;
        var excess = seen + Doubt * all;
        var rest = all - seen + Doubt * all;
        var logs = new double[rises.Length];
        foreach (var number in tally.Present)
        {
            var now = tally.NowOf(number);
            var inExcess = (rises[number] + Doubt * now) / excess;
            var inRest = (now - rises[number] + Doubt * now) / rest;
            logs[number] = say * Math.Log(inExcess / inRest);
        }

        return logs;
    }
}
