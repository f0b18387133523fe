using Denywatch.Detection;

namespace Denywatch.Bench.Quality;

internal static class ProbeTable
{
    public static void Alarms(IEnumerable<LabelledSeries> corpus)
    {
        foreach (var series in corpus)
        {
            var model = SeriesModel.Start(TimeSpan.FromMinutes(15), series.Zone);
            var was = false;
            foreach (var bucket in series.Counts)
            {
                var t = bucket.Bucket;
                var quiet = t >= series.WarmupUntil
                    && !series.Incidents.Any(i => t >= i.When.Start.AddHours(-0.5) && t <= i.When.End.AddHours(3))
                    && !series.Ignore.Any(i => t >= i.Start && t <= i.End);
                var record = model.Score(t, bucket.Count);
                var isAlarm = record.Score >= 75 && quiet;
                if (isAlarm && !was)
                    Console.WriteLine($"FA {series.Id} day {(t - series.Counts[0].Bucket).TotalDays:0.0} {TimeZoneInfo.ConvertTime(t, series.Zone):ddd HH:mm} {record.Score:0} {record.Actual:0}/{record.Typical:0}^{record.Upper:0} " + string.Join(" ", Probe.Last!.Select(u => $"{-u:0}")));
                was = isAlarm;
                model.Learn(t, bucket.Count);
            }
        }
    }

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
