using Denywatch.Events.Text;

namespace Denywatch.Events.Integrations.CiscoIos;

/// <summary>
/// Cisco IOS, IOS XE, IOS XR and NX-OS: access lists that log, and the zone-based firewall. Wording: Cisco IOS System
/// Message Guide.
/// </summary>
public sealed class CiscoIosIntegration : IIntegration
{
    public string Name => "cisco_ios";
    public string Title => "Cisco IOS, IOS XE, IOS XR, NX-OS";

    public bool Recognises(in LogLine line) => Mnemonic.Find(line.Message, out _, out _);

    public Outcome Parse(in LogLine line, ICollection<FirewallEvent> events)
    {
        if (!Mnemonic.Find(line.Message, out var name, out var text))
            return Outcome.Rejected("there is no %FACILITY-SEVERITY-MNEMONIC in the line: the line may be cut off");

        if (name.EndsWith("ACCESSLOGRL"u8))
            events.Add(Notice.Suppressed(line, Notice.NumberIn(text), "access-list logging was limited in rate"));
        else if (name.IndexOf("ACCESSLOG"u8) >= 0)
            return AccessListMessage.Read(text, line, events);
        else if (name.StartsWith("ACLLOG_"u8))
            FlowMessage.Read(text, line, events);
        else if (name.SequenceEqual("DROP_PKT"u8) || name.SequenceEqual("LOG_SUMMARY"u8))
            return ZoneMessage.Read(text, line, events, Verdict.Denied);
        else if (name.SequenceEqual("PASS_PKT"u8))
            return ZoneMessage.Read(text, line, events, Verdict.Allowed);
        else if (name.SequenceEqual("CONFIG_I"u8) || name.SequenceEqual("CFGLOG_LOGGEDCMD"u8))
            events.Add(Notice.Change(line, text.Trim((byte)' '), UserIn(text)));
        return Outcome.Understood;
    }

    // "Configured from console by admin on vty0 (…)", "User:admin  logged command:…".
    private static ReadOnlySpan<byte> UserIn(ReadOnlySpan<byte> text)
    {
        var by = text.IndexOf(" by "u8);
        text =
            text.StartsWith("User:"u8) ? text[5..]
            : by < 0 ? []
            : text[(by + 4)..];
        var end = text.IndexOf((byte)' ');
        return end < 0 ? text : text[..end];
    }
}
