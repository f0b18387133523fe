namespace Denywatch.Events.Text;

/// <summary>Times as devices write them. Years outside 1990 to 2199 are not read: nothing real was logged then.</summary>
internal static partial class Times
{
    private const int EarliestYear = 1990;
    private const int LatestYear = 2199;

    /// <summary>
    /// <c>2024-05-01T12:00:00.123+02:00</c> and its kin: T or space or slash dates, fraction, Z or offset. Without an
    /// offset the time is in <paramref name="zone"/>.
    /// </summary>
    public static bool TryIso(ReadOnlySpan<byte> text, TimeZoneInfo zone, out DateTimeOffset at, out int length)
    {
        (at, length) = (default, 0);
        if (
            text.Length < 19
            || !Digits(text[..4], out var year)
            || text[4] is not ((byte)'-' or (byte)'/')
            || text[7] != text[4]
            || text[10] is not ((byte)'T' or (byte)'t' or (byte)' ')
            || !Digits(text.Slice(5, 2), out var month)
            || !Digits(text.Slice(8, 2), out var day)
            || !TryClock(text[11..], out var clock, out var clockLength)
            || !TryDate(year, month, day, out var date)
        )
            return false;

        length = 11 + clockLength;
        var rest = text[length..];
        if (TryOffset(rest, out var offset, out var offsetLength))
        {
            length += offsetLength;
            at = new DateTimeOffset(date + clock, offset);
            return true;
        }
        if (
            rest.Length >= 6
            && rest[0] == ' '
            && rest[1] != 'Z'
            && TryOffset(rest[1..], out offset, out offsetLength)
            && offsetLength >= 5
        )
        {
            length += 1 + offsetLength; // "18:40:50.123 +0200"
            at = new DateTimeOffset(date + clock, offset);
            return true;
        }

        at = In(date + clock, zone);
        return true;
    }

    /// <summary><c>2024:05:05-18:40:50</c> of Sophos UTM, in <paramref name="zone"/>.</summary>
    public static bool TryColons(ReadOnlySpan<byte> text, TimeZoneInfo zone, out DateTimeOffset at, out int length)
    {
        (at, length) = (default, 0);
        if (
            text.Length < 19
            || text[4] != ':'
            || text[7] != ':'
            || text[10] != '-'
            || !Digits(text[..4], out var year)
            || !Digits(text.Slice(5, 2), out var month)
            || !Digits(text.Slice(8, 2), out var day)
            || !TryClock(text[11..], out var clock, out var clockLength)
            || !TryDate(year, month, day, out var date)
        )
            return false;
        length = 11 + clockLength;
        at = In(date + clock, zone);
        return true;
    }

    /// <summary>Seconds since 1970 with a fraction, such as <c>1714934450.123456789</c>.</summary>
    public static bool TryEpochFraction(ReadOnlySpan<byte> text, out DateTimeOffset at, out int length)
    {
        (at, length) = (default, 0);
        var dot = text[..Math.Min(text.Length, 12)].IndexOf((byte)'.');
        if (dot is not (9 or 10) || text[..dot].Number() is not { } seconds || Epoch(seconds) is not { } whole)
            return false;
        long ticks = 0;
        var unit = TimeSpan.TicksPerSecond / 10;
        for (length = dot + 1; length < text.Length && char.IsAsciiDigit((char)text[length]); length++, unit /= 10)
            ticks += (text[length] - '0') * unit;
        at = whole.AddTicks(ticks);
        return length > dot + 1;
    }

    /// <summary>Seconds, milliseconds, microseconds or nanoseconds since 1970, told apart by their size.</summary>
    public static DateTimeOffset? Epoch(long number)
    {
        var ticks = number switch
        {
            < 0 => -1,
            < 100_000_000_000 => number * TimeSpan.TicksPerSecond,
            < 100_000_000_000_000 => number * TimeSpan.TicksPerMillisecond,
            < 100_000_000_000_000_000 => number * TimeSpan.TicksPerMicrosecond,
            _ => number / 100,
        };
        var at = ticks < 0 ? default : DateTimeOffset.UnixEpoch.AddTicks(ticks);
        return at.Year is >= EarliestYear and <= LatestYear ? at : null;
    }

    /// <summary>A local time of the zone as an instant.</summary>
    public static DateTimeOffset In(DateTime local, TimeZoneInfo zone) =>
        ReferenceEquals(zone, TimeZoneInfo.Utc)
            ? new DateTimeOffset(local, TimeSpan.Zero)
            : new DateTimeOffset(local, zone.GetUtcOffset(local));

    /// <summary><c>+02:00</c>, <c>-0500</c>, <c>+02</c> or <c>Z</c> at the start of the text.</summary>
    public static bool TryOffset(ReadOnlySpan<byte> text, out TimeSpan offset, out int length)
    {
        (offset, length) = (default, 0);
        if (text.IsEmpty)
            return false;
        if (text[0] is (byte)'Z' or (byte)'z' && (text.Length == 1 || !char.IsAsciiLetterOrDigit((char)text[1])))
        {
            length = 1;
            return true;
        }
        if (text[0] is not ((byte)'+' or (byte)'-') || text.Length < 3 || !Digits(text.Slice(1, 2), out var hours))
            return false;

        length = 3;
        var minutes = 0;
        if (text.Length >= 6 && text[3] == ':' && Digits(text.Slice(4, 2), out minutes))
            length = 6;
        else if (text.Length >= 5 && Digits(text.Slice(3, 2), out minutes))
            length = 5;
        if (hours > 14 || minutes > 59 || hours == 14 && minutes > 0)
            return false;

        offset = new TimeSpan(hours, minutes, 0);
        if (text[0] == '-')
            offset = -offset;
        return true;
    }

    public static bool TryDate(int year, int month, int day, out DateTime date)
    {
        date = default;
        if (
            year is < EarliestYear or > LatestYear
            || month is < 1 or > 12
            || day < 1
            || day > DateTime.DaysInMonth(year, month)
        )
            return false;
        date = new DateTime(year, month, day, 0, 0, 0, DateTimeKind.Unspecified);
        return true;
    }

    /// <summary><c>hh:mm:ss</c> with an optional fraction.</summary>
    public static bool TryClock(ReadOnlySpan<byte> text, out TimeSpan clock, out int length)
    {
        (clock, length) = (default, 0);
        if (
            text.Length < 8
            || text[2] != ':'
            || text[5] != ':'
            || !Digits(text[..2], out var hour)
            || !Digits(text.Slice(3, 2), out var minute)
            || !Digits(text.Slice(6, 2), out var second)
            || hour > 23
            || minute > 59
            || second > 60
        )
            return false;

        long ticks = 0;
        length = 8;
        if (text.Length > 9 && text[8] is (byte)'.' or (byte)',' && char.IsAsciiDigit((char)text[9]))
        {
            var unit = TimeSpan.TicksPerSecond / 10;
            for (length = 9; length < text.Length && char.IsAsciiDigit((char)text[length]); length++, unit /= 10)
                ticks += (text[length] - '0') * unit;
        }
        clock = new TimeSpan(hour, minute, Math.Min(second, 59)) + TimeSpan.FromTicks(ticks);
        return true;
    }

    private static bool Digits(ReadOnlySpan<byte> text, out int number)
    {
        number = 0;
        foreach (var b in text)
        {
            if (!char.IsAsciiDigit((char)b))
                return false;
            number = (number * 10) + b - '0';
        }
        return true;
    }
}
