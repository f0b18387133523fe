using System.Net;
using Denywatch.Events.Text;

namespace Denywatch.Events.Integrations.SymantecEndpoint;

/// <summary>
/// Symantec Endpoint Protection Manager: traffic and security logs of the clients' firewall, <c>host,Local Host IP: …,
/// Remote Host IP: …,TCP,Inbound,…,Rule: …,Action: Blocked</c>. Layout: Broadcom "External logging settings".
/// </summary>
public sealed class SymantecEndpointIntegration : IIntegration
{
    private static readonly Names<EventField> Fields = new(
        new Dictionary<string, EventField>(StringComparer.Ordinal)
        {
            ["Local Host IP"] = EventField.Destination,
            ["Local Host"] = EventField.OtherDestination,
            ["Local Port"] = EventField.DestinationPort,
            ["Remote Host IP"] = EventField.Source,
            ["Remote Port"] = EventField.SourcePort,
            ["Begin"] = EventField.Time,
            ["Begin Time"] = EventField.Time,
            ["Occurrences"] = EventField.Count,
            ["Rule"] = EventField.Rule,
            ["Action"] = EventField.Action,
        }
    );

    public string Name => "symantec_endpoint";
    public string Title => "Symantec Endpoint Protection";

    public bool Recognises(in LogLine line)
    {
        if (line.Program == "SymantecServer")
            return true;
        var head = line.Message[..Math.Min(line.Message.Length, 8192)];
        return head.IndexOf(",Local Host IP: "u8) >= 0
            || head.IndexOf(",Remote Host IP: "u8) >= 0
            || head.IndexOf(",Category: "u8) >= 0 && head.IndexOf(",Event time: "u8) >= 0
            || head.StartsWith("Site: "u8) && head.IndexOf(",Server"u8) > 0
            || head.StartsWith("Scan ID: "u8)
            || head.IndexOf("risk found,"u8) is >= 0 and < 64
            || head.IndexOf(",Action Type: "u8) >= 0 && head.IndexOf(",Rule: "u8) >= 0
            || head.IndexOf(",Domain Name: "u8) >= 0 && head.IndexOf(",User Name: "u8) >= 0;
    }

    public Outcome Parse(in LogLine line, ICollection<FirewallEvent> events)
    {
        if (line.Message.IndexOf("Remote Host IP: "u8) < 0)
            return Outcome.Understood; // scans, risks, policies, behaviour of programs: no traffic

        var draft = new EventDraft();
        ReadOnlySpan<byte> host = [];
        var isOutbound = false;
        var isStopped = false;
        var text = line.Message;
        for (var position = 0; !text.IsEmpty; position++)
        {
            var end = text.IndexOf((byte)',');
            var part = (end < 0 ? text : text[..end]).Trim(" \"'"u8);
            text = end < 0 ? [] : text[(end + 1)..];

            var colon = part.IndexOf(": "u8);
            if (position == 0)
                host = part;
            else if (colon > 0 && Fields[part[..colon]] is var field and not EventField.None)
                draft.Take(field, part[(colon + 2)..], line.Receipt);
            else if (part.Is("outbound"u8) || part.Is("inbound"u8))
                isOutbound = part.Length == 8;
            else if (colon < 0 && draft.Transport is null && IsTransport(part))
                draft.Take(EventField.Transport, part, line.Receipt);
            else
                isStopped |= part.IndexOf("attack blocked"u8) >= 0 || part.IndexOf("has been blocked"u8) >= 0;
        }

        var verdict = ActionWords.Of(draft.Action);
        var reason = draft.Action is null ? null : Words.Reason("action="u8, draft.Action);
        if (verdict == Verdict.None && isStopped)
            (verdict, reason) = (Verdict.Denied, "attack blocked");
        events.Add(Event(draft, verdict, reason, isOutbound, Words.OrNull(host), line));
        return Outcome.Understood;
    }

    private static FirewallEvent Event(
        EventDraft draft,
        Verdict verdict,
        string? reason,
        bool isOutbound,
        string? host,
        in LogLine line
    )
    {
        draft.LeavePortsOut();
        // The local end is the client: the source of what goes out.
        var (source, sourcePort) = (NotAny(draft.Source), draft.SourcePort);
        var (destination, destinationPort) = (NotAny(draft.Destination), draft.DestinationPort);
        return new FirewallEvent
        {
            Verdict = verdict,
            Reason = reason,
            Timestamp = draft.Time ?? line.HeaderTime,
            Action = draft.Action,
            Source = isOutbound ? destination : source,
            SourcePort = isOutbound ? destinationPort : sourcePort,
            Destination = isOutbound ? source : destination,
            DestinationPort = isOutbound ? sourcePort : destinationPort,
            Transport = draft.Transport,
            Direction = isOutbound ? Direction.Outbound : Direction.Inbound,
            Observer = host ?? line.Sender,
            Rule = draft.Rule,
            Count = draft.Count ?? 1,
        };
    }

    // 0.0.0.0 stands for "no IP packet".
    private static IPAddress? NotAny(IPAddress? address) => IPAddress.Any.Equals(address) ? null : address;

    private static bool IsTransport(ReadOnlySpan<byte> part) =>
        part.Is("tcp"u8)
        || part.Is("udp"u8)
        || part.Is("icmp"u8)
        || part.Is("icmpv6"u8)
        || part.Is("others"u8)
        || part.Is("ethernet"u8);
}
