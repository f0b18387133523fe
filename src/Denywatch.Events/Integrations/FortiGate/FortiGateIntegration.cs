using Denywatch.Events.Text;

namespace Denywatch.Events.Integrations.FortiGate;

/// <summary>FortiOS logs as <c>key=value</c>, with and without syslog header.</summary>
public sealed class FortiGateIntegration : IIntegration
{
    public string Name => "fortinet_fortigate";
    public string Title => "Fortinet FortiGate and FortiProxy";

    public bool Recognises(in LogLine line) =>
        line.Message.IndexOf(" subtype="u8) >= 0
        && line.Message.IndexOf("type="u8) >= 0
        && (
            line.Message.IndexOf("logid="u8) >= 0
            || line.Message.IndexOf("devid="u8) >= 0
            || line.Message.IndexOf("devname="u8) >= 0
            || line.Message.IndexOf("srcip="u8) >= 0
        );

    public Outcome Parse(in LogLine line, ICollection<FirewallEvent> events)
    {
        var fields = new FortiGateFields();
        fields.Read(line.Message);

        if (!fields.ChangedPath.IsEmpty)
        {
            events.Add(
                Notice.Change(
                    line,
                    fields.Message.IsEmpty ? fields.ChangedPath : fields.Message,
                    fields.User,
                    fields.Time(line.Receipt),
                    Words.OrNull(fields.DeviceName)
                )
            );
            return Outcome.Understood;
        }

        var (verdict, reason) = FortiGateVerdict.Of(fields.Type, fields.Action, fields.UtmAction, fields.HadNoReply);
        if (verdict != Verdict.None && fields.Source is null)
            return Outcome.Rejected(
                fields.SourceText.IsEmpty
                    ? "srcip= is missing: the line may be cut off"
                    : $"srcip=\"{Words.Of(fields.SourceText)}\" is not an address"
            );

        events.Add(
            new FirewallEvent
            {
                Verdict = verdict,
                Reason = reason,
                Timestamp = fields.Time(line.Receipt) ?? line.HeaderTime,
                Action = fields.Action.IsEmpty ? null : Words.LowerOf(fields.Action),
                Source = fields.Source,
                SourcePort = fields.SourcePort,
                Destination = fields.Destination,
                DestinationPort = fields.DestinationPort,
                Transport = Transports.Of(fields.Protocol),
                Direction = fields.Direction,
                Observer = Words.OrNull(fields.DeviceName) ?? line.Sender,
                Rule = Words.OrNull(fields.PolicyName) ?? Words.OrNull(fields.PolicyId),
                Count = fields.Count ?? 1,
                Packets = fields.SentPackets,
            }
        );
        return Outcome.Understood;
    }
}
