using Denywatch.Events.Text;

namespace Denywatch.Events.Integrations.Suricata;

/// <summary>
/// A drop record denies, and so does an alert that was blocked. An alert may say "allowed" though another rule dropped
/// the packet: then the packet's own verdict, or the flow's, decides. An alert that stopped nothing is none.
/// </summary>
internal static class EveVerdict
{
    public static (Verdict Verdict, string? Reason) Of(in EventDraft draft)
    {
        if (draft.Kind is "drop")
            return (Verdict.Denied, "event_type=drop");
        if (ActionWords.Of(draft.Action) == Verdict.Denied)
            return (Verdict.Denied, Words.Reason("alert.action="u8, draft.Action!));
        if (ActionWords.Of(draft.OtherAction) == Verdict.Denied)
            return draft.Kind is "flow"
                ? (Verdict.Denied, Words.Reason("flow.action="u8, draft.OtherAction!))
                : (Verdict.Denied, Words.Reason("verdict.action="u8, draft.OtherAction!));
        if (draft.Kind is "alert")
            return (Verdict.None, draft.Action is null ? null : Words.Reason("alert.action="u8, draft.Action));
        if (draft.Kind is "flow")
            return draft is { Packets: > 0, ReplyPackets: 0 }
                ? (Verdict.Unanswered, "flow.pkts_toclient=0")
                : (Verdict.Allowed, "event_type=flow");
        return (Verdict.None, null);
    }
}
