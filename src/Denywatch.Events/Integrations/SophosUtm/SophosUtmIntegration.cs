using Denywatch.Events.Text;

namespace Denywatch.Events.Integrations.SophosUtm;

/// <summary>
/// Sophos UTM (Astaro): <c>2024:05:05-18:40:50 utm ulogd[1]: id="2001" sub="packetfilter" name="Packet dropped"
/// action="drop" …</c>.
/// </summary>
public sealed class SophosUtmIntegration : IIntegration
{
    private static readonly Names<EventField> Fields = new(
        new Dictionary<string, EventField>(StringComparer.Ordinal)
        {
            ["action"] = EventField.Action,
            ["sub"] = EventField.Kind,
            ["srcip"] = EventField.Source,
            ["srcport"] = EventField.SourcePort,
            ["dstip"] = EventField.Destination,
            ["dstport"] = EventField.DestinationPort,
            ["proto"] = EventField.Transport,
            ["fwrule"] = EventField.Rule,
            ["sid"] = EventField.OtherRule,
        }
    );

    public string Name => "sophos_utm";
    public string Title => "Sophos UTM";

    public bool Recognises(in LogLine line)
    {
        var head = line.Message[..Math.Min(line.Message.Length, 256)];
        return head.StartsWith("id=\""u8) && head.IndexOf(" sys=\""u8) > 0 && head.IndexOf(" sub=\""u8) > 0
            || HasItsTime(line.Raw);
    }

    public Outcome Parse(in LogLine line, ICollection<FirewallEvent> events)
    {
        if (!line.Message.StartsWith("id=\""u8))
            return Outcome.Understood; // its other daemons: DNS, mail, system

        var draft = new EventDraft();
        PairEvents.Read(new KeyValues(line.Message, separators: " "u8), Fields, ref draft, line.Receipt);
        var isTraffic =
            draft.Kind is "packetfilter" or "ips" or "http" or "ftp" or "afc" or "atp" or "reverseproxy" or "aptp";
        var verdict = isTraffic ? ActionWords.Of(draft.Action) : Verdict.None;
        if (verdict == Verdict.Denied && draft.Source is null)
            return Outcome.Rejected("srcip is missing or no address: the line may be cut off");
        draft.LeavePortsOut();
        events.Add(draft.ToEvent(verdict, draft.Action is null ? null : Words.Reason("action="u8, draft.Action), line));
        return Outcome.Understood;
    }

    // "2024:05:05-18:40:50 utm named[1]: …": nobody else writes times so.
    private static bool HasItsTime(ReadOnlySpan<byte> raw)
    {
        var close = raw[..Math.Min(raw.Length, 6)].IndexOf((byte)'>');
        return Times.TryColons(raw[(close + 1)..], TimeZoneInfo.Utc, out _, out _);
    }
}
