namespace Denywatch.Events.Text;

// Times whose month is a name: RFC 3164, and what devices make of it.
internal static partial class Times
{
    private static ReadOnlySpan<byte> Months => "janfebmaraprmayjunjulaugsepoctnovdec"u8;

    // Only names that mean one offset to nearly everyone who logs them. IST, BST or AST would be a guess.
    private static ReadOnlySpan<byte> ZoneNames =>
        "UTC+00GMT+00EST-05EDT-04CST-06CDT-05MST-07MDT-06PST-08PDT-07CET+01CEST+2WET+00WEST+1EET+02EEST+3MSK+03JST+09"u8;

    /// <summary>
    /// <c>May  5 18:40:50</c> of RFC 3164, also with a year in front, before or after the clock, a fraction and a zone. A
    /// missing year is the one that puts the time nearest before the receiver's, at most two days after it.
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

    /// <summary><c>CEST</c> and the like at the start of the text: only names that mean one offset.</summary>
    public static bool TryZoneName(ReadOnlySpan<byte> text, out TimeSpan offset, out int length)
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

    private static int Spaces(ReadOnlySpan<byte> text)
    {
        var length = text.IndexOfAnyExcept((byte)' ');
        return length < 0 ? text.Length : length;
    }
}
