using Denywatch.Detection;

namespace Denywatch.Bench.Quality;

internal static class ProbeTable
{
    public static void Print(List<LabelledSeries> corpus)
    {
        double[] levels = [4, 6, 8, 10, 12, 15];
        foreach (var family in corpus.GroupBy(s => s.Family))
        {
            var counts = new int[8, levels.Length];
            var weeks = 0.0;
            foreach (var series in family)
            {
                var model = SeriesModel.Start(TimeSpan.FromMinutes(15), series.Zone);
                var since = new int[8, levels.Length];
                foreach (var bucket in series.Counts)
                {
                    var t = bucket.Bucket;
                    var quiet = t >= series.WarmupUntil
                        && !series.Incidents.Any(i => t >= i.When.Start.AddHours(-1) && t <= i.When.End.AddHours(12))
                        && !series.Ignore.Any(i => t >= i.Start.AddHours(-1) && t <= i.End.AddHours(12));
                    model.Score(t, bucket.Count);
                    model.Learn(t, bucket.Count);
                    if (!quiet) continue;
                    weeks += 1 / 672.0;
                    for (var h = 0; h < Probe.Last!.Length; h++)
                        for (var l = 0; l < levels.Length; l++)
                        {
                            since[h, l]--;
                            if (-Probe.Last[h] >= levels[l])
                            {
                                if (since[h, l] <= 0) counts[h, l]++;
                                since[h, l] = 24;
                            }
                        }
                }
            }
            Console.WriteLine($"{family.Key} weeks {weeks:0}");
            for (var h = 0; h < Probe.Last!.Length; h++)
                Console.WriteLine("   " + h + "  " + string.Join("  ", levels.Select((u, l) => $"{u}: {counts[h, l] / weeks / (672 * Math.Exp(-u)),8:0.00} ({counts[h,l]})")));
        }
    }
}
