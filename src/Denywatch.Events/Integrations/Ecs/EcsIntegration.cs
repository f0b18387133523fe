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

    public Outcome Parse(in LogLine line, ICollection<FirewallEvent> events)
    {
        var document = new EcsDocument();
        return Read(line, ref document) is { } broken
            ? Outcome.Rejected(broken)
            : Add(line, document, EcsVerdict.Of(document), events);
    }

    /// <returns>What is wrong with the JSON, or null.</returns>
    internal static string? Read(in LogLine line, ref EcsDocument document) =>
        EcsReader.Read(JsonEvents.In(line), ref document, line.Receipt);

    /// <summary>The document's own event.</summary>
    internal static Outcome Add(
        in LogLine line,
        in EcsDocument document,
        (Verdict Verdict, string? Reason) verdict,
        ICollection<FirewallEvent> events
    )
    {
        if (!document.IsInSchema)
            return Outcome.Rejected(
                "the document has none of the ECS fields that tell a verdict: event.category, event.type, event.action, source.ip"
            );

        events.Add(
            new FirewallEvent
            {
                Verdict = verdict.Verdict,
                Kind = document.IsChange ? EventKind.Change : EventKind.Traffic,
                By = document.IsChange ? document.UserName : null,
                Reason = verdict.Reason ?? (document.IsChange ? document.Action : null),
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
