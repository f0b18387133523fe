namespace Denywatch.Bench.Quality;

/// <summary>What a made series does when nothing happens.</summary>
internal sealed class MadeBackground
{
    private const int PerDay = 96;

    private readonly string family;
    private readonly Draws draws;
    private readonly TimeZoneInfo zone;
    private readonly double level;
    private readonly double dayDepth;
    private readonly double peakHour;
    private readonly double weekend;
    private readonly DayOfWeek restDay;
    private readonly double batch;
    private readonly HashSet<DateOnly> holidays = [];

    private MadeBackground(string family, Draws draws, TimeZoneInfo zone)
    {
        (this.family, this.draws, this.zone) = (family, draws, zone);
        level = family switch
        {
            "sparse" => draws.LogUniform(0.02, 0.3),
            "low" => draws.LogUniform(0.3, 6),
            "datacenter" => draws.LogUniform(500, 60_000),
            _ => draws.LogUniform(4, 1_200),
        };
        var isOffice = family is "office" || family is "gappy" or "shift" && draws.Chance(0.4);
        dayDepth = isOffice ? 0 : draws.Between(0.05, 0.45);
        peakHour = draws.Between(9.0, 18.0);
        weekend = isOffice ? draws.Between(0.08, 0.4) : draws.Between(0.75, 1.05);
        restDay = draws.Chance(0.25) ? DayOfWeek.Friday : DayOfWeek.Sunday;
        batch = family == "datacenter" && draws.Chance(0.4) ? draws.Between(1.3, 2) : 1;
        IsOffice = isOffice;
        IsVisits = family == "sparse";
        Phi =
            family == "internet" ? draws.LogUniform(0.08, 0.3)
            : level > 500 ? draws.LogUniform(0.002, 0.01)
            : draws.LogUniform(0.02, 0.15);
        WanderSize = family is "sparse" or "low" ? draws.Between(0.1, 0.3) : draws.Between(0.06, 0.22);
    }

    public double Phi { get; }

    public double WanderSize { get; }

    /// <summary>Denies come as visits of several tries.</summary>
    public bool IsVisits { get; }

    private bool IsOffice { get; }

    public static MadeBackground Of(string family, Draws draws, TimeZoneInfo zone) => new(family, draws, zone);

    /// <summary>Mean count of a bucket, without noise.</summary>
    public double MeanAt(DateTimeOffset bucket)
    {
        var local = TimeZoneInfo.ConvertTime(bucket, zone);
        var hour = local.TimeOfDay.TotalHours;
        var isRest = local.DayOfWeek is DayOfWeek.Saturday || local.DayOfWeek == restDay;
        var day = DateOnly.FromDateTime(local.DateTime);
        if (IsOffice && local.TimeOfDay < TimeSpan.FromMinutes(15) && !isRest && draws.Chance(0.015))
            holidays.Add(day);

        var shape = IsOffice
            ? 0.08 + 1 / (1 + Math.Exp(-(hour - 8.2) * 2)) / (1 + Math.Exp((hour - 17.6) * 1.7))
            : 1 + dayDepth * Math.Cos(2 * Math.PI * (hour - peakHour) / 24);
        return level * shape * (isRest || holidays.Contains(day) ? weekend : 1) * (bucket.Minute == 0 ? batch : 1);
    }

    /// <summary>What happens on top and is no incident: scans of one's own, level changes, ordinary bursts.</summary>
    public void AddEvents(double[] mean, Func<int, DateTimeOffset> at, List<Stretch> ignore)
    {
        switch (family)
        {
            case "scheduled":
                AddRuns(mean, at, ignore, draws.Chance(0.5) ? 1 : 7, draws.Chance(0.5) ? 1 : 0);
                break;
            case "biweekly":
                AddRuns(mean, at, ignore, 14, 0);
                break;
            case "on-off":
                AddStates(mean);
                break;
            case "shift":
                AddShift(mean, at, ignore);
                break;
            case "internet":
                for (var burst = mean.Length * 3 / (7 * PerDay); burst > 0; burst--)
                    Add(mean, draws.Between(0, mean.Length - 1), draws.Between(1, 3), level * draws.Between(0.3, 0.9));
                break;
        }
    }

    /// <summary>Lost rows, and a collector that reports zero.</summary>
    public void Break(double[] counts, bool[] isAbsent, List<LabelledIncident> incidents, Func<int, DateTimeOffset> at)
    {
        for (var gap = counts.Length / (4 * PerDay); gap > 0; gap--)
        {
            var from = draws.Between(0, counts.Length - PerDay);
            var length = draws.Between(2, draws.Chance(0.2) ? 80 : 14);
            var isZero = draws.Chance(0.4);
            for (var i = from; i < from + length; i++)
            {
                if (incidents.Exists(incident => incident.When.Start <= at(i) && at(i) <= incident.When.End))
                    continue;
                if (isZero)
                    counts[i] = 0;
                else
                    isAbsent[i] = true;
            }
        }
    }

    /// <summary>A scan of one's own at a fixed local time; its first runs are nobody's mistake.</summary>
    private void AddRuns(double[] mean, Func<int, DateTimeOffset> at, List<Stretch> ignore, int everyDays, int jitter)
    {
        var begin = draws.Between(0, PerDay - 1) * TimeSpan.FromMinutes(15);
        var length = draws.Between(1, 8);
        var height = level * draws.Between(4.0, 15.0) + 8;
        var firstDay = draws.Between(0, everyDays - 1);
        var runs = 0;
        for (var i = 0; i + length + 2 < mean.Length; i++)
        {
            var local = TimeZoneInfo.ConvertTime(at(i), zone);
            var dayNumber = (int)(local.Date - DateTime.UnixEpoch.Date).TotalDays;
            if (local.TimeOfDay != begin || (dayNumber - firstDay) % everyDays != 0)
                continue;

            var from = Math.Max(0, i + draws.Between(-jitter, jitter));
            for (var k = from; k < from + length; k++)
                mean[k] += height * draws.Between(0.75, 1.25);
            if (++runs <= (everyDays == 1 ? 3 : 2))
                ignore.Add(new(at(Math.Max(0, from - 1)), at(Math.Min(mean.Length - 1, from + length + 2))));
        }
    }

    /// <summary>Machines that are switched on for some hours, at no fixed time.</summary>
    private void AddStates(double[] mean)
    {
        var height = draws.Between(1.5, 3);
        for (var i = draws.Between(0, PerDay); i < mean.Length; i += draws.Between(PerDay / 4, 2 * PerDay))
        {
            var until = Math.Min(mean.Length, i + draws.Between(8, PerDay));
            for (; i < until; i++)
                mean[i] *= height;
        }
    }

    private void AddShift(double[] mean, Func<int, DateTimeOffset> at, List<Stretch> ignore)
    {
        var from = draws.Between(2 * 7 * PerDay, mean.Length - 7 * PerDay);
        var factor = draws.Chance(0.5) ? draws.Between(1.5, 4) : draws.Between(0.25, 0.7);
        for (var i = from; i < mean.Length; i++)
            mean[i] *= factor;
        if (factor > 1)
            ignore.Add(new(at(from), at(Math.Min(mean.Length - 1, from + PerDay))));
    }

    private static void Add(double[] mean, int from, int length, double height)
    {
        for (var i = from; i < Math.Min(mean.Length, from + length); i++)
            mean[i] += height;
    }
}
