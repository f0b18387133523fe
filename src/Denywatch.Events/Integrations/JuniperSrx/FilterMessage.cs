using Denywatch.Events.Text;

namespace Denywatch.Events.Integrations.JuniperSrx;

/// <summary>
/// Firewall filters that log: <c>FW: ge-0/0/1.0 D tcp 192.0.2.1 192.0.2.2 40112 23 (1 packets)</c>. A accepted, D
/// discarded, R rejected.
/// </summary>
internal static class FilterMessage
{
    public static bool Find(ReadOnlySpan<byte> message, out ReadOnlySpan<byte> text)
    {
        text = message;
        var head = message[..Math.Min(message.Length, 160)];
        var at = head.IndexOf("FW: "u8);
        if (at < 0 || at > 0 && head[at - 1] != ' ')
            return false;
        text = message[(at + 4)..];
        var words = new TextWords(text);
        return words.Next(out _)
            && words.Next(out var letter)
            && letter.Length == 1
            && letter[0] is (byte)'A' or (byte)'D' or (byte)'R';
    }

    public static Outcome Read(ReadOnlySpan<byte> text, in LogLine line, ICollection<FirewallEvent> events)
    {
        var words = new TextWords(text);
        words.Next(out _);
        words.Next(out var letter);
        words.Next(out var protocol);
        words.Next(out var source);
        words.Next(out var destination);
        words.Next(out var sourcePort);
        words.Next(out var destinationPort);
        words.Next(out var packets);
        if (source.Address() is not { } from)
            return Outcome.Rejected("the source is missing or no address: the line may be cut off");

        var transport = Transports.Of(protocol);
        var hasPorts = transport is "tcp" or "udp" or "sctp";
        events.Add(
            new FirewallEvent
            {
                Verdict = letter[0] == 'A' ? Verdict.Allowed : Verdict.Denied,
                Reason = letter[0] switch
                {
                    (byte)'A' => "filter letter A",
                    (byte)'D' => "filter letter D",
                    _ => "filter letter R",
                },
                Timestamp = line.HeaderTime,
                Action = letter[0] switch
                {
                    (byte)'A' => "accept",
                    (byte)'D' => "discard",
                    _ => "reject",
                },
                Source = from,
                SourcePort = hasPorts ? sourcePort.Port() : null,
                Destination = destination.Address(),
                DestinationPort = hasPorts ? destinationPort.Port() : null,
                Transport = transport,
                Observer = line.Sender,
                Count = packets.StartsWith((byte)'(') && Notice.NumberIn(packets) is > 0 and var count ? count : 1,
            }
        );
        return Outcome.Understood;
    }
}
