namespace Denywatch.Web.Features.Explorer;

/// <summary>The steps of a time axis: whole multiples of the bucket span, aligned as buckets are.</summary>
internal static class TimeSteps
{
    public static readonly TimeSpan Bucket = TimeSpan.FromMinutes(15);

    private static readonly double[] hours = [0.25, 0.5, 1, 2, 3, 4, 6, 8, 12];

    /// <summary>The shortest step that needs at most <paramref name="most"/> of them.</summary>
    public static TimeSpan For(TimeSpan range, int most)
    {
        var shortest = range / Math.Clamp(most, 100, 1_000);
        foreach (var step in hours.Select(TimeSpan.FromHours))
        {
            if (step >= shortest)
                return step;
        }
        return TimeSpan.FromDays(Math.Ceiling(shortest.TotalDays));
    }

    public static DateTimeOffset Floor(DateTimeOffset at, TimeSpan step) =>
        new(at.UtcTicks - (at.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) % step.Ticks, TimeSpan.Zero);

    public static DateTimeOffset Ceiling(DateTimeOffset at, TimeSpan step) =>
        Floor(at + step - TimeSpan.FromTicks(1), step);

    /// <summary>Minutes of the longest span of counts and rollups that a step is made of.</summary>
    public static short SpanOf(TimeSpan step) =>
        step.Ticks % TimeSpan.TicksPerDay == 0 ? (short)1440
        : step.Ticks % TimeSpan.TicksPerHour == 0 ? (short)60
        : (short)15;
}
