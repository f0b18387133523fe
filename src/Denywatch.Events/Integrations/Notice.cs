using Denywatch.Events.Text;

namespace Denywatch.Events.Integrations;

/// <summary>Events that are about the firewall itself, not about traffic.</summary>
internal static class Notice
{
    /// <summary>Someone changed or committed the configuration.</summary>
    public static FirewallEvent Change(
        in LogLine line,
        ReadOnlySpan<byte> what,
        ReadOnlySpan<byte> by,
        DateTimeOffset? at = null,
        string? observer = null
    ) =>
        new()
        {
            Verdict = Verdict.None,
            Kind = EventKind.Change,
            Reason = Words.OrNull(what),
            By = Words.OrNull(by),
            Timestamp = at ?? line.HeaderTime,
            Observer = observer ?? line.Sender,
        };

    /// <summary>The device left lines out.</summary>
    /// <param name="count">How many; null where it does not say.</param>
    public static FirewallEvent Suppressed(
        in LogLine line,
        long? count,
        string reason,
        DateTimeOffset? at = null,
        string? observer = null
    ) =>
        new()
        {
            Verdict = Verdict.None,
            Kind = EventKind.Suppressed,
            Reason = reason,
            Timestamp = at ?? line.HeaderTime,
            Observer = observer ?? line.Sender,
            Count = Math.Max(1, count ?? 1),
        };

    /// <summary>The first whole number in a text.</summary>
    public static long? NumberIn(ReadOnlySpan<byte> text)
    {
        var start = text.IndexOfAnyInRange((byte)'0', (byte)'9');
        if (start < 0)
            return null;
        text = text[start..];
        var end = text.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        return (end < 0 ? text : text[..end]).Number();
    }
}
