using Denywatch.Events.Text;

namespace Denywatch.Events.Integrations.JuniperSrx;

/// <summary>
/// What an event's name says. Sessions are denied or allowed by their name; screens, intrusion prevention and the filters
/// say it in their action: an event that only raised an alarm stopped nothing.
/// </summary>
internal static class JunosEvent
{
    public static bool IsOurs(ReadOnlySpan<byte> name) =>
        name.Length > 7
        && (
            name.StartsWith("RT_FLOW_"u8)
            || name.StartsWith("RT_SCREEN_"u8)
            || name.StartsWith("RT_SCTP_"u8)
            || name.StartsWith("IDP_"u8)
            || name.StartsWith("APPTRACK_"u8)
            || name.StartsWith("SECINTEL_"u8)
            || name.StartsWith("AAMW_"u8)
            || name.StartsWith("SRX_AAMW_"u8)
            || name.StartsWith("WEBFILTER_"u8)
            || name.StartsWith("CONTENT_FILTERING_"u8)
            || name.StartsWith("ANTISPAM_"u8)
            || name.StartsWith("AV_"u8)
            || name.StartsWith("UI_COMMIT"u8)
        );

    public static bool SpeaksOfTraffic(ReadOnlySpan<byte> name) =>
        IsOurs(name) && name.IndexOf("_SCAN_ENGINE"u8) < 0 && name.IndexOf("HOST_INFECTED"u8) < 0;

    /// <summary>Screens say the transport in their name only.</summary>
    public static string? TransportOf(ReadOnlySpan<byte> name) =>
        name.StartsWith("RT_SCREEN_TCP"u8) ? "tcp"
        : name.StartsWith("RT_SCREEN_UDP"u8) ? "udp"
        : name.StartsWith("RT_SCREEN_ICMP"u8) ? "icmp"
        : null;

    public static (Verdict Verdict, string? Reason) VerdictOf(ReadOnlySpan<byte> name, ReadOnlySpan<byte> action)
    {
        if (name.StartsWith("ANTISPAM_"u8))
            return (Verdict.None, null); // a verdict on mail
        if (!action.IsEmpty && !action.Is("none"u8))
        {
            var byAction =
                action.IndexOf("without-drop"u8) >= 0 ? Verdict.None
                : action.StartsWith("CLOSE"u8) || action.StartsWith("close"u8) ? Verdict.Denied // resets
                : ActionWords.Of(action);
            return (byAction, Words.Reason("action="u8, action));
        }
        if (name.IndexOf("_DENY"u8) >= 0 || name.IndexOf("_BLOCKED"u8) >= 0 || name.IndexOf("_DROP"u8) >= 0)
            return (Verdict.Denied, Words.Of(name));
        if (name.StartsWith("AV_VIRUS_DETECTED"u8))
            return (Verdict.Denied, Words.Of(name)); // a detected virus is blocked, unless the action says otherwise
        if (
            name.StartsWith("RT_FLOW_SESSION"u8)
            || name.StartsWith("APPTRACK_"u8)
            || name.IndexOf("_PERMITTED"u8) >= 0
            || name.IndexOf("_PASSED"u8) >= 0
        )
            return (Verdict.Allowed, Words.Of(name));
        return (Verdict.None, action.IsEmpty ? null : "action=none");
    }
}
