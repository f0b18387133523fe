namespace Denywatch.Events.Integrations.Ecs;

/// <summary>
/// JSON documents in the Elastic Common Schema, from any Elastic integration, Beat, Logstash or rsyslog. A document that
/// decides nothing itself may hold the raw line in <c>event.original</c> or <c>message</c>.
/// </summary>
public sealed class EcsIntegration : IIntegration
{
    public string Name => "ecs";
    public string Title => "Elastic Common Schema (JSON)";

    public bool Recognises(in LogLine line) => !JsonEvents.In(line).IsEmpty;

    public Outcome Parse(in LogLine line, ICollection<FirewallEvent> events) => Parse(line, events, out _);

    /// <param name="wrapped">The raw line to read in place of the document; none where the document decides.</param>
    internal static Outcome Parse(in LogLine line, ICollection<FirewallEvent> events, out WrappedLine wrapped)
    {
        wrapped = default;
        var json = JsonEvents.In(line);
        var document = new EcsDocument();
        if (EcsReader.Read(json, ref document, line.Receipt) is { } broken)
            return Outcome.Rejected(broken);

        var (verdict, reason) = EcsVerdict.Of(document);
        if (verdict == Verdict.None)
            wrapped = WrappedLine.In(json, document);
        if (!document.IsInSchema)
            return Outcome.Rejected(
                "the document has none of the ECS fields that tell a verdict: event.category, event.type, event.action, source.ip"
            );

        events.Add(
            new FirewallEvent
            {
                Verdict = verdict,
                Reason = reason,
                Timestamp = document.Timestamp ?? document.FallbackTimestamp ?? line.HeaderTime,
                Action = document.Action,
                Source = document.Source,
                SourcePort = document.SourcePort,
                Destination = document.Destination,
                DestinationPort = document.DestinationPort,
                Transport = document.Transport,
                Direction = document.Direction,
                Observer = document.Observer ?? document.WrapperHost ?? line.Sender,
                Rule = document.RuleName ?? document.RuleId,
                Packets = document.Packets ?? document.SourcePackets,
            }
        );
        return Outcome.Understood;
    }
}
