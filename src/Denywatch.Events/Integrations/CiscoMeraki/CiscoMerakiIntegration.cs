using Denywatch.Events.Text;

namespace Denywatch.Events.Integrations.CiscoMeraki;

/// <summary>
/// Cisco Meraki MX and MR. The kind of event comes first, then <c>key=value</c>, for firewall rules behind them
/// <c>pattern: deny all</c>. Source: Meraki documentation, "Syslog Event Types and Log Samples".
/// </summary>
public sealed class CiscoMerakiIntegration : IIntegration
{
    private static readonly Names<EventField> Fields = new(
        new Dictionary<string, EventField>(StringComparer.Ordinal)
        {
            ["sport"] = EventField.SourcePort,
            ["dport"] = EventField.DestinationPort,
            ["protocol"] = EventField.Transport,
            ["direction"] = EventField.Direction,
            ["decision"] = EventField.Action,
            ["action"] = EventField.OtherAction,
            ["signature"] = EventField.OtherRule,
        }
    );

    private static readonly Names<Kind> Kinds = new(
        new Dictionary<string, Kind>(StringComparer.Ordinal)
        {
            ["flows"] = Kind.Flow,
            ["firewall"] = Kind.Flow,
            ["vpn_firewall"] = Kind.Flow,
            ["cellular_firewall"] = Kind.Flow,
            ["l7_firewall"] = Kind.Flow,
            ["bridge_anyconnect_client_vpn_firewall"] = Kind.Flow,
            ["ip_flow_start"] = Kind.Session,
            ["ip_flow_end"] = Kind.Session,
            ["security_event"] = Kind.Security,
            ["ids-alerts"] = Kind.Security,
            ["urls"] = Kind.Other,
            ["events"] = Kind.Other,
            ["airmarshal_events"] = Kind.Other,
            ["security_filtering_file_scanned"] = Kind.Security,
            ["security_filtering_disposition_change"] = Kind.Other,
        }
    );

    private enum Kind : byte
    {
        None,
        Flow,
        Session,
        Security,
        Other,
    }

    public string Name => "cisco_meraki";
    public string Title => "Cisco Meraki";

    public bool Recognises(in LogLine line)
    {
        var kind = KindOf(line.Message);
        return kind != Kind.None && (kind == Kind.Other || line.Message.IndexOf((byte)'=') > 0);
    }

    public Outcome Parse(in LogLine line, ICollection<FirewallEvent> events)
    {
        var kind = KindOf(line.Message);
        if (kind is Kind.Other or Kind.None)
            return Outcome.Understood;

        var draft = new EventDraft();
        var pairs = new KeyValues(line.Message, separators: " "u8);
        while (pairs.Next())
        {
            if (pairs.Key.SequenceEqual("src"u8) || pairs.Key.SequenceEqual("dst"u8))
                PairEvents.TakeEnd(ref draft, pairs.Key[0] == 's', pairs.Value, line.Receipt);
            else
                draft.Take(Fields[pairs.Key], Protocol(pairs.Value), line.Receipt);
        }

        // Of a file that was scanned; beside a decision it says nothing more.
        draft.Action ??= draft.OtherAction;
        var word = kind == Kind.Flow ? RuleWord(line.Message) : [];
        var verdict =
            kind == Kind.Session ? Verdict.Allowed
            : word.IsEmpty ? ActionWords.Of(draft.Action)
            : ActionWords.Of(word);
        if (verdict == Verdict.Denied && draft.Source is null)
            return Outcome.Rejected("src= is missing or no address: the line may be cut off");
        if (draft.Action is null)
            draft.Take(EventField.Action, word, line.Receipt);
        draft.Take(EventField.Rule, Pattern(line.Message), line.Receipt);
        events.Add(
            draft.ToEvent(
                verdict,
                !word.IsEmpty ? Words.Reason("pattern: "u8, word)
                    : draft.Action is null ? null
                    : Words.Reason("decision="u8, draft.Action),
                line
            )
        );
        return Outcome.Understood;
    }

    private static Kind KindOf(ReadOnlySpan<byte> message)
    {
        var end = message.IndexOf((byte)' ');
        return end is < 4 or > 40 ? Kind.None : Kinds[message[..end]];
    }

    // "tcp/ip" of security events.
    private static ReadOnlySpan<byte> Protocol(ReadOnlySpan<byte> value) =>
        value.EndsWith("/ip"u8) ? value[..^3] : value;

    private static ReadOnlySpan<byte> Pattern(ReadOnlySpan<byte> message)
    {
        var at = message.IndexOf("pattern: "u8);
        return at < 0 ? [] : message[(at + 9)..].TrimEnd((byte)' ');
    }

    // "flows deny src=…" or "pattern: deny all"; the number in "pattern: 1 all" has no documented meaning.
    private static ReadOnlySpan<byte> RuleWord(ReadOnlySpan<byte> message)
    {
        var text = Pattern(message);
        if (text.IsEmpty)
            text = message[(message.IndexOf((byte)' ') + 1)..];
        var end = text.IndexOf((byte)' ');
        text = end < 0 ? text : text[..end];
        return text.Is("deny"u8) || text.Is("allow"u8) ? text : [];
    }
}
