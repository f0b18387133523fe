namespace Denywatch.Alerting;

/// <summary>Shannon entropy of counts.</summary>
internal static class Entropies
{
    /// <summary>Over its greatest possible value, so that 3 and 300 values compare: 0 (one value) to 1 (all alike).</summary>
    public static double Normalised(IReadOnlyCollection<double> counts) =>
        counts.Count < 2 ? 0 : Math.Clamp(Of(counts) / Math.Log(counts.Count), 0, 1);

    /// <summary>How many values of equal count have the same entropy, 1 or more; 0 for nothing (Hill number of order 1).</summary>
    public static double Effective(IReadOnlyCollection<double> counts) => counts.Sum() > 0 ? Math.Exp(Of(counts)) : 0;

    private static double Of(IReadOnlyCollection<double> counts)
    {
        var sum = 0.0;
        var logs = 0.0;
        foreach (var count in counts)
        {
            if (count <= 0)
                continue;
            sum += count;
            logs += count * Math.Log(count);
        }

        return sum > 0 ? Math.Max(0, Math.Log(sum) - logs / sum) : 0;
    }
}
