namespace Denywatch.Events.Text;

/// <summary>Times as devices write them. Years outside 1990 to 2199 are not read: nothing real was logged then.</summary>
internal static class Times
{
    private const int EarliestYear = 1990;
    private const int LatestYear = 2199;

    private static ReadOnlySpan<byte> Months => "janfebmaraprmayjunjulaugsepoctnovdec"u8;

    // Only names that mean one offset to nearly everyone who logs them. IST, BST or AST would be a guess.
    private static ReadOnlySpan<byte> ZoneNames =>
        "UTC+00GMT+00EST-05EDT-04CST-06CDT-05MST-07MDT-06PST-08PDT-07CET+01CEST+2WET+00WEST+1EET+02EEST+3MSK+03JST+09"u8;

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

    /// <summary>
    /// <c>May  5 18:40:50</c> of RFC 3164, also with a year before or after the clock or in
    /// front, a fraction and a zone. A missing
    /// year is the one that puts the time nearest before the receiver's, at most two days after it.
    /// </summary>
    public static bool TryBsd(ReadOnlySpan<byte> text, Receipt receipt, out DateTimeOffset at, out int length)
    {
        (at, length) = (default, 0);
        if (text.Length > 19 && text[4] == ' ' && text[8] == ' ' && Digits(text[..4], out var leading))
        {
            // "2024 May  5 18:40:50" of NX-OS and IOS-XR.
            if (!TryBsd(text[5..], receipt, out var rest, out length))
                return false;
            length += 5;
            if (!TryDate(leading, rest.Month, rest.Day, out _))
                return false;
            at = rest.AddYears(leading - rest.Year);
            return true;
        }
        if (text.Length < 14 || text[3] != ' ' || MonthOf(text[..3]) is not (> 0 and var month))
            return false;

        var i = 3 + Spaces(text[3..]);
        if (!Leading(text[i..], out var day, out var digits) || digits > 2)
            return false;
        i += digits;
        i += Spaces(text[i..]);

        int? year = null;
        if (Leading(text[i..], out var number, out digits) && digits == 4)
        {
            year = number;
            i += digits;
            i += Spaces(text[i..]);
        }
        if (!TryClock(text[i..], out var clock, out var clockLength))
            return false;
        i += clockLength;

        if (year is null && YearAfter(text[i..]) is { } later)
        {
            year = later;
            i += 5;
        }

        TimeSpan? offset = null;
        var gap = Spaces(text[i..]);
        if (
            TryOffset(text[(i + gap)..], out var stated, out var offsetLength)
            || TryZoneName(text[(i + gap)..], out stated, out offsetLength)
        )
        {
            offset = stated;
            i += gap + offsetLength;
        }

        length = i;
        if (year is { } known)
            return TryDate(known, month, day, out var date) && Set(date + clock, offset, receipt.Zone, out at);
        return TryNearest(month, day, clock, offset, receipt, out at);
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

    /// <summary>1 to 12, or 0 for a text that is no English month.</summary>
    public static int MonthOf(ReadOnlySpan<byte> text)
    {
        for (var month = 0; month < 12; month++)
        {
            if (text.Is(Months.Slice(month * 3, 3)))
                return month + 1;
        }
        return 0;
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

    private static bool TryNearest(
        int month,
        int day,
        TimeSpan clock,
        TimeSpan? offset,
        Receipt receipt,
        out DateTimeOffset at
    )
    {
        var latest = receipt.ReceivedAt.AddDays(2);
        // Eight years back: 29 February may have to wait that long.
        for (var year = latest.Year; year > latest.Year - 9; year--)
        {
            if (
                TryDate(year, month, day, out var date)
                && Set(date + clock, offset, receipt.Zone, out at)
                && at <= latest
            )
                return true;
        }
        at = default;
        return false;
    }

    private static bool Set(DateTime local, TimeSpan? offset, TimeZoneInfo zone, out DateTimeOffset at)
    {
        at = offset is { } known ? new DateTimeOffset(local, known) : In(local, zone);
        return true;
    }

    private static int? YearAfter(ReadOnlySpan<byte> text) =>
        text.Length >= 5
        && text[0] == ' '
        && Digits(text.Slice(1, 4), out var year)
        && year is >= EarliestYear and <= 2100
        && (text.Length == 5 || text[5] is (byte)' ' or (byte)':')
            ? year
            : null;

    private static bool TryZoneName(ReadOnlySpan<byte> text, out TimeSpan offset, out int length)
    {
        (offset, length) = (default, 0);
        var end = text.IndexOfAnyExceptInRange((byte)'A', (byte)'Z');
        var name = end < 0 ? text : text[..end];
        if (name.Length is not (3 or 4) || end >= 0 && text[end] is not ((byte)' ' or (byte)':'))
            return false;

        var known = ZoneNames;
        for (var i = 0; i + 6 <= known.Length; i += 6)
        {
            var entry = known.Slice(i, 6);
            if (!entry.StartsWith(name) || char.IsAsciiLetter((char)entry[name.Length]))
                continue;
            var hours = entry[5] - '0';
            offset = TimeSpan.FromHours(entry[name.Length] == '-' ? -hours : hours);
            length = name.Length;
            return true;
        }
        return false;
    }

    private static bool Leading(ReadOnlySpan<byte> text, out int number, out int digits)
    {
        number = 0;
        for (digits = 0; digits < text.Length && digits < 5 && char.IsAsciiDigit((char)text[digits]); digits++)
            number = (number * 10) + text[digits] - '0';
        return digits > 0;
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

    private static int Spaces(ReadOnlySpan<byte> text)
    {
        var length = text.IndexOfAnyExcept((byte)' ');
        return length < 0 ? text.Length : length;
    }
}
