using System.Globalization;

namespace Denywatch.Web.Ui;

/// <summary>A stretch of time as an address holds it: <c>24h</c> up to now, or <c>2026-11-01T08:00Z--2026-11-01T12:00Z</c>.</summary>
public sealed record TimeRange
{
    private const string Instant = "yyyy-MM-dd'T'HH:mm'Z'";

    private readonly TimeSpan last;
    private readonly DateTimeOffset from;
    private readonly DateTimeOffset to;

    private TimeRange(TimeSpan last, DateTimeOffset from = default, DateTimeOffset to = default) =>
        (this.last, this.from, this.to) = (last, from, to);

    public static TimeRange LastDay { get; } = Last(TimeSpan.FromDays(1));

    /// <summary>The choices a menu offers.</summary>
    public static IReadOnlyList<TimeRange> Presets { get; } =
    [
        Last(TimeSpan.FromHours(1)),
        Last(TimeSpan.FromHours(6)),
        LastDay,
        Last(TimeSpan.FromDays(7)),
        Last(TimeSpan.FromDays(30)),
    ];

    /// <summary>The choices where a year is as quick as a day.</summary>
    public static IReadOnlyList<TimeRange> LongPresets { get; } =
    [.. Presets, Last(TimeSpan.FromDays(90)), Last(TimeSpan.FromDays(365))];

    /// <summary>True where the range moves with the clock.</summary>
    public bool FollowsNow => last > TimeSpan.Zero;

    public static TimeRange Last(TimeSpan length) => new(length);

    /// <summary>The range up to now that is about as long: the nearest that an address can hold.</summary>
    public static TimeRange LastLike(TimeSpan length) =>
        length < TimeSpan.FromHours(10)
            ? Last(TimeSpan.FromMinutes(Math.Max(1, Math.Round(length.TotalMinutes))))
            : Last(
                TimeSpan.FromHours(Math.Min(400 * 24, Math.Round(length.TotalHours))) is var hours
                && hours.TotalDays >= 2
                    ? TimeSpan.FromDays(Math.Round(hours.TotalDays))
                    : hours
            );

    public static TimeRange Between(DateTimeOffset from, DateTimeOffset to) =>
        from <= to ? new(TimeSpan.Zero, from.ToUniversalTime(), to.ToUniversalTime()) : Between(to, from);

    /// <summary>Null where the text is not a range.</summary>
    public static TimeRange? Parse(string? text)
    {
        if (text?.Split("--") is [var start, var end] && Read(start) is { } from && Read(end) is { } to)
            return Between(from, to);

        if (
            text is not { Length: >= 2 and <= 5 }
            || !int.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        )
            return null;

        return (number, text[^1]) switch
        {
            (< 1, _) => null,
            (<= 600, 'm') => Last(TimeSpan.FromMinutes(number)),
            (<= 2400, 'h') => Last(TimeSpan.FromHours(number)),
            (<= 400, 'd') => Last(TimeSpan.FromDays(number)),
            _ => null,
        };
    }

    /// <summary>Start and end, half-open, for this moment.</summary>
    public (DateTimeOffset From, DateTimeOffset To) At(DateTimeOffset now) =>
        FollowsNow ? (now - last, now) : (from, to);

    /// <summary>Last 24 h; 1 Nov 08:00 - 12:00.</summary>
    public string Words(TimeZoneInfo zone)
    {
        if (FollowsNow)
            return "Last "
                + (
                    last.TotalHours >= 48 ? $"{last.TotalDays:0} d"
                    : last.TotalMinutes >= 60 ? $"{last.TotalHours:0} h"
                    : $"{last.TotalMinutes:0} min"
                );

        var (start, end) = (TimeZoneInfo.ConvertTime(from, zone), TimeZoneInfo.ConvertTime(to, zone));
        var format = start.Date == end.Date ? "HH:mm" : "d MMM HH:mm";
        return string.Create(CultureInfo.InvariantCulture, $"{start:d MMM HH:mm} – ")
            + end.ToString(format, CultureInfo.InvariantCulture);
    }

    /// <summary>The form for the address; <see cref="Parse"/> reads it.</summary>
    public override string ToString() =>
        FollowsNow
            ? last.TotalDays >= 2 && last.TotalHours % 24 == 0
                ? $"{last.TotalDays:0}d"
                : last.TotalMinutes % 60 == 0
                    ? $"{last.TotalHours:0}h"
                    : $"{last.TotalMinutes:0}m"
            : $"{from.ToString(Instant, CultureInfo.InvariantCulture)}--{to.ToString(Instant, CultureInfo.InvariantCulture)}";

    private static DateTimeOffset? Read(string text) =>
        DateTimeOffset.TryParseExact(
            text,
            Instant,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal,
            out var at
        )
            ? at
            : null;
}
