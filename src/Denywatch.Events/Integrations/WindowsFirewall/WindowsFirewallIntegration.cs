using Denywatch.Events.Syslog;

namespace Denywatch.Events.Integrations.WindowsFirewall;

/// <summary>
/// Windows: the firewall's own <c>pfirewall.log</c>, and the Security log's events of the Windows Filtering Platform as
/// Winlogbeat, NXLog and the like send them in JSON, as XML, and as the text that the event viewer shows.
/// </summary>
public sealed class WindowsFirewallIntegration : IIntegration
{
    private PacketLogFormat format = PacketLogFormat.Default;

    public string Name => "windows_firewall";
    public string Title => "Windows Firewall";

    public IIntegration ForSender() => new WindowsFirewallIntegration();

    public bool Recognises(in LogLine line) =>
        PacketLogFormat.StartIn(line.Raw) >= 0 || PacketLogFormat.IsHead(line.Raw) || PlatformEvent.IsIn(line);

    public Outcome Parse(in LogLine line, ICollection<FirewallEvent> events)
    {
        if (PacketLogFormat.IsHead(line.Raw))
        {
            format = PacketLogFormat.TryRead(line.Raw) ?? format;
            return Outcome.Understood;
        }
        var start = PacketLogFormat.StartIn(line.Raw);
        if (start < 0)
            return PlatformEvent.Read(line, events);
        // The row's own time reads like a syslog header, and its action like a host.
        var carrier = SyslogHeader.Read(line.Raw[..start], line.Receipt);
        return format.Read(line.Raw[start..], carrier, events);
    }
}
