using Denywatch.Events.Text;

namespace Denywatch.Events.Integrations.SophosXg;

/// <summary>
/// Sophos Firewall (SFOS, XG): <c>device="SFW" date=… time=… log_type="Firewall" log_subtype="Denied" …</c>, newer
/// versions <c>device_name="SFW" timestamp="…+0200"</c>. Fields: Sophos Firewall log reference.
/// </summary>
public sealed class SophosXgIntegration : IIntegration
{
    public string Name => "sophos_xg";
    public string Title => "Sophos Firewall (SFOS, XG)";

    public bool Recognises(in LogLine line)
    {
        var head = line.Message[..Math.Min(line.Message.Length, 512)];
        return head.IndexOf("log_id="u8) >= 0 && head.IndexOf("log_type="u8) > 0 && head.IndexOf("device"u8) >= 0;
    }

    public Outcome Parse(in LogLine line, ICollection<FirewallEvent> events)
    {
        var fields = new SophosXgFields();
        fields.Read(line);

        var (verdict, reason) = SophosXgVerdict.Of(fields);
        if (verdict == Verdict.Denied && fields.Draft.Source is null && fields.Draft.Destination is null)
            return Outcome.Rejected("src_ip is missing or no address: the line may be cut off");
        if (fields.LogType.Is("event"u8) && fields.Subtype.Is("admin"u8) && fields.Status.Is("successful"u8))
        {
            if (fields.Message.IndexOf("log"u8) < 0) // logged in, logged out
                events.Add(Notice.Change(line, fields.Message, fields.User, fields.Time(line), fields.Observer(line)));
            return Outcome.Understood;
        }

        fields.Draft.Action = fields.Subtype.IsEmpty ? fields.Draft.Action : Words.LowerOf(fields.Subtype);
        fields.Draft.LeavePortsOut();
        events.Add(fields.Draft.ToEvent(verdict, reason, line, fields.Time(line), fields.Observer(line)));
        return Outcome.Understood;
    }
}
