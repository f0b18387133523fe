namespace Denywatch.Bench.Quality;

/// <summary>The figures of a set of verdicts.</summary>
internal sealed record Figures(
    int Incidents,
    int Found,
    int FalseAlarms,
    double Weeks,
    double AveragePrecision,
    double RecallAtTenth,
    double RecallAtFiftieth,
    double BestF1,
    double BestThreshold,
    IReadOnlyList<int?> Delays
)
{
    private const int Threshold = 75 * (Verdict.Steps / 100);

    public double FalseAlarmsPerWeek => FalseAlarms / Weeks;

    public double Precision => Found + FalseAlarms == 0 ? 1 : (double)Found / (Found + FalseAlarms);

    public double Recall => Incidents == 0 ? double.NaN : (double)Found / Incidents;

    public double F1 => Found == 0 ? 0 : 2 * Precision * Recall / (Precision + Recall);

    /// <summary>In buckets, a missed incident counted as infinite.</summary>
    public double MedianDelay =>
        Delays.Count == 0
            ? double.NaN
            : Delays.Select(d => d ?? double.PositiveInfinity).Order().ElementAt(Delays.Count / 2);

    /// <param name="which">The incidents to look at; all false alarms count in any case.</param>
    public static Figures Of(IReadOnlyList<Verdict> verdicts, Func<FoundIncident, bool>? which = null)
    {
        var incidents = verdicts.SelectMany(v => v.Incidents).Where(which ?? (_ => true)).ToList();
        var weeks = verdicts.Sum(v => v.Weeks);
        var alarms = new int[Verdict.Steps + 1];
        foreach (var one in verdicts.Select(v => v.FalseAlarms()))
        {
            for (var i = 1; i <= Verdict.Steps; i++)
                alarms[i] += one[i];
        }

        var found = new int[Verdict.Steps + 2];
        foreach (var incident in incidents)
            found[incident.Best]++;
        for (var step = Verdict.Steps - 1; step > 0; step--)
            found[step] += found[step + 1];

        var area = 0.0;
        var (bestF1, bestStep) = (0.0, Verdict.Steps);
        var (atTenth, atFiftieth) = (0, 0);

        // From the lowest threshold up, the best precision at this recall or a higher one is always known.
        var best = 0.0;
        for (var step = 1; step <= Verdict.Steps; step++)
        {
            var precision = found[step] + alarms[step] == 0 ? 1 : (double)found[step] / (found[step] + alarms[step]);
            best = Math.Max(best, precision);
            var next = step == Verdict.Steps ? 0 : found[step + 1];
            area += (found[step] - next) * best;
            var f1 = 2.0 * found[step] / (found[step] + alarms[step] + incidents.Count);
            if (f1 >= bestF1)
                (bestF1, bestStep) = (f1, step);
            if (alarms[step] <= 0.1 * weeks)
                atTenth = Math.Max(atTenth, found[step]);
            if (alarms[step] <= 0.02 * weeks)
                atFiftieth = Math.Max(atFiftieth, found[step]);
        }

        double ShareOf(double part) => incidents.Count == 0 ? double.NaN : part / incidents.Count;
        return new(
            incidents.Count,
            found[Threshold],
            alarms[Threshold],
            weeks,
            ShareOf(area),
            ShareOf(atTenth),
            ShareOf(atFiftieth),
            bestF1,
            bestStep * 100.0 / Verdict.Steps,
            [.. incidents.Select(i => i.DelayAt(Threshold))]
        );
    }
}
