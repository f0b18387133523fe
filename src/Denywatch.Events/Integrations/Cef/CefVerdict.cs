using Denywatch.Events.Text;

namespace Denywatch.Events.Integrations.Cef;

/// <summary>
/// What <c>act</c> says in the vendor's words; where it is missing or says nothing, another action field, ArcSight's
/// categories, or the event's name (<c>Connection_Discarded</c>). Prefixed actions such as <c>IDS:Reset</c> tell what
/// would have been done.
/// </summary>
internal static class CefVerdict
{
    public static (Verdict Verdict, string? Reason) Of(in CefHeader header, in CefEvent cef)
    {
        if (IsLogin(header))
            return (Verdict.None, null);
        if (ActionWords.Of(cef.UtmAction) == Verdict.Denied)
            return (Verdict.Denied, Words.Reason("utmaction="u8, cef.UtmAction));

        var acted = OfAction(cef.Action);
        if (acted != Verdict.None)
            return (acted, Words.Reason("act="u8, cef.Action));
        if (ActionWords.Of(cef.OtherAction) is not Verdict.None and var other)
            return (other, Words.Reason("action="u8, cef.OtherAction));
        if (!cef.Action.IsEmpty)
            return (Verdict.None, Words.Reason("act="u8, cef.Action));

        if (ActionWords.Of(cef.OutcomeWord) == Verdict.Denied)
            return (Verdict.Denied, Words.Reason("outcome="u8, cef.OutcomeWord));
        // ArcSight's connectors sort what firewalls refused as a failed access.
        if (
            cef.OutcomeWord.SequenceEqual("/Failure"u8)
            && (cef.BehaviourWord.SequenceEqual("/Access"u8) || cef.BehaviourWord.SequenceEqual("/Communicate/Query"u8))
            && ActionWords.Of(header.Name) == Verdict.Denied
        )
            return (Verdict.Denied, "categoryOutcome=/failure");
        if (
            cef.Draft is { Source: not null, Destination: not null }
            && ActionWords.Of(header.Name) is not Verdict.None and var named
        )
            return (named, Words.Reason("name="u8, header.Name));
        return (Verdict.None, null);
    }

    private static Verdict OfAction(ReadOnlySpan<byte> action) =>
        // A session that one side reset: the firewall let it through.
        action.Is("client-rst"u8)
        || action.Is("server-rst"u8)
        || action.Is("close"u8)
        || action.Is("timeout"u8)
            ? Verdict.Allowed
        // FortiGate ends the sessions of an anomaly.
        : action.Is("clear_session"u8) || action.Is("drop_session"u8) || action.Is("syncookie-sent"u8) ? Verdict.Denied
        : ActionWords.Of(action);

    private static bool IsLogin(in CefHeader header) =>
        header.Id.Is("auth"u8)
        || header.Id.Is("authentication"u8)
        || header.Id.Is("globalprotect"u8)
        || header.Id.Is("userid"u8)
        || header.Name.Is("authentication"u8);
}
