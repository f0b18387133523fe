using Denywatch.Detection;

namespace Denywatch.Detection.Tests;

/// <summary>Makes series of counts; the same seed gives the same series.</summary>
internal sealed class Counts(int seed)
{
    public static readonly TimeSpan Quarter = TimeSpan.FromMinutes(15);

    /// <summary>A Monday, midnight UTC.</summary>
    public static readonly DateTimeOffset Monday = new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);

    private readonly Random random = new(seed);

    public int Poisson(double mean)
    {
        if (mean > 40)
            return Math.Max(0, (int)Math.Round(mean + Math.Sqrt(mean) * Normal()));

        var limit = Math.Exp(-mean);
        var product = random.NextDouble();
        var count = 0;
        for (; product > limit; count++)
            product *= random.NextDouble();
        return count;
    }

    /// <summary>Variance about mean + phi x mean^2.</summary>
    public int Overdispersed(double mean, double phi = 0.04) =>
        Poisson(mean * Math.Max(0.05, 1 + Math.Sqrt(phi) * Normal()));

    /// <summary>Busy on weekdays from 8 to 18 by the zone's clock, nearly silent else.</summary>
    public static double Office(DateTimeOffset bucket, TimeZoneInfo zone, double busy = 80, double idle = 4)
    {
        var local = TimeZoneInfo.ConvertTime(bucket, zone);
        return local is { DayOfWeek: not (DayOfWeek.Saturday or DayOfWeek.Sunday), Hour: >= 8 and < 18 } ? busy : idle;
    }

    /// <summary>Teaches whole days; returns the records that live scoring would have given.</summary>
    public static List<AnomalyRecord> Teach(
        SeriesModel model,
        DateTimeOffset from,
        double days,
        Func<DateTimeOffset, double?> countOf
    )
    {
        var records = new List<AnomalyRecord>();
        for (var bucket = from; bucket < from.AddDays(days); bucket += model.Span)
        {
            var count = countOf(bucket);
            records.Add(model.Score(bucket, count));
            model.Learn(bucket, count);
        }

        return records;
    }

    private double Normal() =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
