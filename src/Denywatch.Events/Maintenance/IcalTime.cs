using System.Globalization;

namespace Denywatch.Events.Maintenance;

/// <summary>A DATE or DATE-TIME of RFC 5545, from 1600 (calendars define zones from 1601 on) to 9998.</summary>
/// <param name="Local">As written; midnight for a date.</param>
internal readonly record struct IcalTime(DateTime Local, bool IsUtc, bool IsDate)
{
    public static IcalTime? Parse(string text) =>
        Read(text) is { Local.Year: >= 1600 and <= 9999 } time
            // "Until the end of all time" must leave room for an offset.
            ? time.Local.Year == 9999
                ? time with
                {
                    Local = time.Local.AddYears(-1),
                }
                : time
            : null;

    private static IcalTime? Read(string text)
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
