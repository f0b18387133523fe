using Denywatch.Events.Text;

namespace Denywatch.Events.Integrations.PanOs;

/// <summary>The action decides, in traffic logs also the subtype.</summary>
internal static class PanOsVerdict
{
    public static (Verdict Verdict, string? Reason) Of(
        bool isTraffic,
        ReadOnlySpan<byte> subtype,
        ReadOnlySpan<byte> action
    )
    {
        // "reset both" of the real lines and "reset-both" of the manual are one word.
        Span<byte> hyphened = stackalloc byte[32];
        action[..Math.Min(action.Length, hyphened.Length)].CopyTo(hyphened);
        hyphened = hyphened[..Math.Min(action.Length, hyphened.Length)];
        hyphened.Replace((byte)' ', (byte)'-');
        var word = Words.LowerOf(hyphened);
        if (IsDeny(word))
            return (Verdict.Denied, Words.Reason("action="u8, action));
        if (isTraffic && (subtype.Is("deny"u8) || subtype.Is("drop"u8)))
            return (Verdict.Denied, Words.Reason("subtype="u8, subtype));
        if (word is "allow" or "continue" or "override" or "forward")
            return (Verdict.Allowed, Words.Reason("action="u8, action));
        return (Verdict.None, null); // alert: seen, and let through or not by another row
    }

    private static bool IsDeny(string word) =>
        word
            is "deny"
                or "drop"
                or "drop-icmp"
                or "drop-packet"
                or "drop-all"
                or "drop-all-packets"
                or "random-drop"
                or "reset-client"
                or "reset-server"
                or "reset-both"
                or "block"
                or "block-ip"
                or "block-url"
                or "block-override"
                or "block-continue"
                or "sinkhole"
                or "syncookie-sent";
}
