using Denywatch.Events.Text;

namespace Denywatch.Events.Integrations.Iptables;

/// <summary>
/// Packets that the Linux kernel logs for iptables or nftables, directly or through ulogd: UFW, firewalld, UniFi, EdgeOS
/// and every hand-written rule. The kernel logs no verdict: the prefix of the rule has to say it.
/// </summary>
public sealed class IptablesIntegration : IIntegration
{
    public string Name => "iptables";
    public string Title => "iptables, nftables, UFW, firewalld, UniFi, EdgeOS, Proxmox VE";

    public bool Recognises(in LogLine line) =>
        line.Message.IndexOf("SRC="u8) >= 0
            && line.Message.IndexOf("DST="u8) >= 0
            && line.Message.IndexOf("PROTO="u8) >= 0
        || IsCutOff(line)
        || IsSuppression(line);

    public Outcome Parse(in LogLine line, ICollection<FirewallEvent> events)
    {
        if (IsSuppression(line))
        {
            events.Add(Notice.Suppressed(line, Notice.NumberIn(line.Message), "the host limited its log in rate"));
            return Outcome.Understood;
        }
        if (IsCutOff(line))
            return Outcome.Rejected("SRC= and DST= are missing: the line was cut off before it came here");

        var start = StartOfPacket(line.Message);
        var prefix = RulePrefix.Read(line.Program, line.Message[..start]);
        var packet = new Packet();
        packet.Read(line.Message[start..]);
        if (packet.Source is null)
            return Outcome.Rejected("SRC= is not an address");

        events.Add(
            new FirewallEvent
            {
                Verdict = prefix.Verdict,
                Reason = prefix.Reason,
                Timestamp = line.HeaderTime ?? RulePrefix.TimeIn(line.Message[..start], line.Receipt.Zone),
                Action = prefix.Action,
                Source = packet.Source,
                SourcePort = packet.SourcePort,
                Destination = packet.Destination,
                DestinationPort = packet.DestinationPort,
                Transport = packet.Transport,
                Observer = line.Sender,
                Rule = prefix.Rule,
            }
        );
        return Outcome.Understood;
    }

    // Of the kernel, systemd-journald and rsyslog.
    private static bool IsSuppression(in LogLine line) =>
        line.Program switch
        {
            "kernel" => line.Message.IndexOf("callbacks suppressed"u8) > 0,
            "systemd-journald" => line.Message.StartsWith("Suppressed "u8),
            "rsyslogd" => line.Message.IndexOf("lost due to rate-limiting"u8) > 0,
            _ => false,
        };

    private static bool IsCutOff(in LogLine line) =>
        line.Program == "kernel"
        && line.Message.IndexOf("SRC="u8) < 0
        && line.Message.IndexOf("PROTO="u8) >= 0
        && line.Message.IndexOf("DPT="u8) >= 0;

    /// <summary>Where the rule's prefix ends: at IN=, OUT= or, if a device left both out, at SRC=.</summary>
    private static int StartOfPacket(ReadOnlySpan<byte> message)
    {
        var start = message.IndexOf("SRC="u8);
        start = Earlier(message, "PHYSIN="u8, start);
        start = Earlier(message, "OUT="u8, start);
        return Earlier(message, "IN="u8, start);
    }

    private static int Earlier(ReadOnlySpan<byte> message, ReadOnlySpan<byte> key, int start)
    {
        var at = message[..start].IndexOf(key);
        return at >= 0 ? at : start;
    }
}
