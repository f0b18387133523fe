using Denywatch.Events.Text;

namespace Denywatch.Events.Integrations.Stormshield;

/// <summary>
/// Stormshield Network Security: <c>id=firewall time="…" fw="name" tz=+0200 startime="…" … action=block
/// logtype="filter"</c>. Fields: Stormshield "Description of audit logs".
/// </summary>
public sealed class StormshieldIntegration : IIntegration
{
    private static readonly Names<EventField> Fields = new(
        new Dictionary<string, EventField>(StringComparer.Ordinal)
        {
            ["fw"] = EventField.Observer,
            ["action"] = EventField.Action,
            ["logtype"] = EventField.Kind,
            ["src"] = EventField.Source,
            ["srcport"] = EventField.SourcePort,
            ["dst"] = EventField.Destination,
            ["dstport"] = EventField.DestinationPort,
            ["ipproto"] = EventField.Transport,
            ["rulename"] = EventField.Rule,
            ["ruleid"] = EventField.OtherRule,
            ["repeat"] = EventField.Count,
            ["startime"] = EventField.Text,
            ["time"] = EventField.Text,
            ["tz"] = EventField.Text,
            ["msg"] = EventField.Text,
            ["user"] = EventField.Text,
        }
    );

    public string Name => "stormshield";
    public string Title => "Stormshield Network Security";

    public bool Recognises(in LogLine line)
    {
        var head = line.Message[..Math.Min(line.Message.Length, 256)].TrimStart((byte)' ');
        return head.StartsWith("id=firewall "u8)
            && head.IndexOf(" fw="u8) > 0
            && (head.IndexOf(" tz="u8) > 0 || head.IndexOf(" startime="u8) > 0);
    }

    public Outcome Parse(in LogLine line, ICollection<FirewallEvent> events)
    {
        var draft = new EventDraft();
        ReadOnlySpan<byte> start = [],
            end = [],
            zone = [],
            message = [],
            user = [];
        var pairs = new KeyValues(line.Message, separators: " "u8);
        while (pairs.Next())
        {
            var field = Fields[pairs.Key];
            if (field != EventField.Text)
                draft.Take(field, pairs.Value, line.Receipt);
            else if (pairs.Key.SequenceEqual("startime"u8))
                start = pairs.Value;
            else if (pairs.Key.SequenceEqual("time"u8))
                end = pairs.Value;
            else if (pairs.Key.SequenceEqual("tz"u8))
                zone = pairs.Value;
            else if (pairs.Key.SequenceEqual("msg"u8))
                message = pairs.Value;
            else
                user = pairs.Value;
        }

        var at = TimeOf(start.IsEmpty ? end : start, zone, line.Receipt.Zone);
        if (draft.Kind is "server" && IsChange(message))
        {
            events.Add(Notice.Change(line, message, user, at, draft.Observer));
            return Outcome.Understood;
        }
        var isTraffic = draft.Source is not null && draft.Kind is not ("auth" or "server" or "system");
        var verdict = isTraffic ? ActionWords.Of(draft.Action) : Verdict.None;
        if (draft.Kind is "filter" && draft.Source is null)
            return Outcome.Rejected("src= is missing or no address: the line may be cut off");
        draft.LeavePortsOut();
        events.Add(
            draft.ToEvent(verdict, draft.Action is null ? null : Words.Reason("action="u8, draft.Action), line, at)
        );
        return Outcome.Understood;
    }

    private static bool IsChange(ReadOnlySpan<byte> command) =>
        command.StartsWith("CONFIG "u8) && command.EndsWith("ACTIVATE"u8);

    private static DateTimeOffset? TimeOf(ReadOnlySpan<byte> text, ReadOnlySpan<byte> zone, TimeZoneInfo receiverZone)
    {
        if (!Times.TryOffset(zone, out var offset, out _))
            return Times.TryIso(text, receiverZone, out var at, out _) ? at : null;
        return Times.TryIso(text, TimeZoneInfo.Utc, out var local, out _) ? new(local.DateTime, offset) : null;
    }
}
