using Denywatch.Events.Text;

namespace Denywatch.Events.Syslog;

/// <summary>
/// Syslog daemons fold equal lines: <c>last message repeated 3 times</c>, and rsyslog's <c>message repeated 3 times: [
/// text]</c>, which holds the text itself.
/// </summary>
internal static class Repetition
{
    // A daemon tells at least every few minutes: more is no count.
    private const long Most = 1_000_000;

    /// <param name="text">The repeated text; empty where it is the line before.</param>
    public static bool TryRead(ReadOnlySpan<byte> message, out long times, out ReadOnlySpan<byte> text)
    {
        times = 0;
        text = [];
        var rest = message.StartsWith("last message "u8) ? message[5..] : message;
        if (!rest.StartsWith("message repeated "u8))
            return false;
        rest = rest["message repeated ".Length..];
        var blank = rest.IndexOf((byte)' ');
        if (blank < 1 || rest[..blank].Number() is not (> 0 and <= Most and var number))
            return false;
        rest = rest[(blank + 1)..];
        if (!rest.StartsWith("time"u8))
            return false;

        times = number;
        var open = rest.IndexOf(": ["u8);
        if (open > 0)
            text = rest[(open + 3)..].Trim((byte)' ').TrimEnd((byte)']');
        return true;
    }
}
