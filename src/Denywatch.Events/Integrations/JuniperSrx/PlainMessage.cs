using Denywatch.Events.Text;

namespace Denywatch.Events.Integrations.JuniperSrx;

/// <summary>
/// Events in words: <c>session denied 192.0.2.1/1->192.0.2.2/80 junos-http 6(0) policy trust untrust …</c>, <c>SYN flood!
/// source: 192.0.2.1:1, destination: 192.0.2.2:80, …, action: drop</c>, <c>… &lt;192.0.2.1/1->192.0.2.2/80&gt; for TCP
/// protocol … rule 3 of rulebase IPS … action=DROP</c>.
/// </summary>
internal static class PlainMessage
{
    public static Outcome Read(
        ReadOnlySpan<byte> name,
        ReadOnlySpan<byte> text,
        in LogLine line,
        ICollection<FirewallEvent> events
    )
    {
        var draft = new EventDraft();
        var action = Behind(text, "action: "u8);
        if (action.IsEmpty)
            action = Behind(text, "action="u8);

        if (HostPort.TryPair(text, out var source, out var destination, out var behind))
        {
            PairEvents.TakeEnd(ref draft, true, source, line.Receipt);
            PairEvents.TakeEnd(ref draft, false, destination, line.Receipt);
            ReadSession(behind, ref draft, line.Receipt);
        }
        else
        {
            PairEvents.TakeEnd(ref draft, true, Behind(text, "source: "u8), line.Receipt);
            PairEvents.TakeEnd(ref draft, false, Behind(text, "destination: "u8), line.Receipt);
            draft.Transport ??= JunosEvent.TransportOf(name);
            draft.Take(EventField.Transport, Behind(text, "protocol-id: "u8), line.Receipt);
        }

        var (verdict, reason) = JunosEvent.VerdictOf(name, action);
        if (draft.Source is null)
            return verdict == Verdict.Denied
                ? Outcome.Rejected(
                    $"{Words.Of(name)} holds no source address where one belongs: the line may be cut off"
                )
                : Outcome.Understood;
        draft.Action ??= action.IsEmpty ? Words.LowerOf(name) : Words.LowerOf(action);
        draft.LeavePortsOut();
        events.Add(draft.ToEvent(verdict, reason, line));
        return Outcome.Understood;
    }

    // Behind the ends: a connection tag (newer versions), the service, "6(0)", policy, zones; or "for TCP protocol".
    private static void ReadSession(ReadOnlySpan<byte> text, ref EventDraft draft, Receipt receipt)
    {
        ReadOnlySpan<byte> previous = [];
        var words = new TextWords(text.TrimStart((byte)'>'));
        var isBehindProtocol = false;
        while (words.Next(out var word))
        {
            var bracket = word.IndexOf((byte)'(');
            if (isBehindProtocol)
            {
                draft.Take(EventField.Rule, word, receipt);
                return;
            }
            if (bracket > 0 && word[..bracket].Number() is <= 255)
            {
                draft.Take(EventField.Transport, word[..bracket], receipt);
                isBehindProtocol = true;
            }
            else if (previous.SequenceEqual("for"u8))
            {
                draft.Take(EventField.Transport, word, receipt);
            }
            else if (previous.SequenceEqual("rulebase"u8))
            {
                draft.Take(EventField.Rule, word, receipt);
            }
            previous = word;
        }
    }

    private static ReadOnlySpan<byte> Behind(ReadOnlySpan<byte> text, ReadOnlySpan<byte> label)
    {
        var at = text.IndexOf(label);
        if (at < 0)
            return [];
        text = text[(at + label.Length)..];
        var end = text.IndexOfAny(" ,"u8);
        return end < 0 ? text : text[..end];
    }
}
