using Denywatch.Events.Text;

namespace Denywatch.Events.Integrations.AzureFirewall;

/// <summary>
/// The sentence of the older logs: <c>TCP request from 10.0.0.4:50306 to 192.0.2.7:3389. Action: Deny. Policy: p. Rule
/// Collection: c. Rule: r</c>. ICMP has a type in front and no ports; a destination may be a host name.
/// </summary>
internal static class AzureSentence
{
    public static void Read(ReadOnlySpan<byte> text, ref EventDraft draft, Receipt receipt)
    {
        var request = text.IndexOf(" request from "u8);
        if (request <= 0)
            return;

        var protocol = text[..request];
        var space = protocol.IndexOf((byte)' '); // "ICMP Type=8"
        draft.Take(EventField.Transport, space < 0 ? protocol : protocol[..space], receipt);

        var rest = text[(request + " request from ".Length)..];
        var to = rest.IndexOf(" to "u8);
        if (to < 0)
            return;
        TakeEnd(rest[..to], EventField.Source, EventField.SourcePort, ref draft, receipt);

        rest = rest[(to + 4)..];
        var end = rest.IndexOf((byte)' ');
        var destination = (end < 0 ? rest : rest[..end]).TrimEnd((byte)'.');
        TakeEnd(destination, EventField.Destination, EventField.DestinationPort, ref draft, receipt);

        draft.Take(EventField.Action, Value(rest, "Action: "u8), receipt);
        draft.Take(EventField.Rule, Value(rest, " Rule: "u8), receipt);
        draft.Take(EventField.Rule, Value(rest, "ThreatIntel: "u8), receipt);
        draft.Take(EventField.Rule, Value(rest, "IDS: "u8), receipt);
        draft.Take(EventField.OtherRule, Value(rest, "Rule Collection: "u8), receipt);
    }

    private static void TakeEnd(
        ReadOnlySpan<byte> end,
        EventField address,
        EventField port,
        ref EventDraft draft,
        Receipt receipt
    )
    {
        var colon = end.LastIndexOf((byte)':');
        // IPv6 stands in brackets where a port follows.
        if (colon < 0 || end.Contains((byte)']') && end[^1] == ']' || end.IndexOf((byte)':') != colon && end[0] != '[')
        {
            draft.Take(address, end, receipt);
            return;
        }
        draft.Take(address, end[..colon], receipt);
        draft.Take(port, end[(colon + 1)..], receipt);
    }

    /// <summary>What stands behind a label, up to the end of its sentence.</summary>
    private static ReadOnlySpan<byte> Value(ReadOnlySpan<byte> text, ReadOnlySpan<byte> label)
    {
        var start = text.IndexOf(label);
        if (start < 0)
            return [];
        var value = text[(start + label.Length)..];
        var end = value.IndexOf(". "u8);
        return (end < 0 ? value : value[..end]).TrimEnd(". "u8);
    }
}
