using System.Globalization;
using Denywatch.Detection;

namespace Denywatch.Bench.Quality;

/// <summary>
/// How well incidents are found and how seldom quiet traffic alarms: on labelled series, on changed copies of them, on
/// series made from a fresh seed, and on quiet series alone.
/// </summary>
internal static class QualityBenchmark
{
    private const int Threshold = 75 * (Verdict.Steps / 100);

    public static Task<IReadOnlyList<KeyValuePair<string, double>>> RunAsync(string[] args, CancellationToken ct)
    {
        if (args is not ["--corpus", var folder, .. var options])
        {
            throw new ArgumentException(
                "quality --corpus DIR [--misses] [--quick] [--plots DIR]: DIR holds labels.json and series/.",
                nameof(args)
            );
        }

        var corpus = LabelledSeries.ReadAll(folder);
        Head();
        var judged = JudgeAll(corpus, ct);
        var all = Table("all", judged);
        if (options.Contains("--misses"))
            Misses(judged);

        List<KeyValuePair<string, double>> figures =
        [
            new("f1", all.F1),
            new("fa", all.FalseAlarmsPerWeek),
            new("ap", all.AveragePrecision),
            new("recall_at_002", all.RecallAtFiftieth),
        ];
        if (options.Contains("--quick"))
            return Task.FromResult<IReadOnlyList<KeyValuePair<string, double>>>(figures);

        Console.WriteLine();
        var thinned = Row("thinned by half", JudgeAll(corpus.Select((s, i) => s.Thinned(i)), ct));
        var shifted = Row("shifted by 7 h 15 min", JudgeAll(corpus.Select(s => s.Shifted(new(7, 15, 0))), ct));
        var first = Row("made, first seed", JudgeAll(MadeSeries.All(seed: 20, ofEach: 10), ct));
        var made = Table("made, fresh seed", JudgeAll(MadeSeries.All(seed: 2026, ofEach: 10), ct));
        figures.AddRange([
            new("f1_thinned", thinned.F1),
            new("f1_shifted", shifted.F1),
            new("f1_made_first", first.F1),
            new("f1_made", made.F1),
        ]);

        var calibration = Calibrate(ct);
        figures.Add(new("most_over_stated", calibration.Max(point => point.Ratio)));
        figures.Add(new("least_over_stated", calibration.Min(point => point.Ratio)));
        if (Array.IndexOf(options, "--plots") is >= 0 and var at && at + 1 < options.Length)
            Plots.Write(options[at + 1], [.. judged.Select(j => j.Verdict)], calibration);
        return Task.FromResult<IReadOnlyList<KeyValuePair<string, double>>>(figures);
    }

    private static List<Judged> JudgeAll(IEnumerable<LabelledSeries> corpus, CancellationToken ct) =>
        [
            .. corpus
                .AsParallel()
                .AsOrdered()
                .WithCancellation(ct)
                .Select(series => new Judged(
                    series,
                    Verdict.Of(series, [.. SeriesScoring.Score(series.Counts, series.Zone).Select(r => r.Score)])
                )),
        ];

    private static List<CalibrationPoint> Calibrate(CancellationToken ct)
    {
        Console.WriteLine();
        Console.WriteLine("quiet series: alarms over those that the stated rate foretells");
        var points = Calibration.Measure(seed: 7, ct);
        foreach (var point in points)
        {
            Console.WriteLine(
                $"mean {point.Mean, 9:N2}  {point.Alarms, 4} alarms in {point.SeriesWeeks:N0} series-weeks  {point.Ratio:0.00}"
            );
        }
        return points;
    }

    private static Figures Table(string name, List<Judged> judged)
    {
        var all = Row(name, judged);
        foreach (var family in judged.GroupBy(j => j.Series.Family).OrderBy(g => g.Key, StringComparer.Ordinal))
            Row("family " + family.Key, [.. family]);
        foreach (var type in judged.SelectMany(j => j.Series.Incidents).Select(i => i.Type).Distinct().Order())
            Row("type " + type, judged, i => i.Incident.Type == type);
        foreach (var difficulty in judged.SelectMany(j => j.Series.Incidents).Select(i => i.Difficulty).Distinct())
            Row(difficulty, judged, i => i.Incident.Difficulty == difficulty);
        return all;
    }

    private static void Head() =>
        Console.WriteLine(
            "part                       incid found false     F1  FA/wk     AP  R@0.1 R@0.02 bestF1    @ delay\n"
                + "(delay: median in buckets, a missed incident counted as infinite)"
        );

    private static Figures Row(string part, List<Judged> judged, Func<FoundIncident, bool>? which = null)
    {
        var f = Figures.Of([.. judged.Select(j => j.Verdict)], which);
        var found = string.Create(CultureInfo.InvariantCulture, $"{part, -26} {f.Incidents, 5} {f.Found, 5}");

        // False alarms belong to no type of incident.
        Console.WriteLine(
            which is null
                ? string.Create(
                    CultureInfo.InvariantCulture,
                    $"{found} {f.FalseAlarms, 5} {f.F1, 6:0.000} {f.FalseAlarmsPerWeek, 6:0.000} {f.AveragePrecision, 6:0.000}"
                        + $" {f.RecallAtTenth, 6:0.000} {f.RecallAtFiftieth, 6:0.000} {f.BestF1, 6:0.000} {f.BestThreshold, 4:0} {f.MedianDelay, 5:0}"
                )
                : string.Create(
                    CultureInfo.InvariantCulture,
                    $"{found} {"", 26} {f.RecallAtTenth, 6:0.000} {f.RecallAtFiftieth, 6:0.000} {"", 11} {f.MedianDelay, 5:0}"
                )
        );
        return f;
    }

    private static void Misses(List<Judged> judged)
    {
        Console.WriteLine("false alarms at 75:");
        foreach (var (series, verdict) in judged)
        {
            if (verdict.FalseAlarms()[Threshold] is > 0 and var alarms)
                Console.WriteLine($"  {series.Id, -26} {alarms, 3}");
        }

        Console.WriteLine("missed:");
        foreach (var incident in judged.SelectMany(j => j.Verdict.Incidents).Where(i => i.Best < Threshold))
        {
            var ((type, difficulty, when), best) = (incident.Incident, incident.Best * 100.0 / Verdict.Steps);
            Console.WriteLine(
                $"  {incident.Series, -26} {type, -18} {difficulty, -8} {when.Start:u} {(when.End - when.Start).TotalHours, 6:0.0} h best {best:0.0}"
            );
        }
    }

    private sealed record Judged(LabelledSeries Series, Verdict Verdict);
}
