using Denywatch.Detection;

namespace Denywatch.Bench.Quality;

/// <summary>
/// How often series without any incident alarm, against the rate that 75 is said to stand for: negative binomial counts
/// with a daily wave and slow noise, from one deny in twenty buckets to fifty thousand in each.
/// </summary>
internal static class Calibration
{
    private static readonly TimeSpan Span = TimeSpan.FromMinutes(15);
    private const int BucketsPerWeek = 672;
    private const int LearningWeeks = 3;
    private const int MeasuredWeeks = 9;

    /// <summary>Alarms that the stated rate foretells for each regime: with a hundred, chance is within a fifth.</summary>
    private const int ExpectedAlarms = 100;

    /// <summary>An episode goes on over a gap of up to so many buckets, as alerts do.</summary>
    private const int Gap = 4;

    public static readonly double[] Means = [0.05, 0.5, 5, 50, 500, 5_000, 50_000];

    public static List<CalibrationPoint> Measure(int seed, CancellationToken ct)
    {
        var rate = Sensitivity.Default.FalseAlarmsPerWeek;
        var seriesCount = (int)Math.Ceiling(ExpectedAlarms / (rate * MeasuredWeeks));
        return
        [
            .. Means.Select(
                (mean, regime) =>
                {
                    var alarms = Enumerable
                        .Range(0, seriesCount)
                        .AsParallel()
                        .WithCancellation(ct)
                        .Sum(i => AlarmsOf(mean, new(seed + regime * 100_003 + i)));
                    return new CalibrationPoint(mean, alarms, seriesCount * MeasuredWeeks, rate);
                }
            ),
        ];
    }

    private static int AlarmsOf(double mean, Draws draws)
    {
        var model = SeriesModel.Start(Span, TimeZoneInfo.Utc);
        var phi = mean > 500 ? draws.LogUniform(0.003, 0.01) : draws.LogUniform(0.02, 0.1);
        var depth = draws.Between(0.0, 0.4);
        var wander = new Wander(draws, draws.Between(0.02, 0.12), draws.Between(24, 96));
        var start = new DateTimeOffset(2025, 3, 3, 0, 0, 0, TimeSpan.Zero);

        var (alarms, quietFor) = (0, Gap + 1);
        for (var i = 0; i < (LearningWeeks + MeasuredWeeks) * BucketsPerWeek; i++)
        {
            var bucket = start + i * Span;
            var wave = 1 + depth * Math.Cos(2 * Math.PI * bucket.TimeOfDay.TotalDays);
            var count = draws.NegativeBinomial(mean * wave * wander.Next(), phi);
            if (i >= LearningWeeks * BucketsPerWeek)
            {
                var isAlarm = model.Score(bucket, count).Band == Band.Critical;
                if (isAlarm && quietFor > Gap)
                    alarms++;
                quietFor = isAlarm ? 0 : quietFor + 1;
            }
            model.Learn(bucket, count);
        }
        return alarms;
    }
}

/// <param name="Mean">Denies in a bucket.</param>
/// <param name="StatedPerWeek">The rate that score 75 stands for.</param>
internal sealed record CalibrationPoint(double Mean, int Alarms, int SeriesWeeks, double StatedPerWeek)
{
    public double Ratio => Alarms / (SeriesWeeks * StatedPerWeek);
}
