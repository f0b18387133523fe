using System.Globalization;
using Denywatch.Detection;

namespace Denywatch.Bench.Quality;

/// <summary>How well incidents are found and how seldom quiet traffic alarms, on labelled series.</summary>
internal static class QualityBenchmark
{
    public static Task<IReadOnlyList<KeyValuePair<string, double>>> RunAsync(string[] args, CancellationToken ct)
    {
        if (args is not ["--corpus", var folder, ..])
            throw new ArgumentException(
                "quality needs --corpus DIR: a folder with labels.json and series/.",
                nameof(args)
            );

        var corpus = LabelledSeries.ReadAll(folder);
        var judged = JudgeAll(corpus, ct);
        Head();
        var all = Figures.Of([.. judged.Select(j => j.Verdict)]);
        Row("all", all);
        foreach (var family in judged.GroupBy(j => j.Series.Family).OrderBy(g => g.Key, StringComparer.Ordinal))
            Row("family " + family.Key, Figures.Of([.. family.Select(j => j.Verdict)]));
        foreach (
            var type in corpus.SelectMany(s => s.Incidents).Select(i => i.Type).Distinct().Order(StringComparer.Ordinal)
        )
            Row("type " + type, Figures.Of([.. judged.Select(j => j.Verdict)], i => i.Incident.Type == type));
        Row("easy", Figures.Of([.. judged.Select(j => j.Verdict)], i => i.Incident.Difficulty == "easy"));
        if (args.Contains("--misses"))
            Misses(judged);
        if (!args.Contains("--only"))
        {
            Row("thinned", Figures.Of(Verdicts(corpus.Select((s, i) => s.Thinned(i)), ct)));
            Row("shifted", Figures.Of(Verdicts(corpus.Select(s => s.Shifted(new(7, 15, 0))), ct)));
            var made = JudgeAll(MadeSeries.All(seed: 20, ofEach: 10), ct);
            Row("made", Figures.Of([.. made.Select(j => j.Verdict)]));
            foreach (var family in made.GroupBy(j => j.Series.Family))
                Row("family " + family.Key, Figures.Of([.. family.Select(j => j.Verdict)]));
        }

        return Task.FromResult<IReadOnlyList<KeyValuePair<string, double>>>([
            new("f1", all.F1),
            new("fa", all.FalseAlarmsPerWeek),
            new("ap", all.AveragePrecision),
        ]);
    }

    private static List<Verdict> Verdicts(IEnumerable<LabelledSeries> corpus, CancellationToken ct) =>
        [.. JudgeAll(corpus, ct).Select(j => j.Verdict)];

    private static List<(LabelledSeries Series, Verdict Verdict)> JudgeAll(
        IEnumerable<LabelledSeries> corpus,
        CancellationToken ct
    ) =>
        [
            .. corpus
                .AsParallel()
                .AsOrdered()
                .WithCancellation(ct)
                .Select(series =>
                    (
                        series,
                        Verdict.Of(series, [.. SeriesScoring.Score(series.Counts, series.Zone).Select(r => r.Score)])
                    )
                ),
        ];

    private static void Misses(List<(LabelledSeries Series, Verdict Verdict)> judged)
    {
        Console.WriteLine("false alarms at 75:");
        foreach (var (series, verdict) in judged)
        {
            var alarms = verdict.FalseAlarms();
            if (alarms[7500] > 0 || alarms[5000] > 3)
                Console.WriteLine($"  {series.Id, -26} {alarms[5000], 3} {alarms[7500], 3} {alarms[8500], 3}");
        }
        Console.WriteLine("missed:");
        foreach (var incident in judged.SelectMany(j => j.Verdict.Incidents).Where(i => i.Best < 7500))
            Console.WriteLine(
                $"  {incident.Series, -26} {incident.Incident.Type, -18} {incident.Incident.Difficulty, -8}"
                    + $" {incident.Incident.When.Start:u} {(incident.Incident.When.End - incident.Incident.When.Start).TotalHours, 6:0.0} h"
                    + $" best {incident.Best / 100.0:0.0}"
            );
    }

    private static void Head() =>
        Console.WriteLine(
            $"{"part", -26} {"incid", 5} {"found", 5} {"false", 5} {"F1", 6} {"FA/wk", 6} {"AP", 6} {"R@0.1", 6} {"R@0.02", 6} {"bestF1", 6} {"@", 5} {"delay", 5}"
        );

    private static void Row(string part, Figures f) =>
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{part, -26} {f.Incidents, 5} {f.Found, 5} {f.FalseAlarms, 5} {f.F1, 6:0.000} {f.FalseAlarmsPerWeek, 6:0.000} {f.AveragePrecision, 6:0.000} {f.RecallAtTenth, 6:0.000} {f.RecallAtFiftieth, 6:0.000} {f.BestF1, 6:0.000} {f.BestThreshold, 5:0.0} {f.MedianDelay, 5:0}"
            )
        );
}
