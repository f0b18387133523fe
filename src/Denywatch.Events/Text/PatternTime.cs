namespace Denywatch.Events.Text;

/// <summary>
/// A time in a shape that a pattern tells, in the letters of Java's SimpleDateFormat, which LEEF uses as well:
/// <c>dd/MM/yyyy HH:mm:ss.SSS Z</c>. Understood are y M d H h m s S a z Z X E and texts in quotes; month names are English.
/// </summary>
internal static class PatternTime
{
    private const int LongestPattern = 64;

    private ref struct Parts
    {
        public int Year,
            Month,
            Day,
            Hour,
            Minute,
            Second;

        public long Ticks;
        public bool IsAfternoon,
            IsHalfDay;

        public TimeSpan? Offset;
        public TimeZoneInfo? Zone;
    }

    /// <param name="zone">Of times whose pattern holds none.</param>
    public static DateTimeOffset? Of(ReadOnlySpan<byte> text, ReadOnlySpan<byte> pattern, TimeZoneInfo zone)
    {
        if (pattern.Length is 0 or > LongestPattern)
            return null;
        var parts = new Parts { Month = 1, Day = 1 };
        while (!pattern.IsEmpty)
        {
            var letter = pattern[0];
            if (letter == '\'')
            {
                var end = pattern[1..].IndexOf((byte)'\'');
                if (end < 0)
                    return null;
                var literal = pattern.Slice(1, end);
                if (!text.StartsWith(literal))
                    return null;
                text = text[literal.Length..];
                pattern = pattern[(end + 2)..];
            }
            else if (char.IsAsciiLetter((char)letter))
            {
                var count = pattern.IndexOfAnyExcept(letter);
                count = count < 0 ? pattern.Length : count;
                // Digits that follow each other without a sign between them are as many as the letters.
                var isTight = count < pattern.Length && char.IsAsciiLetter((char)pattern[count]);
                if (!Take(letter, count, isTight, ref text, ref parts))
                    return null;
                pattern = pattern[count..];
            }
            else
            {
                if (letter == ' ')
                    text = text.TrimStart((byte)' ');
                else if (text.IsEmpty || text[0] != letter)
                    return null;
                else
                    text = text[1..];
                pattern = pattern[1..];
            }
        }
        return Whole(parts, zone);
    }

    private static bool Take(byte letter, int count, bool isTight, ref ReadOnlySpan<byte> text, ref Parts parts)
    {
        switch ((char)letter)
        {
            case 'M' when count >= 3:
                if (text.Length < 3)
                    return false;
                parts.Month = Times.MonthOf(text[..3]);
                SkipLetters(ref text);
                return parts.Month > 0;
            case 'E':
                SkipLetters(ref text);
                return true;
            case 'a':
                parts.IsHalfDay = true;
                parts.IsAfternoon = text.Length >= 2 && text[..2].Is("pm"u8);
                SkipLetters(ref text);
                return true;
            case 'z' or 'Z' or 'X' or 'x':
                return TakeZone(ref text, ref parts);
            case 'S':
                return TakeFraction(ref text, ref parts);
            default:
                return TakeNumber(letter, isTight ? count : 4, ref text, ref parts);
        }
    }

    private static bool TakeNumber(byte letter, int most, ref ReadOnlySpan<byte> text, ref Parts parts)
    {
        int number = 0,
            digits = 0;
        while (digits < most && digits < text.Length && char.IsAsciiDigit((char)text[digits]))
            number = (number * 10) + text[digits++] - '0';
        if (digits == 0)
            return false;
        text = text[digits..];
        switch ((char)letter)
        {
            case 'y':
                parts.Year = digits <= 2 ? 2000 + number : number;
                return true;
            case 'M':
                parts.Month = number;
                return true;
            case 'd':
                parts.Day = number;
                return true;
            case 'H' or 'h':
                parts.Hour = number;
                return true;
            case 'm':
                parts.Minute = number;
                return true;
            case 's':
                parts.Second = number;
                return true;
            default:
                return false;
        }
    }

    private static bool TakeFraction(ref ReadOnlySpan<byte> text, ref Parts parts)
    {
        var unit = TimeSpan.TicksPerSecond / 10;
        var digits = 0;
        for (; digits < text.Length && char.IsAsciiDigit((char)text[digits]); digits++, unit /= 10)
            parts.Ticks += (text[digits] - '0') * unit;
        text = text[digits..];
        return digits > 0;
    }

    private static bool TakeZone(ref ReadOnlySpan<byte> text, ref Parts parts)
    {
        text = text.TrimStart((byte)' ');
        if (Times.TryOffset(text, out var offset, out var length))
        {
            parts.Offset = offset;
            text = text[length..];
            return true;
        }
        var end = text.IndexOf((byte)' ');
        var name = end < 0 ? text : text[..end];
        text = text[name.Length..];
        if (Times.TryZoneName(name, out offset, out _))
            parts.Offset = offset;
        else
            parts.Zone = Zones.Of(name); // an abbreviation that means several offsets: the sender's zone holds
        return true;
    }

    private static void SkipLetters(ref ReadOnlySpan<byte> text)
    {
        var end = 0;
        while (end < text.Length && (char.IsAsciiLetter((char)text[end]) || text[end] >= 0x80))
            end++;
        text = text[end..];
    }

    private static DateTimeOffset? Whole(in Parts parts, TimeZoneInfo zone)
    {
        var hour = parts.IsHalfDay ? (parts.Hour % 12) + (parts.IsAfternoon ? 12 : 0) : parts.Hour;
        if (
            hour > 23
            || parts.Minute > 59
            || parts.Second > 60
            || !Times.TryDate(parts.Year, parts.Month, parts.Day, out var date)
        )
            return null;
        var local = date.AddTicks(new TimeSpan(hour, parts.Minute, Math.Min(parts.Second, 59)).Ticks + parts.Ticks);
        return parts.Offset is { } offset ? new DateTimeOffset(local, offset) : Times.In(local, parts.Zone ?? zone);
    }
}
