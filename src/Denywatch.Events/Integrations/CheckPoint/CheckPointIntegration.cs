using Denywatch.Events.Text;

namespace Denywatch.Events.Integrations.CheckPoint;

/// <summary>
/// Check Point logs as Log Exporter sends them: syslog (<c>action:"Drop"; </c>), splunk and generic
/// (<c>action=Drop|</c>), JSON. CEF and LEEF exports are read by the integrations of those formats. Fields: Check Point
/// support article sk144192.
/// </summary>
public sealed class CheckPointIntegration : IIntegration
{
    public string Name => "checkpoint";
    public string Title => "Check Point";

    public bool Recognises(in LogLine line)
    {
        if (line.Program == "CheckPoint" && line.StructuredData.Length > 0)
            return true;
        var text = TextOf(line);
        var at = text[..Math.Min(text.Length, 4096)].IndexOf("loguid"u8);
        if (at < 0)
            return false;
        var behind = text[(at + 6)..].TrimStart("\""u8);
        return behind.Length > 2
            && behind[0] is (byte)':' or (byte)'='
            && behind[1] is (byte)'"' or (byte)'{' or (byte)' '
            && text.IndexOf("CEF:"u8) < 0
            && text.IndexOf("LEEF:"u8) < 0;
    }

    public Outcome Parse(in LogLine line, ICollection<FirewallEvent> events)
    {
        var fields = new CheckPointFields();
        if (fields.Read(TextOf(line), line) is { } problem)
            return Outcome.Rejected(problem);

        if (!fields.Operation.IsEmpty)
        {
            if (fields.Subject.SequenceEqual("Object Manipulation"u8) || fields.Subject.IndexOf("Policy"u8) >= 0)
                events.Add(
                    Notice.Change(
                        line,
                        fields.Operation,
                        fields.Administrator,
                        fields.Draft.Time,
                        fields.Draft.Observer
                    )
                );
            return Outcome.Understood;
        }

        var draft = fields.Draft;
        var verdict = ActionWords.Of(draft.Action ?? draft.OtherAction);
        var reason =
            draft.Action is { } action ? Words.Reason("action="u8, action)
            : draft.OtherAction is { } byRule ? Words.Reason("rule_action="u8, byRule)
            : null;
        if (verdict == Verdict.Denied && fields.Packets.StartsWith("<"u8))
            return DroppedPackets.Read(fields.Packets, line, draft, reason, events);
        if (verdict == Verdict.Denied && draft.Source is null)
            return Outcome.Rejected("src is missing or no address: the line may be cut off");
        draft.LeavePortsOut();
        events.Add(draft.ToEvent(verdict, reason, line));
        return Outcome.Understood;
    }

    private static ReadOnlySpan<byte> TextOf(scoped in LogLine line) =>
        line.StructuredData.IsEmpty ? line.Message : line.StructuredData;
}
