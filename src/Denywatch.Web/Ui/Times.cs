using System.Globalization;

namespace Denywatch.Web.Ui;

/// <summary>Instants and lengths of time in words. 24-hour clock, ISO order where a year shows.</summary>
public static class Times
{
    /// <summary>Short form in the viewer's zone: 14:05 today, Mon 14:05 within a week, 3 Nov 14:05 this year.</summary>
    public static string Compact(DateTimeOffset local, DateTimeOffset now)
    {
        var days = (now.Date - local.Date).Days;
        var format = days switch
        {
            0 => "HH:mm",
            > 0 and < 7 => "ddd HH:mm",
            _ when local.Year == now.Year => "d MMM HH:mm",
            _ => "yyyy-MM-dd HH:mm",
        };
        return local.ToString(format, CultureInfo.InvariantCulture);
    }

    /// <summary>The exact instant with its zone, for a hover: local time first, then UTC.</summary>
    public static string Exact(DateTimeOffset at, TimeZoneInfo zone)
    {
        var utc = at.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
        var local = TimeZoneInfo.ConvertTime(at, zone);
        return local.Offset == TimeSpan.Zero
            ? utc
            : $"{local.ToString("yyyy-MM-dd HH:mm:ss zzz", CultureInfo.InvariantCulture)} ({zone.Id}) = {utc}";
    }

    /// <summary>A length in its one or two biggest units: 45 s, 12 min, 3 h 05, 4 d.</summary>
    public static string Length(TimeSpan length) =>
        length.Duration() switch
        {
            { TotalSeconds: < 1 } => "under 1 s",
            { TotalSeconds: < 60 } t => $"{(int)t.TotalSeconds} s",
            { TotalMinutes: < 60 } t => $"{(int)t.TotalMinutes} min",
            { TotalHours: < 24 } t => string.Create(
                CultureInfo.InvariantCulture,
                $"{(int)t.TotalHours} h {t.Minutes:00}"
            ),
            var t => $"{(int)t.TotalDays} d",
        };
}
