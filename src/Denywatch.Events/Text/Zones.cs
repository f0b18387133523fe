using System.Collections.Concurrent;

namespace Denywatch.Events.Text;

/// <summary>Time zones that lines name, such as <c>Europe/Vienna</c>. What a line says becomes no path and fills no memory.</summary>
internal static class Zones
{
    private const int MostKept = 512;
    private const int LongestName = 40;

    private static readonly ConcurrentDictionary<string, TimeZoneInfo?> Kept = new(StringComparer.Ordinal);

    /// <summary>The zone of an IANA name, or null.</summary>
    public static TimeZoneInfo? Of(ReadOnlySpan<byte> name)
    {
        if (name.Is("utc"u8) || name.Is("gmt"u8) || name.Is("z"u8))
            return TimeZoneInfo.Utc;
        if (name.Length is 0 or > LongestName || !char.IsAsciiLetterUpper((char)name[0]))
            return null;
        foreach (var b in name)
        {
            if (!char.IsAsciiLetterOrDigit((char)b) && b is not ((byte)'/' or (byte)'_' or (byte)'-' or (byte)'+'))
                return null;
        }

        var id = Words.Of(name);
        if (Kept.TryGetValue(id, out var known))
            return known;
        if (Kept.Count >= MostKept)
            return null;
        TimeZoneInfo.TryFindSystemTimeZoneById(id, out known);
        return Kept[id] = known;
    }
}
