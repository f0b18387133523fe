using Denywatch.Events.Text;

namespace Denywatch.Events.Integrations.SonicWall;

/// <summary>
/// SonicOS enhanced syslog: <c>id=firewall sn=… time="…" m=713 msg="…" src=192.0.2.1:443:X1 …</c>. Fields: SonicOS Log
/// Events Reference Guide.
/// </summary>
public sealed class SonicWallIntegration : IIntegration
{
    private static readonly Names<EventField> Fields = new(
        new Dictionary<string, EventField>(StringComparer.Ordinal)
        {
            ["id"] = EventField.Observer,
            ["srcV6"] = EventField.OtherSource,
            ["dstV6"] = EventField.OtherDestination,
            ["rule"] = EventField.Rule,
            ["policy"] = EventField.OtherRule,
            ["fw_action"] = EventField.Action,
            ["spkt"] = EventField.Packets,
            ["src"] = EventField.Text,
            ["dst"] = EventField.Text,
            ["time"] = EventField.Text,
            ["proto"] = EventField.Text,
            ["msg"] = EventField.Text,
            ["m"] = EventField.Text,
            ["note"] = EventField.Text,
            ["usr"] = EventField.Text,
        }
    );

    public string Name => "sonicwall";
    public string Title => "SonicWall";

    public bool Recognises(in LogLine line)
    {
        var head = line.Message[..Math.Min(line.Message.Length, 256)].TrimStart((byte)' ');
        return head.StartsWith("id="u8)
            && head.IndexOf(" sn="u8) > 0
            && head.IndexOf(" time="u8) > 0
            && head.IndexOf(" fw="u8) > 0;
    }

    public Outcome Parse(in LogLine line, ICollection<FirewallEvent> events)
    {
        var draft = new EventDraft();
        ReadOnlySpan<byte> message = [],
            number = [],
            user = [],
            note = [];
        var pairs = new KeyValues(line.Message, separators: " "u8);
        while (pairs.Next())
        {
            var value = pairs.Value;
            var field = Fields[pairs.Key];
            if (field != EventField.Text)
                draft.Take(field, value, line.Receipt);
            else if (pairs.Key.SequenceEqual("src"u8))
                PairEvents.TakeEnd(ref draft, true, value, line.Receipt);
            else if (pairs.Key.SequenceEqual("dst"u8))
                PairEvents.TakeEnd(ref draft, false, value, line.Receipt);
            else if (pairs.Key.SequenceEqual("time"u8))
                draft.Take(EventField.Time, value, line.Receipt);
            else if (pairs.Key.SequenceEqual("proto"u8))
                draft.Take(EventField.Transport, BeforeSlash(value), line.Receipt);
            else if (pairs.Key.SequenceEqual("msg"u8))
                message = message.IsEmpty ? value : message;
            else if (pairs.Key.SequenceEqual("m"u8))
                number = value;
            else if (pairs.Key.SequenceEqual("usr"u8))
                user = value;
            else
                note = value;
        }

        if (SonicWallVerdict.IsChange(number))
        {
            events.Add(Notice.Change(line, note.IsEmpty ? message : note, user, draft.Time, draft.Observer));
            return Outcome.Understood;
        }
        var (verdict, reason) = SonicWallVerdict.Of(draft.Action, message, number);
        if (draft.Source is null)
            return verdict == Verdict.Denied && draft.Destination is not null
                ? Outcome.Rejected("src= is missing or no address: the line may be cut off")
                : Outcome.Understood;
        draft.LeavePortsOut();
        events.Add(draft.ToEvent(verdict, reason, line));
        return Outcome.Understood;
    }

    private static ReadOnlySpan<byte> BeforeSlash(ReadOnlySpan<byte> text)
    {
        var slash = text.IndexOf((byte)'/');
        return slash < 0 ? text : text[..slash];
    }
}
