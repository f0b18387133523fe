using Denywatch.Events.Text;

namespace Denywatch.Events.Integrations.FortiGate;

/// <summary>
/// Traffic logs deny with <c>action=deny</c>, or with <c>utmaction=block</c> whatever the session's end was called:
/// <c>action=close</c> beside it is still a deny, <c>server-rst</c> alone is not. Security logs deny with their action.
/// Event logs (logins, VPN, system) never speak of traffic.
/// </summary>
internal static class FortiGateVerdict
{
    public static (Verdict Verdict, string? Reason) Of(
        ReadOnlySpan<byte> type,
        ReadOnlySpan<byte> action,
        ReadOnlySpan<byte> utmAction,
        bool hadNoReply
    )
    {
        if (type.Is("traffic"u8))
            return OfTraffic(action, utmAction, hadNoReply);
        if (type.IsEmpty || type.Is("event"u8) || action.IsEmpty)
            return (Verdict.None, null);
        return OfSecurity(action);
    }

    private static (Verdict, string?) OfTraffic(
        ReadOnlySpan<byte> action,
        ReadOnlySpan<byte> utmAction,
        bool hadNoReply
    )
    {
        if (action.Is("deny"u8) || action.Is("blocked"u8) || action.Is("dropped"u8))
            return (Verdict.Denied, Words.Reason("action="u8, action));
        if (
            utmAction.Is("block"u8)
            || utmAction.Is("blocked"u8)
            || utmAction.Is("reset"u8)
            || utmAction.Is("dropped"u8)
        )
            return (Verdict.Denied, Words.Reason("utmaction="u8, utmAction));
        if (action.IsEmpty)
            return (Verdict.None, null);
        if (action.Is("ip-conn"u8))
            return (Verdict.Unanswered, "action=ip-conn"); // it failed, and nobody denied it
        if (hadNoReply)
            return (Verdict.Unanswered, "rcvdpkt=0");
        return (Verdict.Allowed, Words.Reason("action="u8, action));
    }

    private static (Verdict, string?) OfSecurity(ReadOnlySpan<byte> action)
    {
        var isDenied =
            action.Is("blocked"u8)
            || action.Is("block"u8)
            || action.Is("dropped"u8)
            || action.Is("drop"u8)
            || action.Is("drop_session"u8)
            || action.Is("deny"u8)
            || action.Is("denied"u8)
            || action.Is("clear_session"u8)
            || Words.LowerOf(action).StartsWith("reset", StringComparison.Ordinal);
        if (isDenied)
            return (Verdict.Denied, Words.Reason("action="u8, action));
        if (action.Is("pass"u8) || action.Is("passthrough"u8) || action.Is("allow"u8) || action.Is("permit"u8))
            return (Verdict.Allowed, Words.Reason("action="u8, action));
        return (Verdict.None, null); // detected, monitored, exempt
    }
}
