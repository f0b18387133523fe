using Denywatch.Events.Text;

namespace Denywatch.Events.Integrations.CiscoIos;

/// <summary>
/// The zone-based firewall: <c>Dropping tcp session 192.0.2.1:1 192.0.2.2:80 on zone-pair a-b class c due to …</c>,
/// <c>Dropping tcp pkt from Gi1 192.0.2.1:1 => 192.0.2.2:80(target:class)-(a-b:c) due to …</c>, <c>5 tcp packets were
/// dropped from … => …</c>.
/// </summary>
internal static class ZoneMessage
{
    // The ends stand well before; what goes on and on is no message.
    private const int MostWords = 40;

    public static Outcome Read(
        ReadOnlySpan<byte> text,
        in LogLine line,
        ICollection<FirewallEvent> events,
        Verdict verdict
    )
    {
        HostPort source = default,
            destination = default;
        ReadOnlySpan<byte> rule = [],
            protocol = [],
            previous = [];
        var position = 0;
        var words = new TextWords(text);
        while (position < MostWords && words.Next(out var word))
        {
            // "Dropping tcp session", "5 tcp packets".
            if (position++ == 1)
                protocol = word;
            else if (source.Address is null)
                source = HostPort.Read(word);
            else if (destination.Address is null && !word.SequenceEqual("=>"u8))
                destination = HostPort.Read(word);
            if (previous.SequenceEqual("zone-pair"u8))
                rule = word;
            if (rule.IsEmpty && word.IndexOf("(target:class)-("u8) is >= 0 and var at)
                rule = word[(at + "(target:class)-("u8.Length)..].TrimEnd((byte)')');
            previous = word;
        }
        if (source.Address is null)
            return Outcome.Rejected("the source is missing or no address: the line may be cut off");

        // "http session" names the application, "Other pkt" nothing.
        var transport = Transports.Of(protocol) is ("tcp" or "udp" or "icmp" or "ipv6-icmp" or "sctp") and var known
            ? known
            : null;
        var hasPorts = transport is "tcp" or "udp" or "sctp" || transport is null && destination.Port > 0;
        events.Add(
            new FirewallEvent
            {
                Verdict = verdict,
                Reason = verdict == Verdict.Denied ? "zone firewall drops" : "zone firewall passes",
                Timestamp = line.HeaderTime,
                Action = verdict == Verdict.Denied ? "drop" : "pass",
                Source = source.Address,
                SourcePort = hasPorts ? source.Port : null,
                Destination = destination.Address,
                DestinationPort = hasPorts ? destination.Port : null,
                Transport = transport,
                Observer = line.Sender,
                Rule = Words.OrNull(rule),
                Count = text[0] is >= (byte)'1' and <= (byte)'9' ? Notice.NumberIn(text) ?? 1 : 1,
            }
        );
        return Outcome.Understood;
    }
}
