using Denywatch.Events.Text;

namespace Denywatch.Events.Integrations.SonicWall;

/// <summary>
/// <c>fw_action</c> decides. Where it says nothing (<c>NA</c>, older SonicOS), the message's words do: "dropped",
/// "blocked", "Prevention Alert"; "login denied" is about a login.
/// </summary>
internal static class SonicWallVerdict
{
    public static bool IsChange(ReadOnlySpan<byte> number) =>
        number.SequenceEqual("1382"u8) || number.SequenceEqual("1383"u8) || number.SequenceEqual("1432"u8);

    public static (Verdict Verdict, string? Reason) Of(
        string? action,
        ReadOnlySpan<byte> message,
        ReadOnlySpan<byte> number
    )
    {
        if (action is "drop" or "deny" or "reject" or "block")
            return (Verdict.Denied, Words.Reason("fw_action="u8, action));
        if (action is "forward" or "mgmt" or "allow" or "process")
            return (Verdict.Allowed, Words.Reason("fw_action="u8, action));
        if (message.IndexOf("Prevention Alert"u8) >= 0)
            return (Verdict.Denied, "msg=prevention alert");
        var verdict = message.Length <= 128 ? ActionWords.Of(message) : ActionWords.Of(message[..128]);
        if (verdict != Verdict.None)
            return (verdict, Words.Reason("msg="u8, message[..Math.Min(message.Length, 40)]));
        return number.SequenceEqual("98"u8) || number.SequenceEqual("537"u8)
            ? (Verdict.Allowed, "connection opened or closed")
            : (Verdict.None, null);
    }
}
