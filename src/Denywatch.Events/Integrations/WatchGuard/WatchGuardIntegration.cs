using System.Net;
using Denywatch.Events.Text;

namespace Denywatch.Events.Integrations.WatchGuard;

/// <summary>
/// WatchGuard Firebox: <c>fw1 SERIAL (2024-05-05T18:40:50) firewall: msg_id="3000-0148" Deny 1-Trusted 0-External 52 tcp
/// 20 127 192.0.2.1 192.0.2.2 55810 80 … (Policy-00)</c>; proxies leave the numbers out. Source: Fireware Log Catalog.
/// </summary>
public sealed class WatchGuardIntegration : IIntegration
{
    // Names of interfaces hold blanks, but not many.
    private const int MostWords = 40;

    public string Name => "watchguard_firebox";
    public string Title => "WatchGuard Firebox";

    public bool Recognises(in LogLine line) =>
        line.Message[..Math.Min(line.Message.Length, 512)].IndexOf("msg_id=\""u8) >= 0;

    public Outcome Parse(in LogLine line, ICollection<FirewallEvent> events)
    {
        var at = line.Message.IndexOf("msg_id=\""u8);
        var text = line.Message[(at + 8)..];
        var quote = text.IndexOf((byte)'"');
        if (quote < 0)
            return Outcome.Rejected("msg_id is not closed by a quote: the line may be cut off");

        var words = new TextWords(text[(quote + 1)..]);
        words.Next(out var verdictWord);
        var isDenied = verdictWord.SequenceEqual("Deny"u8);
        if (!isDenied && !verdictWord.SequenceEqual("Allow"u8))
            return Outcome.Understood; // no traffic: logins, services, configuration

        // In front of the first address stand interfaces, whose names are free, then the protocol and, for packets, the
        // lengths of packet and header and the time to live.
        ReadOnlySpan<byte> one = [],
            two = [],
            three = [];
        IPAddress? source = null;
        for (var read = 0; read < MostWords && words.Next(out var word); read++)
        {
            source = word.Address();
            if (source is not null)
                break;
            three = two;
            two = one;
            one = word;
        }
        if (source is null)
            return isDenied
                ? Outcome.Rejected("there is no source address behind Deny: the line may be cut off")
                : Outcome.Understood;

        words.Next(out var destination);
        words.Next(out var sourcePort);
        words.Next(out var destinationPort);
        var protocol = one.Number() is not null && two.Number() is not null ? three : one;
        var transport = Transports.Of(protocol[(protocol.LastIndexOf((byte)'/') + 1)..]);
        var hasPorts = transport is "tcp" or "udp" or "sctp";
        events.Add(
            new FirewallEvent
            {
                Verdict = isDenied ? Verdict.Denied : Verdict.Allowed,
                Reason = isDenied ? "disposition Deny" : "disposition Allow",
                Timestamp = TimeIn(line.Message[..at]) ?? line.HeaderTime,
                Action = isDenied ? "deny" : "allow",
                Source = source,
                SourcePort = hasPorts ? sourcePort.Port() : null,
                Destination = destination.Address(),
                DestinationPort = hasPorts ? destinationPort.Port() : null,
                Transport = transport,
                Observer = line.Sender,
                Rule = Words.OrNull(PolicyIn(text)),
            }
        );
        return Outcome.Understood;
    }

    // The stamp in parentheses is UTC; the header's is local time.
    private static DateTimeOffset? TimeIn(ReadOnlySpan<byte> head)
    {
        var open = head.LastIndexOf((byte)'(');
        return open >= 0 && Times.TryIso(head[(open + 1)..], TimeZoneInfo.Utc, out var at, out _) ? at : null;
    }

    /// <summary>The last parentheses of the line; names of policies may hold some themselves.</summary>
    private static ReadOnlySpan<byte> PolicyIn(ReadOnlySpan<byte> text)
    {
        text = text.TrimEnd((byte)' ');
        if (!text.EndsWith(")"u8))
            return [];
        var depth = 0;
        for (var i = text.Length - 1; i >= 0; i--)
        {
            depth += text[i] switch
            {
                (byte)')' => 1,
                (byte)'(' => -1,
                _ => 0,
            };
            if (depth == 0)
                return text[(i + 1)..^1];
        }
        return [];
    }
}
