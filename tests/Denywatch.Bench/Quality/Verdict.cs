namespace Denywatch.Bench.Quality;

/// <summary>
/// What scores of one series are worth, at every threshold at once. An incident is found by a bucket in [start, end + 1
/// bucket]; alarms in an ignored stretch, or from 2 buckets before an incident to 12 after it, are neutral; each other
/// unbroken run of alarms is one false alarm, and one more for each further day.
/// </summary>
internal sealed class Verdict
{
    /// <summary>Scores are compared in steps of 0.01.</summary>
    public const int Steps = 10_000;

    private const int Before = 2;
    private const int After = 12;
    private const int Tolerance = 1;

    private readonly List<FoundIncident> incidents = [];
    private readonly int[] falseAlarmChange = new int[Steps + 2];

    public IReadOnlyList<FoundIncident> Incidents => incidents;

    public double Weeks { get; private set; }

    /// <param name="scores">One for each count of the series.</param>
    public static Verdict Of(LabelledSeries series, IReadOnlyList<double> scores)
    {
        var verdict = new Verdict();
        verdict.Judge(series, scores);
        return verdict;
    }

    /// <summary>False alarms at each threshold, from 0 to <see cref="Steps"/>.</summary>
    public int[] FalseAlarms()
    {
        var alarms = new int[Steps + 1];
        for (int step = 1, running = 0; step <= Steps; step++)
            alarms[step] = running += falseAlarmChange[step];
        return alarms;
    }

    private void Judge(LabelledSeries series, IReadOnlyList<double> scores)
    {
        var counts = series.Counts;
        var span = TimeSpan.FromMinutes(15);
        var steps = scores.Select(score => (int)(Math.Clamp(score, 0, 100) * (Steps / 100) + 1e-6)).ToArray();
        var isCounted = new bool[counts.Count];
        var isIncident = new bool[counts.Count];

        int First(DateTimeOffset from)
        {
            var (low, high) = (0, counts.Count);
            while (low < high)
            {
                var middle = (low + high) / 2;
                (low, high) = counts[middle].Bucket < from ? (middle + 1, high) : (low, middle);
            }
            return low;
        }

        var warm = First(series.WarmupUntil);
        Array.Fill(isCounted, true, warm, counts.Count - warm);
        Weeks = (counts.Count - warm) * span / TimeSpan.FromDays(7);

        void Ignore(DateTimeOffset from, DateTimeOffset to)
        {
            for (var i = First(from); i < counts.Count && counts[i].Bucket <= to; i++)
                isCounted[i] = false;
        }

        foreach (var ignored in series.Ignore)
            Ignore(ignored.Start, ignored.End);
        foreach (var incident in series.Incidents)
        {
            var (start, end) = incident.When;
            Ignore(start - Before * span, end + After * span);
            var best = 0;
            List<(int Delay, int Step)> rises = [];
            for (var i = First(start); i < counts.Count && counts[i].Bucket <= end + Tolerance * span; i++)
            {
                isIncident[i] = true;
                if (steps[i] <= best)
                    continue;
                best = steps[i];
                rises.Add(((int)((counts[i].Bucket - start) / span), best));
            }
            incidents.Add(new(series.Id, incident, best, rises));
        }

        for (var i = 0; i < counts.Count; i++)
        {
            if (!isCounted[i] || isIncident[i])
                continue;

            var (before, lowest) = (0, Steps);
            for (var length = 1; i < counts.Count && isCounted[i] && !isIncident[i]; i++, length++)
            {
                AddAlarm(before, steps[i]);
                (before, lowest) = (steps[i], Math.Min(lowest, steps[i]));
                if (length % 96 != 0)
                    continue;
                AddAlarm(0, lowest);
                lowest = Steps;
            }
        }
    }

    /// <summary>One more false alarm at the thresholds above <paramref name="from"/> up to <paramref name="to"/>.</summary>
    private void AddAlarm(int from, int to)
    {
        if (to <= from)
            return;
        falseAlarmChange[from + 1]++;
        falseAlarmChange[to + 1]--;
    }
}

/// <param name="Best">Highest score in the incident, in steps.</param>
/// <param name="Rises">Buckets from the start at which a higher score was reached first.</param>
internal sealed record FoundIncident(
    string Series,
    LabelledIncident Incident,
    int Best,
    List<(int Delay, int Step)> Rises
)
{
    /// <summary>Buckets from the start to the first alarm; null where there is none.</summary>
    public int? DelayAt(int threshold) => Best < threshold ? null : Rises.First(rise => rise.Step >= threshold).Delay;
}
