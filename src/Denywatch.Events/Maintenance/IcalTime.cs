using System.Globalization;

namespace Denywatch.Events.Maintenance;

/// <summary>A DATE or DATE-TIME of RFC 5545.</summary>
/// <param name="Local">As written; midnight for a date.</param>
internal readonly record struct IcalTime(DateTime Local, bool IsUtc, bool IsDate)
{
    public static IcalTime? Parse(string text)
    {
        if (DateTime.TryParseExact(text, "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date))
            return new(date, IsUtc: false, IsDate: true);
        var isUtc = text.EndsWith('Z');
        return DateTime.TryParseExact(
            isUtc ? text[..^1] : text,
            "yyyyMMdd'T'HHmmss",
            CultureInfo.InvariantCulture,
            DateTimeStyles.None,
            out var time
        )
            ? new(time, isUtc, IsDate: false)
            : null;
    }
}
