namespace Denywatch.Events.Text;

/// <summary>A time in any of the shapes that documents, exports and event formats use.</summary>
internal static class AnyTime
{
    /// <summary>
    /// ISO 8601; seconds, milliseconds, microseconds or nanoseconds since 1970, also with a fraction; <c>May 05 2024
    /// 18:40:50.123 UTC</c>; <c>Sun May 5 18:40:50 2024</c>; null where it is none of them.
    /// </summary>
    public static DateTimeOffset? Of(ReadOnlySpan<byte> text, Receipt receipt)
    {
        text = text.Trim((byte)' ');
        if (text.Length < 9)
            return null;
        if (char.IsAsciiDigit((char)text[0]))
            return text.Length > 10 && text[4] is (byte)'-' or (byte)'/' ? Iso(text, receipt.Zone) : SinceEpoch(text);

        if (Times.MonthOf(text[..3]) == 0 && text[3] is (byte)' ' or (byte)',')
            text = text[4..].TrimStart((byte)' '); // a weekday in front
        return Times.TryBsd(text, receipt, out var at, out _) ? at : null;
    }

    /// <summary>Date and time in two fields, as CSV and W3C logs have them.</summary>
    public static DateTimeOffset? Of(ReadOnlySpan<byte> date, ReadOnlySpan<byte> clock, TimeZoneInfo zone)
    {
        Span<byte> text = stackalloc byte[48];
        if (date.Length != 10 || clock.Length is < 8 or > 32)
            return null;
        date.CopyTo(text);
        text[10] = (byte)'T';
        clock.CopyTo(text[11..]);
        return Iso(text[..(11 + clock.Length)], zone);
    }

    private static DateTimeOffset? Iso(ReadOnlySpan<byte> text, TimeZoneInfo zone)
    {
        if (!Times.TryIso(text, zone, out var at, out var length))
            return null;
        // "2024-05-05 18:40:50 +0200" and "… UTC": the zone stands apart.
        if (length + 1 < text.Length && text[length] == ' ')
        {
            if (Times.TryOffset(text[(length + 1)..], out var offset, out _))
                return new DateTimeOffset(Local(text, length), offset);
            if (text[(length + 1)..].Is("utc"u8) || text[(length + 1)..].Is("gmt"u8))
                return new DateTimeOffset(Local(text, length), TimeSpan.Zero);
        }
        return at;
    }

    private static DateTime Local(ReadOnlySpan<byte> text, int length) =>
        Times.TryIso(text[..length], TimeZoneInfo.Utc, out var at, out _) ? at.DateTime : default;

    /// <summary>Seconds, also with a fraction, or their thousandths, millionths and so on since 1970.</summary>
    public static DateTimeOffset? SinceEpoch(ReadOnlySpan<byte> text)
    {
        var dot = text.IndexOf((byte)'.');
        if (dot < 0)
            return text.Number() is { } whole ? Times.Epoch(whole) : null;
        if (text[..dot].Number() is not { } number || Times.Epoch(number) is not { } at)
            return null;
        if (number >= 100_000_000_000)
            return at; // parts of a millisecond

        long ticks = 0;
        var unit = TimeSpan.TicksPerSecond / 10;
        for (var i = dot + 1; i < text.Length && char.IsAsciiDigit((char)text[i]) && unit > 0; i++, unit /= 10)
            ticks += (text[i] - '0') * unit;
        return at.AddTicks(ticks);
    }
}
