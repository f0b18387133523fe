namespace Denywatch.Events.Maintenance;

/// <summary>How long something lasts: days by the calendar and then time by the clock, as RFC 5545 counts a duration.</summary>
/// <param name="Days">From one time of day to the same of another day, whatever the clock did in between.</param>
/// <param name="Time">Exactly so long.</param>
public readonly record struct Lasting(int Days, TimeSpan Time)
{
    /// <summary>For bounds: within an hour or two of what it is.</summary>
    public TimeSpan About => TimeSpan.FromDays(Days) + Time;

    internal DateTimeOffset EndOf(DateTime start, TimeZoneInfo zone) =>
        LocalTime.ToInstant(start.AddDays(Days), zone) + Time;
}
