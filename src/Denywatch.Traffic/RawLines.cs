using System.Globalization;
using System.Net;
using Denywatch.Events;

namespace Denywatch.Traffic;

/// <summary>Writes events as their vendors log them, with syslog header; times are UTC.</summary>
internal static class RawLines
{
    private static readonly CultureInfo Plain = CultureInfo.InvariantCulture;

    public static string Of(GeneratedEvent generated)
    {
        var e = generated.Event;
        return generated.Integration switch
        {
            "cisco_asa" => CiscoAsa(e),
            "panw_panos" => PanOs(e),
            "fortinet_fortigate" => FortiGate(e),
            "pfsense" => PfSense(e),
            "iptables" => Ufw(e),
            _ => throw new ArgumentException($"No vendor writes lines for {generated.Integration}.", nameof(generated)),
        };
    }

    private static string CiscoAsa(FirewallEvent e)
    {
        var head = $"{At(e, "MMM dd yyyy HH:mm:ss")} {e.Observer} : %ASA-";
        var (from, to) = (Side(e.Source!, "outside", "inside"), Side(e.Destination!, "outside", "inside"));
        return e.Verdict == Verdict.Denied
            ? $"<164>{head}4-106023: Deny {e.Transport} src {from}:{e.Source}/{e.SourcePort} dst {to}:{e.Destination}/{e.DestinationPort} "
                + $"by access-group \"{e.Rule}\" [0x0, 0x0]"
            : $"<166>{head}6-106100: access-list {e.Rule} permitted {e.Transport} {from}/{e.Source}({e.SourcePort}) -> "
                + $"{to}/{e.Destination}({e.DestinationPort}) hit-cnt 1 first hit [0x0, 0x0]";
    }

    private static string PanOs(FirewallEvent e)
    {
        var at = At(e, "yyyy/MM/dd HH:mm:ss");
        var isDenied = e.Verdict == Verdict.Denied;
        var (from, to) = (Side(e.Source!, "untrust", "trust"), Side(e.Destination!, "untrust", "trust"));
        var app = isDenied ? "not-applicable" : "ssl";
        var session = SerialOf(e);
        return $"<14>{At(e, "MMM dd HH:mm:ss")} {e.Observer} 1,{at},007058000248010,TRAFFIC,{(isDenied ? "drop" : "end")},2816,{at},"
            + $"{e.Source},{e.Destination},0.0.0.0,0.0.0.0,{e.Rule},,,{app},vsys1,{from},{to},ethernet1/1,{(isDenied ? "" : "ethernet1/2")},"
            + $"forward-logs,{at},{(isDenied ? 0 : session % 400_000)},1,{e.SourcePort},{e.DestinationPort},0,0,0x0,{e.Transport},"
            + $"{(isDenied ? "deny" : "allow")},64,64,0,1,{at},0,any,0,{session},0x0,,,0,1,0,{(isDenied ? "policy-deny" : "tcp-fin")},"
            + $"0,0,0,0,,{e.Observer},from-policy";
    }

    private static string FortiGate(FirewallEvent e)
    {
        var isDenied = e.Verdict == Verdict.Denied;
        var nanoseconds = e.Timestamp!.Value.ToUnixTimeSeconds().ToString(Plain) + "000000000";
        var (from, to) = (Side(e.Source!, "wan1", "internal"), Side(e.Destination!, "wan1", "internal"));
        var protocol = e.Transport == "udp" ? 17 : 6;
        return $"<{(isDenied ? 188 : 189)}>date={At(e, "yyyy-MM-dd")} time={At(e, "HH:mm:ss")} devname=\"{e.Observer}\" devid=\"FGT60FTK20000001\" "
            + $"eventtime={nanoseconds} tz=\"+0000\" logid=\"0000000013\" type=\"traffic\" subtype=\"forward\" "
            + $"level=\"{(isDenied ? "warning" : "notice")}\" vd=\"root\" srcip={e.Source} srcport={e.SourcePort} srcintf=\"{from}\" "
            + $"dstip={e.Destination} dstport={e.DestinationPort} dstintf=\"{to}\" sessionid={SerialOf(e)} proto={protocol} "
            + $"action=\"{(isDenied ? "deny" : "close")}\" policyid={(isDenied ? 0 : 12)} policytype=\"policy\" policyname=\"{e.Rule}\" "
            + $"service=\"{e.Transport}/{e.DestinationPort}\" trandisp=\"noop\" duration=0 sentbyte=0 rcvdbyte=0";
    }

    /// <summary>The way through the interface that pf logs: it knows in and out, and nothing of inside.</summary>
    public static Direction WayOf(in Attempt attempt) =>
        Addresses.DirectionOf(attempt.Source, attempt.Destination) == Direction.Outbound
            ? Direction.Outbound
            : Direction.Inbound;

    private static string PfSense(FirewallEvent e)
    {
        var way = e.Direction == Direction.Outbound ? "out" : "in";
        var isUdp = e.Transport == "udp";
        var serial = SerialOf(e);
        var head =
            $"<134>{At(e, "MMM d HH:mm:ss")} {e.Observer} filterlog[97530]: 146,,,{e.Rule},igb1,match,"
            + $"{(e.Verdict == Verdict.Denied ? "block" : "pass")},{way},4,0x0,,63,{serial % 65_536},0,{(isUdp ? "none,17,udp" : "DF,6,tcp")},"
            + $"{(isUdp ? 48 : 60)},{e.Source},{e.Destination},{e.SourcePort},{e.DestinationPort},";
        return head + (isUdp ? "28" : $"0,S,{serial},,64240,,mss;sackOK;TS;nop;wscale");
    }

    private static string Ufw(FirewallEvent e)
    {
        var serial = SerialOf(e);
        var uptime = (e.Timestamp!.Value.ToUnixTimeSeconds() % 5_000_000).ToString(Plain);
        var packet =
            $"IN=eth0 OUT= MAC=52:54:00:12:34:56:52:54:00:65:43:21:08:00 SRC={e.Source} DST={e.Destination} LEN={(e.Transport == "udp" ? 48 : 60)} "
            + $"TOS=0x00 PREC=0x00 TTL=52 ID={serial % 65_536} ";
        return $"<4>{At(e, "MMM d HH:mm:ss")} {e.Observer} kernel: [{uptime}.{serial % 1_000_000:000000}] [{e.Rule}] {packet}"
            + (
                e.Transport == "udp"
                    ? $"PROTO=UDP SPT={e.SourcePort} DPT={e.DestinationPort} LEN=28"
                    : $"DF PROTO=TCP SPT={e.SourcePort} DPT={e.DestinationPort} WINDOW=64240 RES=0x00 SYN URGP=0"
            );
    }

    /// <summary>RFC 3164 pads the day of the month with a blank, and so do these.</summary>
    private static string At(FirewallEvent e, string format)
    {
        var text = e.Timestamp!.Value.UtcDateTime.ToString(format, Plain);
        return format.StartsWith("MMM d ", StringComparison.Ordinal) && e.Timestamp.Value.UtcDateTime.Day < 10
            ? text.Insert(4, " ")
            : text;
    }

    private static string Side(IPAddress address, string outside, string inside) =>
        Addresses.DirectionOf(address, address) == Direction.Internal ? inside : outside;

    /// <summary>A number that looks like a serial, the same for the same event.</summary>
    private static long SerialOf(FirewallEvent e) =>
        (long)(
            Dice.Mix(e.SourcePort ?? 0, e.Timestamp!.Value.ToUnixTimeSeconds(), e.DestinationPort ?? 0) % 4_000_000_000
        );
}
