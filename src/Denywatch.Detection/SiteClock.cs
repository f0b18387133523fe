namespace Denywatch.Detection;

/// <summary>
/// When a bucket is, as people at the site say it: time of day, day of the week, a holiday. A holiday counts as a Sunday.
/// </summary>
/// <param name="span">Bucket span.</param>
/// <param name="zone">Zone of the site.</param>
/// <param name="holidays">Days of the site's calendar on which people rest; null for none.</param>
internal sealed class SiteClock(TimeSpan span, TimeZoneInfo zone, IReadOnlySet<DateOnly>? holidays)
{
    /// <summary>Shape is kept at a quarter of an hour or the bucket span, whichever is longer.</summary>
    private const int FinestSlotsPerDay = 96;

    private long knownDay = -1;
    private TimeSpan? offsetAllDay;

    public int SlotsPerDay { get; } = (int)Math.Clamp(TimeSpan.FromDays(1) / span, 1, FinestSlotsPerDay);

    public double BucketsPerDay { get; } = TimeSpan.FromDays(1) / span;

    public TimeSpan Span => span;

    public SiteTime At(DateTimeOffset bucket)
    {
        var local = bucket.UtcDateTime + OffsetAt(bucket);
        var slot = (int)(local.TimeOfDay.Ticks * SlotsPerDay / TimeSpan.TicksPerDay);
        return new(slot, WeekdayOf(local), (int)(local.Ticks / span.Ticks));
    }

    private int WeekdayOf(DateTime local) =>
        holidays?.Contains(DateOnly.FromDateTime(local)) == true ? 0 : (int)local.DayOfWeek;

    /// <summary>Zones are slow to ask, and change their offset on two days a year: else one answer serves the whole day.</summary>
    private TimeSpan OffsetAt(DateTimeOffset bucket)
    {
        var day = bucket.UtcTicks / TimeSpan.TicksPerDay;
        if (day != knownDay)
        {
            var midnight = new DateTimeOffset(day * TimeSpan.TicksPerDay, TimeSpan.Zero);
            var offset = zone.GetUtcOffset(midnight);
            (knownDay, offsetAllDay) = (day, zone.GetUtcOffset(midnight.AddDays(1)) == offset ? offset : null);
        }
        return offsetAllDay ?? zone.GetUtcOffset(bucket);
    }
}

/// <param name="Slot">Slot of the day by the site's clock, from 0.</param>
/// <param name="Weekday">0 for Sunday and holidays, to 6 for Saturday.</param>
/// <param name="Number">Consecutive number of the bucket by the site's clock.</param>
internal readonly record struct SiteTime(int Slot, int Weekday, int Number);
